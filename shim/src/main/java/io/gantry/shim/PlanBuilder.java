package io.gantry.shim;

import io.gantry.linux.Device;
import io.gantry.linux.Fd;
import io.gantry.linux.Namespace;
import java.util.List;
import java.util.Set;

/**
 * Writes a {@link Plan} step by step. Steps of the shim itself (the first group below) may come at
 * any place; steps of the new process are taken in the order of the calls. Targets and paths of
 * mounts are resolved inside the attached root, never outside. Not for use by several threads.
 */
public final class PlanBuilder {

  private static final int OPEN_STDIN = 1;
  private static final int TERMINAL = 2;
  private static final int DIRECTORY = 1;
  private static final int CREATE = 1;
  private static final int HOOK_BY_SHIM = 0;
  private static final int HOOK_BY_PROCESS = 1;

  private final Plan.Steps steps = new Plan.Steps() {};

  PlanBuilder() {}

  // What the shim does itself before it clones.

  /** The namespaces the process is born into (clone3(2)). */
  public PlanBuilder cloneInto(Set<Namespace> fresh) {
    long flags = fresh.stream().mapToLong(Namespace::flag).reduce(0, (a, b) -> a | b);
    return add(Op.CLONE, new Field.U64(flags));
  }

  /** Lets the process be born into an existing pid namespace. */
  public PlanBuilder enterPid(Fd namespace) {
    return add(Op.ENTER, fd(namespace), new Field.U32(Namespace.PID.flag()));
  }

  /**
   * Lets the process be born into a user namespace, with the namespaces of {@link #cloneInto} made
   * inside; execs follow it there. Everything that comes later is done as root inside.
   *
   * @param uid who that root is on the machine
   * @param gid its group there
   */
  public PlanBuilder enterUser(Fd namespace, int uid, int gid) {
    return add(Op.USER, fd(namespace), new Field.U32(uid), new Field.U32(gid));
  }

  /** cgroup v2: the process, and every exec later, is born in this directory's group. */
  public PlanBuilder cgroup(Fd directory) {
    return add(Op.CGROUP, fd(directory));
  }

  /** cgroup v1: the process, and every exec later, writes {@code 0} to this tasks file first. */
  public PlanBuilder tasks(Fd tasks) {
    return add(Op.TASKS, fd(tasks));
  }

  /** cgroup v2: {@code cgroup.kill}, written when the first process has ended. */
  public PlanBuilder killFile(Fd killFile) {
    return add(Op.KILL_FILE, fd(killFile));
  }

  /**
   * cgroup v1: a readable {@code cgroup.procs}; what it lists when the first process has ended is
   * killed. A process of several threads may be missing in {@code tasks}.
   */
  public PlanBuilder killTasks(Fd processes) {
    return add(Op.KILL_TASKS, fd(processes));
  }

  /** cgroup v1: {@code pids.max}, which becomes 0 so that nothing is born while it is killed. */
  public PlanBuilder pidsMax(Fd pidsMax) {
    return add(Op.PIDS_MAX, fd(pidsMax));
  }

  /**
   * cgroup v2: {@code memory.events}, read when the first process has ended, for a group that may
   * be gone a moment later.
   */
  public PlanBuilder events(Fd events) {
    return add(Op.EVENTS, fd(events));
  }

  /** Keeps a pipe to standard input open instead of giving /dev/null. */
  public PlanBuilder openStdin() {
    return add(Op.STDIO, new Field.U32(OPEN_STDIN));
  }

  /** A cgroup file ({@code tasks} or {@code cgroup.procs}) that the shim joins itself. */
  public PlanBuilder shimCgroup(Fd file) {
    return add(Op.SHIM_CGROUP, fd(file));
  }

  // Namespaces and files.

  /** write(2) of all the bytes. */
  public PlanBuilder writeFd(Fd file, byte[] data) {
    return add(Op.WRITE_FD, fd(file), Field.Data.of(data));
  }

  /** setns(2). */
  public PlanBuilder setns(Fd namespace, Namespace kind) {
    return add(Op.SETNS, fd(namespace), new Field.U32(kind.flag()));
  }

  /** unshare(2); a cgroup namespace belongs here, once the cgroups are joined. */
  public PlanBuilder unshare(Set<Namespace> kinds) {
    long flags = kinds.stream().mapToLong(Namespace::flag).reduce(0, (a, b) -> a | b);
    return add(Op.UNSHARE, new Field.U64(flags));
  }

