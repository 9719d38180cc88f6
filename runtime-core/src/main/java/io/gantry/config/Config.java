package io.gantry.config;

import java.nio.file.Path;
import java.util.List;

/**
 * The daemon's configuration, checked as a whole.
 *
 * @param root what survives a reboot: images, records, writable layers
 * @param state what does not: pins, sockets, exit records
 * @param socket where clients connect
 * @param socketMode permissions of the socket as {@code rw-rw----}
 */
public record Config(
    Path root,
    Path state,
    Path socket,
    String socketMode,
    LogSettings log,
    NetworkSettings network,
    OverlaySettings overlay,
    CgroupSettings cgroup,
    CdiSettings cdi,
    HookSettings hooks,
    NriSettings nri,
    ImageSettings image,
    RegistrySettings registry,
    MetricsSettings metrics,
    StreamingSettings streaming,
    ContainerLogSettings containerLog) {

  /** The file that is read when no other is named. */
  public static final Path FILE = Path.of("/etc/gantry/config.toml");

  /** What holds where the file says nothing. */
  public static final Config DEFAULT =
      new Config(
          Path.of("/var/lib/gantry"),
          Path.of("/run/gantry"),
          Path.of("/run/gantry/gantry.sock"),
          "rw-rw----",
          new LogSettings("info"),
          new NetworkSettings(
              "gantry",
              "gantry0",
              "",
              "",
              0,
              Path.of("/etc/cni/net.d"),
              List.of("/opt/cni/bin", "/usr/lib/cni"),
              30,
              "",
              true,
              ""),
          OverlaySettings.DEFAULT,
          new CgroupSettings("/gantry", "auto"),
          new CdiSettings(List.of("/etc/cdi", "/var/run/cdi")),
          new HookSettings(List.of()),
          new NriSettings(
              true,
              Path.of("/var/run/nri/nri.sock"),
              Path.of("/opt/nri/plugins"),
              Path.of("/etc/nri/conf.d"),
              5,
              2),
          new ImageSettings(
              3,
              "directory",
              64L << 30,
              2_000_000,
              List.of(),
              Path.of("/etc/gantry/certs.d"),
              "",
              "",
              List.of(),
              false,
              true,
              "auto",
              true),
          new RegistrySettings(10, 30, 30, 4096),
          new MetricsSettings(""),
          new StreamingSettings("127.0.0.1", 0, 4 * 3600, 30, false, "", "", ""),
          new ContainerLogSettings(0, 5));

  /**
   * What the daemon writes of itself.
   *
   * @param level error, warn, info, debug or trace
   */
  public record LogSettings(String level) {}

  /**
   * What pods are attached to.
   *
   * @param name of the network where nothing is configured, and of the packet filter's table
   * @param bridge name of its interface, 1 to 15 characters
   * @param block its addresses as {@code 10.88.0.0/16}, or empty for a private block that the node
   *     does not use
   * @param block6 its addresses of version 6, or empty for none
   * @param mtu bytes, or 0 for that of the default route's interface
   * @param configDir of CNI configuration lists
   * @param pluginDirs in which plugins that are programs are looked for
   * @param pluginTimeoutSeconds how long a plugin that is a program may take
   * @param use the network of new pods; empty for the first by file name
   * @param zeroConfig whether a node where nothing is configured has a network
   * @param template a configuration list to be filled with the node's pod blocks, or empty
   */
  public record NetworkSettings(
      String name,
      String bridge,
      String block,
      String block6,
      int mtu,
      Path configDir,
      List<String> pluginDirs,
      int pluginTimeoutSeconds,
      String use,
      boolean zeroConfig,
      String template) {

    public NetworkSettings {
      pluginDirs = List.copyOf(pluginDirs);
    }
  }

  /**
   * Where control groups are made.
   *
   * @param root absolute path within the hierarchies, of pods whose orchestrator names no parent
   * @param driver who makes them: cgroupfs, systemd, or auto for systemd where it can
   */
  public record CgroupSettings(String root, String driver) {}

  /**
   * Where devices of the Container Device Interface are described.
   *
   * @param directories absolute; a later one wins over an earlier one
   */
  public record CdiSettings(List<String> directories) {
    public CdiSettings {
      directories = List.copyOf(directories);
    }
  }

  /**
   * Where hooks for all containers are described.
   *
   * @param directories absolute; a file of a later one takes the place of one of the same name
   */
  public record HookSettings(List<String> directories) {
    public HookSettings {
      directories = List.copyOf(directories);
    }
  }

  /**
   * How plugins of the Node Resource Interface are served.
   *
   * @param socket where they connect
   * @param pluginPath where those are that are started with the daemon; may be missing
   * @param pluginConfigPath where their configurations are; may be missing
   * @param registrationTimeoutSeconds until one has registered and taken what there is
   * @param requestTimeoutSeconds for each answer of one
   */
  public record NriSettings(
      boolean enabled,
      Path socket,
      Path pluginPath,
      Path pluginConfigPath,
      int registrationTimeoutSeconds,
      int requestTimeoutSeconds) {}

  /**
   * How images are brought here.
   *
   * @param parallelLayers how many layers are downloaded and unpacked at a time, over all pulls
   * @param layerForm how new layers are kept: directory, erofs, or auto for what the kernel can
   * @param maxLayerBytes what one layer may grow to before it is taken for a bomb
   * @param maxLayerEntries how many entries it may have, and how many files and directories they
   *     may make
   * @param insecureRegistries hosts, with port where there is one, that are spoken to over plain
   *     HTTP; loopback always is
   * @param registryConfigDir where {@code <registry>/hosts.toml} names mirrors; may be missing
   * @param authFile absolute path of a {@code config.json} of Docker's clients with credentials for
   *     pulls that bring none, or empty
   * @param policyFile absolute path of a policy as containers-policy.json(5) that says which
   *     signatures pulled images need, or empty when they need none
   * @param pinned full names of images that no garbage collection may remove
   * @param keepBlobs whether compressed layers are kept beside their files
   * @param volatileWritableLayers whether what containers write into their own files is left to the
   *     kernel to store when it likes
   * @param userNamespaceLayers how the files of an image become those of a pod with a user
   *     namespace: mapped, shifted, or auto for what the kernel can
   * @param declaredVolumes whether containers get the volumes that their images declare
   */
  public record ImageSettings(
      int parallelLayers,
      String layerForm,
      long maxLayerBytes,
      long maxLayerEntries,
      List<String> insecureRegistries,
      Path registryConfigDir,
      String authFile,
      String policyFile,
      List<String> pinned,
      boolean keepBlobs,
      boolean volatileWritableLayers,
      String userNamespaceLayers,
      boolean declaredVolumes) {

    public ImageSettings {
      insecureRegistries = List.copyOf(insecureRegistries);
      pinned = List.copyOf(pinned);
    }
  }

  /**
   * How long registries are waited for.
   *
   * @param connectTimeoutSeconds until a connection stands
   * @param answerTimeoutSeconds until an endpoint begins to answer, all tries together
   * @param stallTimeoutSeconds over which the flow of a download is judged
   * @param leastBytesPerSecond what a download has to bring in that time
   */
  public record RegistrySettings(
      int connectTimeoutSeconds,
      int answerTimeoutSeconds,
      int stallTimeoutSeconds,
      long leastBytesPerSecond) {}

  /**
   * Where numbers are shown.
   *
   * @param address {@code host:port} of an HTTP endpoint for Prometheus, or empty for none
   */
  public record MetricsSettings(String address) {}

  /**
   * What becomes of logs of containers that no client rotates.
   *
   * @param maxBytes after which a new file is begun, or 0 for never
   * @param maxFiles of one container, with the one that is written
   */
  public record ContainerLogSettings(long maxBytes, int maxFiles) {}

  /**
   * Where exec, attach and port-forward are served.
   *
   * @param address that is listened on, and that clients are told
   * @param port 0 for any that is free
   * @param idleTimeoutSeconds after which silence a stream is closed
   * @param creationTimeoutSeconds how long a client may take to open its streams
   * @param tls whether it is HTTPS
   * @param certFile chain of certificates in PEM, or empty for one that the daemon makes
   * @param keyFile of the certificate, in PEM; empty exactly where that is
   * @param clientCaFile whom clients have to be certified by, in PEM; or empty to take everybody
   */
  public record StreamingSettings(
      String address,
      int port,
      int idleTimeoutSeconds,
      int creationTimeoutSeconds,
      boolean tls,
      String certFile,
      String keyFile,
      String clientCaFile) {}
}
