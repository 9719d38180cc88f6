package io.gantry.shim;

import io.gantry.linux.Device;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.Linux;
import io.gantry.linux.MountFlags;
import io.gantry.linux.Namespace;
import io.gantry.linux.SyscallException;
import io.gantry.linux.Syscalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A place for containers of one test: a root file system of busybox, run directories, logs. */
final class Box implements AutoCloseable {

  static final Duration SOON = Duration.ofSeconds(20);
  static final List<String> ENVIRONMENT = List.of("PATH=/bin:/sbin", "HOME=/");
  private static final Pattern LINE =
      Pattern.compile(
          "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z std(out|err) [PF] .*",
          Pattern.DOTALL);
  private static final List<String> APPLETS =
      List.of(
          "sh",
          "cat",
          "sleep",
          "true",
          "false",
          "echo",
          "id",
          "ls",
          "kill",
          "dd",
          "tty",
          "stty",
          "yes",
          "sync",
          "head",
          "printf",
          "pwd",
          "readlink",
          "grep",
          "mount",
          "hostname",
          "touch",
          "ps",
          "test",
          "seq",
          "setsid",
          "env",
          "ulimit",
          "stat",
          "wc",
          "tr",
          "usleep",
          "mkdir",
          "chmod");

  final Syscalls calls = Linux.syscalls();
  final Path directory;
  final Path rootfs;
  final ShimLauncher launcher;
  private final List<Container> started = new ArrayList<>();
  private int containers;

  Box(Binary binary) throws IOException {
    this(binary, Linux.syscalls()::spawn);
  }

  Box(Binary binary, Spawner spawner) throws IOException {
    directory = Files.createTempDirectory("gantry-shim");
    rootfs = Files.createDirectory(directory.resolve("rootfs"));
    launcher = ShimLauncher.of(calls, binary.path(), spawner);
    for (String name : List.of("bin", "proc", "dev", "sys", "tmp", "etc")) {
      Files.createDirectory(rootfs.resolve(name));
    }
    Files.copy(Path.of("/bin/busybox"), rootfs.resolve("bin/busybox"));
    rootfs.resolve("bin/busybox").toFile().setExecutable(true, false);
    for (String applet : APPLETS) {
      Files.createSymbolicLink(rootfs.resolve("bin").resolve(applet), Path.of("busybox"));
    }
  }

  /**
   * Namespaces, root, proc and dev, up to the pivot; borrows what it opens until {@link #start}.
   */
  PlanBuilder plan() throws IOException {
    return bare(calls.openTree(Fd.CWD, rootfs.toString(), MountFlags.OPEN_TREE_CLONE))
        .mount(new NewMount("proc", "proc", 0xe, List.of(), "/proc"))
        .mount(new NewMount("tmpfs", "tmpfs", 0x2, List.of("mode=0755", "size=64k"), "/dev"))
        .mknod("/dev/null", FileFlags.S_IFCHR | 0666, new Device(1, 3), 0, 0)
        .mknod("/dev/zero", FileFlags.S_IFCHR | 0666, new Device(1, 5), 0, 0)
        .mount(
            new NewMount(
                "devpts", "devpts", 0xa, List.of("mode=0620", "ptmxmode=0666"), "/dev/pts"));
  }

  /** As {@link #plan} and the pivot, born into an existing pid namespace. */
  PlanBuilder shared(Fd pid) throws IOException {
    // Without /dev/null a shell starts nothing in the background.
    return Plan.builder()
        .cloneInto(Set.of(Namespace.MNT, Namespace.UTS, Namespace.IPC))
        .enterPid(pid)
        .rootPropagation(MountFlags.MS_SLAVE)
        .attachRoot(calls.openTree(Fd.CWD, rootfs.toString(), MountFlags.OPEN_TREE_CLONE))
        .pivot()
        .mount(new NewMount("proc", "proc", 0xe, List.of(), "/proc"))
        .mount(new NewMount("tmpfs", "tmpfs", 0x2, List.of("mode=0755", "size=64k"), "/dev"))
        .mknod("/dev/null", FileFlags.S_IFCHR | 0666, new Device(1, 3), 0, 0);
  }

