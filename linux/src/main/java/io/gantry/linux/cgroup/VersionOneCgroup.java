package io.gantry.linux.cgroup;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.Linux;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A group in the version 1 hierarchies where its directory exists. */
final class VersionOneCgroup implements Cgroup {

  private static final int SIGKILL = 9;

  /** A fork bomb is caught up with in a few rounds, because a process being killed cannot fork. */
  private static final int KILL_ROUNDS = 100;

  private final String path;
  private final Map<String, Path> mounts;
  private final CgroupFiles files;
  private final GroupTree tree;

  VersionOneCgroup(String path, Map<String, Path> mounts, CgroupFiles files) {
    this.path = path;
    this.mounts = mounts;
    this.files = files;
    this.tree = new GroupTree(files);
  }

  @Override
  public String path() {
    return path;
  }

  void make(Set<String> controllers, List<Path> made) throws IOException {
    for (String controller : controllers) {
      Path mount = mounts.get(controller);
      if (mount == null) {
        throw new CgroupException(path, "the machine has no " + controller + " controller");
      }
      tree.make(mount, path, made);
      if (controller.equals("cpuset")) {
        inheritCpuset(mount);
      }
    }
  }

  /** A new cpuset is empty, and a process cannot join an empty one. */
  private void inheritCpuset(Path mount) throws SyscallException {
    Path parent = mount;
    for (Path group : GroupTree.lineage(mount, path)) {
      for (String file : List.of("cpuset.cpus", "cpuset.mems")) {
        if (files.read(group.resolve(file)).isEmpty()) {
          files.write(group.resolve(file), files.read(parent.resolve(file)));
        }
      }
      parent = group;
    }
  }

  @Override
  public boolean exists() {
    try {
      return !directories().isEmpty();
    } catch (SyscallException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public Optional<Path> directory(String controller) {
    return Optional.ofNullable(mounts.get(controller)).map(mount -> below(mount));
  }

  @Override
  public void apply(CgroupLimits limits) throws IOException {
    if (!limits.unified().isEmpty()) {
      throw new CgroupException(path, "unified settings need cgroup version 2");
    }
    boolean wantsCpuset = !limits.cpus().isEmpty() || !limits.mems().isEmpty();
    if (wantsCpuset) {
      joinCpuset();
    }
    new VersionOneLimits(path, this::directory, files).write(limits);
  }

  /** A container that started without a cpuset gets one when the first is asked for. */
  private void joinCpuset() throws IOException {
    Optional<Path> cpuset = directory("cpuset");
    if (cpuset.isPresent() && !files.exists(cpuset.get())) {
      Set<Integer> members = processes();
      make(Set.of("cpuset"), new ArrayList<>());
      for (int pid : members) {
        join(cpuset.get(), pid);
      }
    }
  }

  private void join(Path group, int pid) throws SyscallException {
    try {
      files.write(group.resolve("cgroup.procs"), Integer.toString(pid));
    } catch (SyscallException failure) {
      if (!failure.is(Errno.ESRCH)) {
        throw failure;
      }
    }
  }

  @Override
  public void restrictDevices(List<DeviceRule> allowed) throws IOException {
    Path devices =
        directory("devices")
            .orElseThrow(() -> new CgroupException(path, "the machine has no devices controller"));
    files.write(devices.resolve("devices.deny"), "a");
    for (DeviceRule rule : allowed) {
      files.write(devices.resolve("devices.allow"), rule.line());
    }
  }

  @Override
  public List<Fd> taskFiles() throws IOException {
    List<Fd> opened = new ArrayList<>();
    try {
      for (Path directory : directories()) {
        opened.add(files.open(directory.resolve("tasks"), FileFlags.O_WRONLY));
      }
      return opened;
    } catch (SyscallException failure) {
      opened.forEach(Fd::close);
      throw failure;
    }
  }

  @Override
  public List<Fd> cloneDirectory() {
    return List.of();
  }

  @Override
  public List<Fd> killFile() {
    return List.of();
  }

  @Override
  public List<Fd> processFile() throws IOException {
    List<Path> directories = directories();
    return directories.isEmpty()
        ? List.of()
        : List.of(files.open(directories.getFirst().resolve("cgroup.procs"), FileFlags.O_RDONLY));
  }

  @Override
  public List<Fd> forkLimit() throws IOException {
    Optional<Path> pids = directory("pids");
    return pids.isEmpty() || !files.exists(pids.get())
        ? List.of()
        : List.of(files.open(pids.get().resolve("pids.max"), FileFlags.O_WRONLY));
  }

  @Override
  public Set<Integer> processes() throws IOException {
    List<Path> directories = directories();
    return directories.isEmpty() ? Set.of() : tree.processes(directories.getFirst());
  }

  @Override
  public void kill() throws IOException {
    Set<Integer> killed = new LinkedHashSet<>();
    for (int round = 0; round < KILL_ROUNDS; round++) {
      Set<Integer> found = new LinkedHashSet<>(processes());
      found.removeAll(killed);
      if (found.isEmpty()) {
        return;
      }
      for (int pid : found) {
        kill(pid);
        killed.add(pid);
      }
    }
    throw new CgroupException(path, "processes are made faster than they can be killed");
  }

  private static void kill(int pid) throws SyscallException {
    try {
      Linux.syscalls().kill(pid, SIGKILL);
    } catch (SyscallException failure) {
      if (!failure.is(Errno.ESRCH)) {
        throw failure;
      }
    }
  }

  /** The freezer is a hierarchy of its own, which processes join when they are frozen first. */
  @Override
  public void freeze() throws IOException {
    Path freezer =
        directory("freezer")
            .orElseThrow(() -> new CgroupException(path, "the machine has no freezer controller"));
    make(Set.of("freezer"), new ArrayList<>());
    for (int round = 0; round < KILL_ROUNDS; round++) {
      Set<Integer> outside = new LinkedHashSet<>(processes());
      outside.removeAll(tree.processes(freezer));
      if (outside.isEmpty()) {
        Freezer.versionOne(files, freezer).freeze(path);
        return;
      }
      for (int pid : outside) {
        join(freezer, pid);
      }
    }
    throw new CgroupException(path, "processes are made faster than they can be frozen");
  }

  @Override
  public void thaw() throws IOException {
    Optional<Path> freezer = directory("freezer");
    if (freezer.isPresent()) {
      Freezer.versionOne(files, freezer.get()).thaw();
    }
  }

  @Override
  public long memoryInUse() throws IOException {
    Optional<Path> memory = directory("memory");
    return memory.isEmpty()
        ? 0
        : MemoryInUse.of(
            files,
            memory.get().resolve("memory.usage_in_bytes"),
            memory.get().resolve("memory.stat"),
            "total_");
  }

  @Override
  public long oomKills() throws IOException {
    Optional<Path> memory = directory("memory");
    return memory.isEmpty()
        ? 0
        : FlatFile.counter(files, memory.get().resolve("memory.oom_control"), "oom_kill");
  }

  @Override
  public void remove() throws IOException {
    for (Path directory : directories()) {
      tree.remove(directory);
    }
  }

  /** Where the group exists, each directory once; memory first, whose members are everyone. */
  private List<Path> directories() throws SyscallException {
    Set<Path> candidates = new LinkedHashSet<>();
    directory("memory").ifPresent(candidates::add);
    mounts.values().forEach(mount -> candidates.add(below(mount)));
    List<Path> existing = new ArrayList<>();
    for (Path candidate : candidates) {
      if (files.exists(candidate)) {
        existing.add(candidate);
      }
    }
    return existing;
  }

  private Path below(Path mount) {
    return mount.resolve(path.substring(1));
  }
}
