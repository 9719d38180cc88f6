package io.gantry.shim;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.Device;
import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.Linux;
import io.gantry.linux.MountFlags;
import io.gantry.linux.Namespace;
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
import java.util.stream.Stream;

/** A place for containers of one test: a root file system of busybox, run directories, logs. */
final class Box implements AutoCloseable {

  static final Duration SOON = Duration.ofSeconds(20);
  static final List<String> ENVIRONMENT = List.of("PATH=/bin:/sbin", "HOME=/");
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
          "mkdir");

  final Syscalls calls = Linux.syscalls();
  final Path directory;
  final Path rootfs;
  final ShimLauncher launcher;
  private final List<Shim> shims = new ArrayList<>();
  private int containers;

  Box(Binary binary) throws IOException {
    directory = Files.createTempDirectory("gantry-shim");
    rootfs = Files.createDirectory(directory.resolve("rootfs"));
    launcher = ShimLauncher.of(calls, binary.path());
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
        .mount(
            new NewMount(
                "devpts", "devpts", 0xa, List.of("mode=0620", "ptmxmode=0666"), "/dev/pts"));
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

  Container start(PlanBuilder builder) throws IOException {
    return start(builder.build());
  }

  Container start(Plan plan) throws IOException {
    Path run = Files.createDirectory(directory.resolve("c" + containers++));
    Path log = run.resolve("log");
    int flags = FileFlags.O_WRONLY | FileFlags.O_CREAT | FileFlags.O_APPEND;
    try (Fd file = calls.open(log, flags, 0640)) {
      Shim shim = launcher.launch(new ShimLaunch("test", plan, run, file));
      shims.add(shim);
      return new Container(shim, run, log);
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
      return Files.readString(log, StandardCharsets.ISO_8859_1).lines().toList();
    }

    /** What the log says without its timestamps, which are checked on the way. */
    List<String> logged() throws IOException {
      return logLines().stream().map(Container::withoutStamp).toList();
    }

    private static String withoutStamp(String line) {
      assertThat(line)
          .matches("(?s)\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z std(out|err) [PF] .*");
      return line.substring(line.indexOf(' ') + 1);
    }

    ExecResult exec(String... arguments) throws IOException {
      return shim.exec(execPlan(arguments), SOON, 1 << 20);
    }
  }

  static String text(java.nio.ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
  }

  @Override
  public void close() throws IOException {
    for (Shim shim : shims) {
      if (shim.status() instanceof ShimStatus.Running) {
        shim.signal(9);
        Waiting.on(shim.exited(), SOON, "end of a test container");
      }
      shim.close();
    }
    launcher.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