  /** As {@link #plan} without anything mounted in the root. */
  PlanBuilder bare(Fd root) {
    return Plan.builder()
        .cloneInto(Set.of(Namespace.MNT, Namespace.PID, Namespace.UTS, Namespace.IPC))
        .rootPropagation(MountFlags.MS_SLAVE)
        .attachRoot(root);
  }

  /** A shell that runs the script as the container's first process. */
  Container sh(String script) throws IOException {
    return start(plan().pivot().chdir("/").exec(List.of("sh", "-c", script), ENVIRONMENT));
  }

  Container startWithLog(Path log, String script) throws IOException {
    Plan plan = plan().pivot().chdir("/").exec(List.of("sh", "-c", script), ENVIRONMENT).build();
    return startWithLog(log, plan);
  }

  Container startWithLog(Path log, Plan plan) throws IOException {
    return start(plan, newRun(), log);
  }

  Container start(PlanBuilder builder) throws IOException {
    return start(builder.build());
  }

  Container start(Plan plan) throws IOException {
    Path run = newRun();
    return start(plan, run, run.resolve("log"));
  }

  private Path newRun() throws IOException {
    return Files.createDirectory(directory.resolve("c" + containers++));
  }

  private Container start(Plan plan, Path run, Path log) throws IOException {
    int flags = FileFlags.O_WRONLY | FileFlags.O_CREAT | FileFlags.O_APPEND;
    try (Fd file = calls.open(log, flags, 0640)) {
      Shim shim = launcher.launch(new ShimLaunch("test", plan, run, file));
      Container container = new Container(shim, run, log);
      started.add(container);
      return container;
    } finally {
      plan.descriptors().forEach(Fd::close);
    }
  }

  static Plan execPlan(String... arguments) {
    return Plan.builder().chdirExisting("/").exec(List.of(arguments), ENVIRONMENT).build();
  }

  /** A started container of a test. */
  record Container(Shim shim, Path run, Path log) {

    ShimStatus.Running started() throws IOException {
      return shim.awaitStarted(SOON);
    }

    ExitStatus exit() throws IOException {
      return Waiting.on(shim.exited(), SOON, "end of the test container");
    }

    List<String> logLines() throws IOException {
      String text = Files.readString(log, StandardCharsets.ISO_8859_1);
      return text.isEmpty() ? List.of() : List.of(text.split("\n"));
    }

    /** What the log says without its timestamps, which are checked on the way. */
    List<String> logged() throws IOException {
      return logLines().stream().map(Container::withoutStamp).toList();
    }

    private static String withoutStamp(String line) {
      if (!LINE.matcher(line).matches()) {
        throw new AssertionError("not a line of the CRI log: " + line);
      }
      return line.substring(line.indexOf(' ') + 1);
    }

    ExecResult exec(String... arguments) throws IOException {
      return shim.exec(execPlan(arguments), SOON, 1 << 20);
    }
  }

  /** Whatever the test has done to it, the container goes, and then its shim. */
  private void end(Container container) throws IOException {
    Shim shim = container.shim();
    if (shim.status() instanceof ShimStatus.Running running
        && ExitRecord.read(container.run()).isEmpty()) {
      killed(running.pid());
    }
    long end = System.nanoTime() + SOON.toNanos();
    while (!isOver(shim.pid().orElseThrow())) {
      if (System.nanoTime() > end) {
        throw new AssertionError("shim stays: " + shim.pid());
      }
    }
    calls.waitpid(shim.pid().orElseThrow());
    shim.close();
  }

  /** Waits for the end of a process whose parent does not reap it yet. */
  static void awaitZombie(int pid) throws IOException {
    long end = System.nanoTime() + SOON.toNanos();
    while (!Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") Z ")) {
      if (System.nanoTime() > end) {
        throw new AssertionError("process goes on: " + pid);
      }
    }
  }

  /** A zombie is over as well: its shim was not watched by whoever is to reap it. */
  private static boolean isOver(int pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") Z ");
    } catch (IOException e) {
      return true;
    }
  }

  private void killed(int pid) throws IOException {
    try {
      calls.kill(pid, 9);
    } catch (SyscallException e) {
      if (!e.is(Errno.ESRCH)) {
        throw e;
      }
    }
  }

  static String text(java.nio.ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
  }

  @Override
  public void close() throws IOException {
    for (Container container : started) {
      end(container);
    }
    launcher.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
