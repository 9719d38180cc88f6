package io.gantry.oci;

import io.gantry.container.ContainerId;
import io.gantry.container.ExecRequest;
import io.gantry.image.manifest.ImageConfig;
import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.Linux;
import io.gantry.linux.MountFlags;
import io.gantry.linux.Namespace;
import io.gantry.linux.NamespaceThread;
import io.gantry.linux.Syscalls;
import io.gantry.linux.apparmor.AppArmor;
import io.gantry.linux.cgroup.Cgroup;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.linux.cgroup.Cgroups;
import io.gantry.linux.cgroup.MachineCgroups;
import io.gantry.shim.ExecResult;
import io.gantry.shim.Plan;
import io.gantry.shim.Shim;
import io.gantry.shim.ShimLaunch;
import io.gantry.shim.ShimLauncher;
import io.gantry.shim.ShimStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A busybox that runs in a pod of its own, started through policy, plan and shim. */
final class LiveContainer implements AutoCloseable {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Path SHIM = Path.of("../shim/target/native/gantry-shim");
  private static final List<String> APPLETS =
      List.of(
          ("sh cat sleep id ls grep readlink stat touch mount hostname env pwd echo unshare chmod"
                  + " mknod dd ps chroot true")
              .split(" ", -1));

  final Path directory;
  final ProcessSpec process;
  final List<String> warnings;
  private final Syscalls syscalls = Linux.syscalls();
  private final ContainerPolicy policy;
  private final ShimLauncher launcher;
  private final ContainerContext context;
  private final Cgroup cgroup;
  private final List<Fd> podNamespaces = new ArrayList<>();
  private @Nullable Shim shim;

  private LiveContainer(Path directory, Requests request, SeccompFilters filters, @Nullable Fd pid)
      throws IOException {
    this.directory = directory;
    Cgroups cgroups = MachineCgroups.detect();
    this.policy =
        new ContainerPolicy(
            syscalls,
            DaemonRights.ofThisProcess(),
            filters,
            new AppArmorProfiles(AppArmor.ofThisMachine()));
    this.launcher = ShimLauncher.of(syscalls, SHIM);
    ContainerId id = ContainerId.random();
    String group = "/gantry-policy-" + ProcessHandle.current().pid() + "-" + id.brief();
    this.cgroup = cgroups.create(group, CgroupLimits.NONE);
    Path rootfs = rootfs();
    if (request.command.isEmpty()) {
      request.command = List.of("sleep", "1000");
    }
    ImageConfig image = Requests.image("", List.of("IMAGE=yes"), List.of());
    try (Fd root = syscalls.open(rootfs, FileFlags.O_PATH, 0)) {
      ProcessDecision decision =
          policy.process(new ProcessRequest(request.spec(), image, true, "pod-1", root));
      this.process = decision.process();
      this.warnings = decision.warnings();
    }
    this.context =
        new ContainerContext(
            id,
            request.spec(),
            process,
            namespaces(pid),
            syscalls.openTree(Fd.CWD, rootfs.toString(), MountFlags.OPEN_TREE_CLONE),
            sharedMemory(),
            List.of(),
            etcFiles(),
            cgroups.layout(),
            cgroup,
            StartHooks.NONE);
  }

  static LiveContainer start(Requests request, SeccompFilters filters) throws IOException {
    return start(request, filters, null);
  }

  /** Sees the processes of another one. */
  static LiveContainer beside(LiveContainer other, Requests request, SeccompFilters filters)
      throws IOException {
    try (Fd process = Linux.syscalls().pidfdOpen(other.pid())) {
      return start(request, filters, process);
    }
  }

  private static LiveContainer start(Requests request, SeccompFilters filters, @Nullable Fd pid)
      throws IOException {
    Path directory = Files.createTempDirectory("gantry-policy");
    LiveContainer container = new LiveContainer(directory, request, filters, pid);
    try {
      container.launch();
      return container;
    } catch (IOException | RuntimeException e) {
      container.close();
      throw e;
    }
  }