  /** sethostname(2). */
  public PlanBuilder hostname(String name) {
    return add(Op.HOSTNAME, text(name));
  }

  /** setdomainname(2). */
  public PlanBuilder domainname(String name) {
    return add(Op.DOMAINNAME, text(name));
  }

  /** Writes {@code /proc/sys/NAME}; dots in the name may stand for slashes. */
  public PlanBuilder sysctl(String name, String value) {
    String path = name.indexOf('/') >= 0 ? name : name.replace('.', '/');
    return add(Op.SYSCTL, text(path), text(value));
  }

  // Mounts.

  /**
   * Propagation of the whole inherited tree; has to come before any mount.
   *
   * @param flag {@code MS_PRIVATE}, {@code MS_SLAVE} or {@code MS_SHARED}
   */
  public PlanBuilder rootPropagation(long flag) {
    return add(Op.ROOT_PROPAGATION, new Field.U64(flag));
  }

  /** Attaches a detached mount as the root to be. */
  public PlanBuilder attachRoot(Fd mount) {
    return attachRoot(mount, "/");
  }

  /**
   * The same at a directory of the machine, where {@link #hook}s find it until the pivot.
   *
   * @param place absolute, of the machine's own mount namespace
   */
  public PlanBuilder attachRoot(Fd mount, String place) {
    return add(Op.ATTACH_ROOT, fd(mount), text(place));
  }

  /** A new file system (fsopen(2)), attached to a directory of the root, made when missing. */
  public PlanBuilder mount(NewMount mount) {
    return add(
        Op.MOUNT,
        text(mount.type()),
        text(mount.source()),
        new Field.U32(mount.attributes()),
        Field.Many.texts(mount.options()),
        text(mount.target()));
  }

  /** Moves a detached mount of a directory to a target, made when missing. */
  public PlanBuilder attachDirectory(Fd mount, String target) {
    return add(Op.ATTACH, fd(mount), text(target), new Field.U32(DIRECTORY));
  }

  /** Moves a detached mount of a file to a target, made when missing. */
  public PlanBuilder attachFile(Fd mount, String target) {
    return add(Op.ATTACH, fd(mount), text(target), new Field.U32(0));
  }

  /** A directory with its missing parents (0755); an existing one is left as it is. */
  public PlanBuilder mkdir(String path, int mode) {
    return add(Op.MKDIR, text(path), new Field.U32(mode));
  }

  /** symlink(2); whatever has that name already is left as it is. */
  public PlanBuilder symlink(String target, String path) {
    return add(Op.SYMLINK, text(target), text(path));
  }

  /**
   * mknod(2), with exactly this mode and owner; the same device under that name already is fine.
   *
   * @param mode permission bits and type ({@code S_IFCHR} and so on)
   */
  public PlanBuilder mknod(String path, int mode, Device device, int uid, int gid) {
    return add(
        Op.MKNOD,
        text(path),
        new Field.U32(mode),
        new Field.U32(device.major()),
        new Field.U32(device.minor()),
        new Field.U32(uid),
        new Field.U32(gid));
  }

  /** Hides a path behind an empty directory or /dev/null; a missing one is fine. */
  public PlanBuilder mask(String path) {
    return add(Op.MASK, text(path));
  }

  /** Makes a path read-only; {@code /} is the root mount itself; a missing path is fine. */
  public PlanBuilder readOnly(String path) {
    return add(Op.READ_ONLY, text(path));
  }

  /** pivot_root(2) into the attached root; the old tree is gone afterwards. */
  public PlanBuilder pivot() {
    return add(Op.PIVOT);
  }

  /** An empty read-only root instead of an attached one, for {@link #hold}. */
  public PlanBuilder emptyRoot() {
    return add(Op.EMPTY_ROOT);
  }

  // The process.

  /** setrlimit(2); clamped to the hard limit where the process may not raise it. */
  public PlanBuilder rlimit(int resource, long soft, long hard) {
    return add(Op.RLIMIT, new Field.U32(resource), new Field.U64(soft), new Field.U64(hard));
  }

  /** -1000 to 1000; left as it is where the kernel forbids to go lower. */
  public PlanBuilder oomScoreAdj(int value) {
    return add(Op.OOM_SCORE_ADJ, new Field.I32(value));
  }

  public PlanBuilder umask(int mask) {
    return add(Op.UMASK, new Field.U32(mask));
  }

