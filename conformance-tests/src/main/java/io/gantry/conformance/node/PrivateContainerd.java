package io.gantry.conformance.node;

import io.gantry.api.cri.v1.ListPodSandboxRequest;
import io.gantry.api.cri.v1.PodSandbox;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.conformance.cri.CriClient;
import io.gantry.conformance.cri.TestPod;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The distribution's containerd with runc and the reference network plugins, as a peer of Gantry.
 * It has its own state, socket and bridge; what it has in places that cannot be chosen is listed in
 * {@link ContainerdTraces}.
 */
public final class PrivateContainerd implements PrivateRuntime {

  /** Where Debian has the network plugins, and where upstream has them. */
  private static final List<Path> PLUGIN_DIRECTORIES =
      List.of(Path.of("/usr/lib/cni"), Path.of("/opt/cni/bin"));

  private static final List<String> PLUGINS =
      List.of("bridge", "host-local", "loopback", "portmap");
  private static final List<String> PROGRAMS =
      List.of("containerd", "containerd-shim-runc-v2", "ctr", "runc", "iptables");

  private final Path directory;
  private final ContainerdTraces traces;
  private final Daemon daemon;

  private PrivateContainerd(Path directory, ContainerdTraces traces, Daemon daemon) {
    this.directory = directory;
    this.traces = traces;
    this.daemon = daemon;
  }

  /** What has to be installed before one can be started; empty when all is there. */
  public static List<String> missingPrograms() {
    List<String> missing =
        new ArrayList<>(PROGRAMS.stream().filter(name -> !Command.isInstalled(name)).toList());
    if (PLUGIN_DIRECTORIES.stream().noneMatch(PrivateContainerd::hasPlugins)) {
      missing.add("the network plugins " + PLUGINS + " in one of " + PLUGIN_DIRECTORIES);
    }
    return missing;
  }

  private static boolean hasPlugins(Path directory) {
    return PLUGINS.stream().allMatch(name -> Files.isExecutable(directory.resolve(name)));
  }

  /**
   * Starts a daemon and waits until it answers.
   *
   * @param directory an existing one, for what the daemon has
   */
  public static PrivateContainerd start(Distribution distribution, Path directory)
      throws IOException, InterruptedException {
    return start(distribution, directory, List.of());
  }

  /**
   * Starts a daemon through another program, such as {@code unshare -m}.
   *
   * @param before words before the daemon's own; the program they name must become the daemon
   */
  public static PrivateContainerd start(
      Distribution distribution, Path directory, List<String> before)
      throws IOException, InterruptedException {
    if (!missingPrograms().isEmpty()) {
      throw new IOException("containerd cannot be started, not installed: " + missingPrograms());
    }
    String name = name(directory);
    ContainerdTraces traces = ContainerdTraces.before(directory, socket(directory), name);
    Files.createDirectory(directory.resolve("net.d"));
    fill(distribution, directory, "containerd.toml", "config.toml");
    fill(distribution, directory, "containerd-network.json", "net.d/10-network.conflist");
    List<String> command =
        List.of("containerd", "--config", directory.resolve("config.toml").toString());
    Daemon daemon = Daemon.start(before, command, socket(directory), daemonLog(directory));
    PrivateContainerd started = new PrivateContainerd(directory, traces, daemon);
    try {
      TestImage.importInto(started, distribution, "pause-image");
    } catch (IOException | InterruptedException failure) {
      started.close();
      throw failure;
    }
    return started;
  }

  private static void fill(
      Distribution distribution, Path directory, String template, String target)
      throws IOException {
    Path plugins =
        PLUGIN_DIRECTORIES.stream().filter(PrivateContainerd::hasPlugins).findFirst().orElseThrow();
    String text = Files.readString(distribution.repository().resolve("hack/lib").resolve(template));
    Files.writeString(
        directory.resolve(target),
        text.replace("@DIRECTORY@", directory.toString())
            .replace("@NAME@", name(directory))
            .replace("@SUBNET@", subnet(directory))
            .replace("@PLUGINS@", plugins.toString()));
  }

  /** One of 256 for private daemons, so that two on one machine hardly ever meet. */
  private static String subnet(Path directory) {
    return "10.201.%d.0/24".formatted(directory.toString().hashCode() & 0xff);
  }

  private static String name(Path directory) {
    return Names.of("cd", directory);
  }

  private static Path socket(Path directory) {
    return directory.resolve("containerd.sock");
  }

  private static Path daemonLog(Path directory) {
    return directory.resolve("containerd.log");
  }

  @Override
  public CriClient client() {
    return daemon.client();
  }

  @Override
  public Path socket() {
    return socket(directory);
  }

  @Override
  public Path daemonLog() {
    return daemonLog(directory);
  }

  @Override
  public String name() {
    return name(directory);
  }

  @Override
  public long pid() {
    return daemon.pid();
  }

  /** Its CRI server sees only what is in the namespace {@code k8s.io}. */
  @Override
  public void importImage(Path archive) throws IOException, InterruptedException {
    var _ =
        Command.output(
            "ctr",
            "--address",
            socket().toString(),
            "--namespace",
            ContainerdTraces.NAMESPACE,
            "images",
            "import",
            archive.toString());
  }

  @Override
  public void kill() throws InterruptedException {
    daemon.kill();
  }

  @Override
  public void terminate() throws IOException, InterruptedException {
    daemon.terminate();
  }

  @Override
  public void startAgain() throws IOException, InterruptedException {
    daemon.startAgain();
  }

  @Override
  public void startAgain(List<String> before) throws IOException, InterruptedException {
    daemon.startAgain(before);
  }

  /** Removes all pods as a client, ends the daemon, and takes away what is left of them. */
  @Override
  public void close() throws IOException {
    Leftovers leftovers = new Leftovers();
    leftovers.attempt(this::removePods);
    leftovers.attempt(daemon::close);
    traces.remove(leftovers);
    leftovers.report();
  }

  private void removePods() throws IOException, InterruptedException {
    daemon.revive();
    try {
      ListPodSandboxRequest all = ListPodSandboxRequest.getDefaultInstance();
      for (PodSandbox pod : client().runtime().listPodSandbox(all).getItemsList()) {
        TestPod left = new TestPod(client(), PodSandboxConfig.getDefaultInstance(), pod.getId());
        left.stop();
        left.remove();
      }
    } catch (StatusRuntimeException failure) {
      throw new IOException(
          "not all pods of " + socket() + " can be removed: " + failure.getMessage(), failure);
    }
  }
}