  private Path rootfs() throws IOException {
    Path rootfs = Files.createDirectory(directory.resolve("rootfs"));
    Path bin = Files.createDirectory(rootfs.resolve("bin"));
    Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
    bin.resolve("busybox").toFile().setExecutable(true, false);
    for (String applet : APPLETS) {
      Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
    }
    Path etc = Files.createDirectory(rootfs.resolve("etc"));
    Files.writeString(
        etc.resolve("passwd"), "root:x:0:0::/root:/bin/sh\nweb:x:101:102::/srv:/bin/sh\n");
    Files.writeString(etc.resolve("group"), "root:x:0:\nweb:x:102:\naudio:x:29:web\n");
    Path temporary = Files.createDirectory(rootfs.resolve("tmp"));
    temporary.toFile().setWritable(true, false);
    return rootfs;
  }

  private EtcFiles etcFiles() throws IOException {
    return new EtcFiles(
        Files.writeString(directory.resolve("hosts"), "127.0.0.1 localhost\n"),
        Files.writeString(directory.resolve("hostname"), "pod-1\n"),
        Files.writeString(directory.resolve("resolv.conf"), "nameserver 192.0.2.1\n"));
  }

  private ContainerNamespaces namespaces(@Nullable Fd pid) throws IOException {
    Map<Namespace, Fd> made =
        NamespaceThread.call(
            "pod namespaces",
            thread -> {
              Map<Namespace, Fd> fds = new EnumMap<>(Namespace.class);
              thread.unshare(Namespace.NET, Namespace.IPC, Namespace.UTS);
              thread.hostname("pod-1");
              for (Namespace kind : List.of(Namespace.NET, Namespace.IPC, Namespace.UTS)) {
                fds.put(kind, thread.current(kind));
              }
              return fds;
            });
    podNamespaces.addAll(made.values());
    return new ContainerNamespaces(
        made.get(Namespace.NET), made.get(Namespace.IPC), made.get(Namespace.UTS), pid, null);
  }

  private Fd sharedMemory() throws IOException {
    try (Fd context = syscalls.fsopen("tmpfs")) {
      syscalls.fsconfigString(context, "size", "64k");
      syscalls.fsconfigString(context, "mode", "1777");
      syscalls.fsconfigCreate(context);
      return syscalls.fsmount(context, MountFlags.MOUNT_ATTR_NOSUID);
    }
  }

  private void launch() throws IOException {
    Path run = Files.createDirectory(directory.resolve("run"));
    try (ContainerPlan plan = policy.plan(context);
        Fd log =
            syscalls.open(
                run.resolve("log"),
                FileFlags.O_WRONLY | FileFlags.O_CREAT | FileFlags.O_APPEND,
                0640)) {
      plan.deviceRules().applyTo(cgroup);
      shim = launcher.launch(new ShimLaunch("policy", plan.plan(), run, log));
      shim.awaitStarted(SOON);
    }
  }

  private Shim shim() {
    return Objects.requireNonNull(shim, "not launched");
  }

  /** What a shell line prints, both streams; the exit code is appended when it is not zero. */
  String sh(String line) throws IOException {
    Plan plan = policy.exec(process, new ExecRequest(List.of("sh", "-c", line), false, false));
    ExecResult result = shim().exec(plan, SOON, 1 << 20);
    String text =
        StandardCharsets.UTF_8.decode(result.stdout().duplicate()).toString()
            + StandardCharsets.UTF_8.decode(result.stderr().duplicate());
    return result.exitCode() == 0 ? text.strip() : (text + "[" + result.exitCode() + "]").strip();
  }

  private int pid() {
    return ((ShimStatus.Running) shim().status()).pid();
  }

  /** The first process's own status, which an exec only repeats. */
  String statusOfFirst(String field) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid() + "/status")).stream()
        .filter(line -> line.startsWith(field + ":"))
        .findFirst()
        .orElseThrow()
        .substring(field.length() + 1)
        .strip();
  }

  @Override
  public void close() throws IOException {
    cgroup.kill();
    if (shim != null) {
      end(shim);
    }
    podNamespaces.forEach(Fd::close);
    launcher.close();
    cgroup.remove();
    delete(directory);
  }

  private static void end(Shim shim) throws IOException {
    try {
      shim.exited().handle((exit, failure) -> 0).get(20, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new IOException("the container does not end", e);
    } finally {
      shim.close();
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