  /** The working directory, made when missing; one that ends outside the root is refused. */
  public PlanBuilder chdir(String path) {
    return add(Op.CHDIR, text(path), new Field.U32(CREATE));
  }

  /** The working directory, which must be there: what an exec is asked for. */
  public PlanBuilder chdirExisting(String path) {
    return add(Op.CHDIR, text(path), new Field.U32(0));
  }

  /**
   * A session keyring of its own; left out where the kernel has none to give.
   *
   * @param name what the keyring is called; empty for a fresh one that nobody can join by name
   */
  public PlanBuilder keyring(String name) {
    return add(Op.KEYRING, text(name));
  }

  /**
   * The AppArmor profile that the program runs in from its execution on.
   *
   * @param profile the name of one that is loaded
   */
  public PlanBuilder apparmor(String profile) {
    return add(Op.APPARMOR, text(profile));
  }

  public PlanBuilder setsid() {
    return add(Op.SETSID);
  }

  /**
   * A pseudo terminal of the root's own /dev/pts, with its own session; replaces {@link #setsid}.
   * Its output is logged as stdout.
   *
   * @param console where to attach it in the root as well ({@code /dev/console}), or empty
   */
  public PlanBuilder terminal(int rows, int columns, String console) {
    steps.add(Op.STDIO, new Field.U32(TERMINAL));
    return add(Op.TTY, new Field.U32(rows), new Field.U32(columns), text(console));
  }

  public PlanBuilder setgroups(List<Integer> gids) {
    return add(Op.SETGROUPS, Field.Many.numbers(gids));
  }

  public PlanBuilder setgid(int gid) {
    return add(Op.SETGID, new Field.U32(gid));
  }

  /** setresuid(2). Capabilities stay permitted until {@link #capabilities} or the exec. */
  public PlanBuilder setuid(int uid) {
    return add(Op.SETUID, new Field.U32(uid));
  }

  /** Has to come after {@link #setuid}; each set is clamped to what the process has. */
  public PlanBuilder capabilities(CapabilitySets sets) {
    return add(
        Op.CAPABILITIES,
        new Field.U64(sets.bounding()),
        new Field.U64(sets.effective()),
        new Field.U64(sets.permitted()),
        new Field.U64(sets.inheritable()),
        new Field.U64(sets.ambient()));
  }

  public PlanBuilder noNewPrivileges() {
    return add(Op.NO_NEW_PRIVILEGES);
  }

  /**
   * A seccomp filter. Without {@link #noNewPrivileges} it must come before {@link #capabilities}
   * takes CAP_SYS_ADMIN away; in both cases it must allow what the later steps call.
   *
   * @param program {@code struct sock_filter} instructions, 8 bytes each
   */
  public PlanBuilder seccomp(byte[] program) {
    return add(Op.SECCOMP, new Field.U32(0), Field.Data.of(program));
  }

  /** Runs a program to its end; the process waits for it, and fails when it does. */
  public PlanBuilder hook(HookStep hook) {
    return add(
        Op.HOOK,
        new Field.U32(hook.byShim() ? HOOK_BY_SHIM : HOOK_BY_PROCESS),
        text(hook.path()),
        Field.Many.texts(hook.arguments()),
        Field.Many.texts(hook.environment()),
        new Field.U32(Math.toIntExact(hook.timeout().toMillis())),
        Field.Data.of(hook.state()));
  }

  /** Closes everything but 0, 1 and 2. {@link #exec} does it too if it was not done. */
  public PlanBuilder closeFds() {
    return add(Op.CLOSE_FDS);
  }

  /** execve(2); a name without slash is looked up in the PATH of the given environment. */
  public PlanBuilder exec(List<String> arguments, List<String> environment) {
    return add(Op.EXEC, Field.Many.texts(arguments), Field.Many.texts(environment));
  }

  /** Instead of an exec: be the first process of a pid namespace, reap, wait to be killed. */
  public PlanBuilder hold() {
    return add(Op.HOLD);
  }

  /** The plan so far; the builder can go on. */
  public Plan build() {
    return steps.toPlan();
  }

  private PlanBuilder add(Op op, Field... fields) {
    steps.add(op, fields);
    return this;
  }

  private Field.Descriptor fd(Fd fd) {
    return steps.descriptor(fd);
  }

  private static Field.Text text(String value) {
    return new Field.Text(value);
  }
}
