package io.gantry.config;

import io.gantry.config.Config.CdiSettings;
import io.gantry.config.Config.CgroupSettings;
import io.gantry.config.Config.ContainerLogSettings;
import io.gantry.config.Config.HookSettings;
import io.gantry.config.Config.ImageSettings;
import io.gantry.config.Config.LogSettings;
import io.gantry.config.Config.MetricsSettings;
import io.gantry.config.Config.NetworkSettings;
import io.gantry.config.Config.NriSettings;
import io.gantry.config.Config.RegistrySettings;
import io.gantry.config.Config.StreamingSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;

/** Reads the configuration file. All problems are found at once, not one at each try. */
public final class ConfigReader {

  /** From most to least urgent. */
  public static final List<String> LOG_LEVELS = List.of("error", "warn", "info", "debug", "trace");

  private static final List<String> LAYER_FORMS = List.of("directory", "erofs", "auto");

  /** unix(7): 108 bytes with the closing NUL. */
  private static final int LONGEST_SOCKET = 107;

  /** Supervisors listen below it, at {@code containers/} 24 digits {@code /shim.sock}. */
  private static final int LONGEST_STATE = LONGEST_SOCKET - 46;

  /** A name, an IPv4 address, or an IPv6 address in brackets; or nothing. */
  private static final String HOST_AND_PORT = "|([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+]):[0-9]{1,5}";

  private static final int LARGEST_PORT = 65535;
  private static final int LEAST_MTU = 576;
  private static final long LEAST_LOG = 256 << 10;
  private static final int MOST_MTU = 65535;

  private ConfigReader() {}

  /**
   * Reads a file, lays the flags over it and fills in the rest.
   *
   * @throws ConfigException when the file has problems
   * @throws IOException when it cannot be read
   */
  public static Config read(Path file, Flags flags) throws ConfigException, IOException {
    return parse(Files.readString(file), file.toString(), flags);
  }

  /** The configuration without a file. */
  public static Config withoutFile(Flags flags) throws ConfigException {
    return parse("", "the command line", flags);
  }

  /**
   * @param name of the file, for messages
   */
  static Config parse(String text, String name, Flags flags) throws ConfigException {
    TomlParseResult toml = Toml.parse(text);
    if (toml.hasErrors()) {
      throw new ConfigException(
          toml.errors().stream()
              .map(e -> Problems.at(name, e.position()) + firstLine(String.valueOf(e.getMessage())))
              .toList());
    }
    Problems problems = new Problems(name);
    Config config = config(new Section(toml, "", problems), flags);
    problems.throwIfAny();
    return config;
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("cannot be read");
  }

  private static Config config(Section top, Flags flags) {
    Config defaults = Config.DEFAULT;
    Path root = top.path("root", defaults.root());
    Path state = flags.state().orElse(top.path("state", defaults.state()));
    limitLength(top, "state", state, LONGEST_STATE);
    // Two daemons that differ in --state only must not meet at one socket.
    Path socket = flags.socket().orElse(top.path("socket", state.resolve("gantry.sock")));
    limitLength(top, "socket", socket, LONGEST_SOCKET);
    String socketMode =
        top.choice("socket_mode", "0660", List.of("0600", "0660")).equals("0600")
            ? "rw-------"
            : defaults.socketMode();
    LogSettings log = log(top.section("log"), flags);
    NetworkSettings network = network(top.section("network"), defaults.network());
    OverlaySettings overlay = OverlayReader.read(top.section("overlay"));
    CgroupSettings cgroup = cgroup(top.section("cgroup"), defaults.cgroup());
    CdiSettings cdi =
        new CdiSettings(directories(top.section("cdi"), defaults.cdi().directories()));
    HookSettings hooks =
        new HookSettings(directories(top.section("hooks"), defaults.hooks().directories()));
    NriSettings nri = nri(top.section("nri"), state);
    ImageSettings image = image(top.section("image"), defaults.image());
    RegistrySettings registry = registry(top.section("registry"), defaults.registry());
    MetricsSettings metrics = metrics(top.section("metrics"), defaults.metrics());
    StreamingSettings streaming = streaming(top.section("streaming"), defaults.streaming());
    ContainerLogSettings containerLog =
        containerLog(top.section("container_log"), defaults.containerLog());
    top.refuseOthers();
    return new Config(
        flags.root().orElse(root),
        state,
        socket,
        socketMode,
        log,
        network,
        overlay,
        cgroup,
        cdi,
        hooks,
        nri,
        image,
        registry,
        metrics,
        streaming,
        containerLog);
  }

  /** A daemon that starts and cannot start containers afterwards helps nobody. */
  private static void limitLength(Section top, String key, Path path, int most) {
    int bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > most) {
      top.refuse(key, "has " + bytes + " bytes", "a path of at most " + most);
    }
  }

  private static LogSettings log(Section section, Flags flags) {
    String level = section.choice("level", Config.DEFAULT.log().level(), LOG_LEVELS);
    section.refuseOthers();
    return new LogSettings(flags.logLevel().orElse(level));
  }

  private static NetworkSettings network(Section section, NetworkSettings defaults) {
    String name = section.matching("name", defaults.name(), "[A-Za-z][A-Za-z0-9_]*", "a word");
    String bridge =
        section.matching(
            "bridge",
            defaults.bridge(),
            "[A-Za-z0-9_.-]{1,15}",
            "1 to 15 letters, digits, dots, dashes or underscores");
    String block = section.block("block", defaults.block());
    String block6 = section.block("block6", defaults.block6());
    long mtu = section.number("mtu", defaults.mtu(), 0, MOST_MTU);
    if (mtu != 0 && mtu < LEAST_MTU) {
      section.refuse("mtu", "is " + mtu, "0 or a number from " + LEAST_MTU + " to " + MOST_MTU);
    }
    NetworkSettings settings =
        new NetworkSettings(
            name,
            bridge,
            block,
            block6,
            (int) mtu,
            section.path("config_dir", defaults.configDir()),
            section.texts("plugin_dirs", defaults.pluginDirs()),
            seconds(section, "plugin_timeout_seconds", defaults.pluginTimeoutSeconds()),
            section.matching("use", defaults.use(), "|[A-Za-z0-9][A-Za-z0-9_.-]*", "a name"),
            section.flag("zero_config", defaults.zeroConfig()),
            section.matching("template", defaults.template(), "|/[^\\x00]+", "an absolute path"));
    section.refuseOthers();
    return settings;
  }

  private static CgroupSettings cgroup(Section section, CgroupSettings defaults) {
    String root =
        section.matching(
            "root",
            defaults.root(),
            "(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+",
            "an absolute path within the hierarchies such as /gantry");
    String driver =
        section.choice("driver", defaults.driver(), List.of("auto", "cgroupfs", "systemd"));
    section.refuseOthers();
    return new CgroupSettings(root, driver);
  }

  /** A section that names directories and nothing else. */
  private static List<String> directories(Section section, List<String> defaults) {
    List<String> directories = section.texts("directories", defaults);
    for (String directory : directories) {
      if (!directory.startsWith("/")) {
        section.refuse("directories", "has " + directory, "absolute paths");
      }
    }
    section.refuseOthers();
    return directories;
  }

  /** Daemons with a state of their own have a socket and plugins of their own too. */
  private static NriSettings nri(Section section, Path state) {
    NriSettings defaults = Config.DEFAULT.nri();
    boolean only = state.equals(Config.DEFAULT.state());
    NriSettings settings =
        new NriSettings(
            section.flag("enabled", defaults.enabled()),
            section.path("socket", only ? defaults.socket() : state.resolve("nri.sock")),
            section.path(
                "plugin_path", only ? defaults.pluginPath() : state.resolve("nri/plugins")),
            section.path(
                "plugin_config_path",
                only ? defaults.pluginConfigPath() : state.resolve("nri/conf.d")),
            seconds(section, "registration_timeout_seconds", defaults.registrationTimeoutSeconds()),
            seconds(section, "request_timeout_seconds", defaults.requestTimeoutSeconds()));
    limitLength(section, "socket", settings.socket(), LONGEST_SOCKET);
    section.refuseOthers();
    return settings;
  }

  private static ImageSettings image(Section section, ImageSettings defaults) {
    ImageSettings settings =
        new ImageSettings(
            (int) section.number("parallel_layers", defaults.parallelLayers(), 1, 64),
            section.choice("layer_form", defaults.layerForm(), LAYER_FORMS),
            section.number("max_layer_bytes", defaults.maxLayerBytes(), 1 << 20, Long.MAX_VALUE),
            section.number("max_layer_entries", defaults.maxLayerEntries(), 1000, 100_000_000),
            section.texts("insecure_registries"),
            section.path("registry_config_dir", defaults.registryConfigDir()),
            section.matching("auth_file", defaults.authFile(), "|/[^\\x00]+", "an absolute path"),
            section.matching(
                "policy_file", defaults.policyFile(), "|/[^\\x00]+", "an absolute path"),
            section.texts("pinned"),
            section.flag("keep_blobs", defaults.keepBlobs()),
            section.flag("volatile_writable_layers", defaults.volatileWritableLayers()),
            section.choice(
                "user_namespace_layers",
                defaults.userNamespaceLayers(),
                List.of("mapped", "shifted", "auto")),
            section.flag("declared_volumes", defaults.declaredVolumes()));
    section.refuseOthers();
    return settings;
  }

  private static RegistrySettings registry(Section section, RegistrySettings defaults) {
    RegistrySettings settings =
        new RegistrySettings(
            seconds(section, "connect_timeout_seconds", defaults.connectTimeoutSeconds()),
            seconds(section, "answer_timeout_seconds", defaults.answerTimeoutSeconds()),
            seconds(section, "stall_timeout_seconds", defaults.stallTimeoutSeconds()),
            section.number("least_bytes_per_second", defaults.leastBytesPerSecond(), 1, 1L << 40));
    section.refuseOthers();
    return settings;
  }

  private static MetricsSettings metrics(Section section, MetricsSettings defaults) {
    String wanted = "host:port such as \"127.0.0.1:9095\", or nothing";
    String address = section.matching("address", defaults.address(), HOST_AND_PORT, wanted);
    int colon = address.lastIndexOf(':');
    if (colon >= 0 && Integer.parseInt(address.substring(colon + 1)) > LARGEST_PORT) {
      section.refuse("address", "is \"" + address + "\"", wanted);
    }
    section.refuseOthers();
    return new MetricsSettings(address);
  }

  /**
   * Clients are sent to the address, so it has to be one by which they get here. A file that does
   * nothing would be taken for protection, so it is refused.
   */
  private static StreamingSettings streaming(Section section, StreamingSettings defaults) {
    String path = "|/[^\\x00]+";
    StreamingSettings settings =
        new StreamingSettings(
            section.matching(
                "address",
                defaults.address(),
                "(?!0\\.0\\.0\\.0$)[0-9]{1,3}(\\.[0-9]{1,3}){3}|(?!::$)[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*",
                "one address of this node such as \"127.0.0.1\", by which clients reach it"),
            (int) section.number("port", defaults.port(), 0, LARGEST_PORT),
            (int) section.number("idle_timeout_seconds", defaults.idleTimeoutSeconds(), 1, 604_800),
            seconds(section, "creation_timeout_seconds", defaults.creationTimeoutSeconds()),
            section.flag("tls", defaults.tls()),
            section.matching("cert_file", defaults.certFile(), path, "an absolute path"),
            section.matching("key_file", defaults.keyFile(), path, "an absolute path"),
            section.matching("client_ca_file", defaults.clientCaFile(), path, "an absolute path"));
    if (settings.certFile().isEmpty() != settings.keyFile().isEmpty()) {
      section.refuse("cert_file", "and key_file go together", "both, or none of them");
    }
    if (!settings.tls() && !(settings.certFile().isEmpty() && settings.clientCaFile().isEmpty())) {
      section.refuse("tls", "is false beside certificates", "tls = true, or no certificates");
    }
    section.refuseOthers();
    return settings;
  }

  /** A file smaller than what is written at once would be rotated with every write. */
  private static ContainerLogSettings containerLog(Section section, ContainerLogSettings defaults) {
    long most = section.number("max_bytes", defaults.maxBytes(), 0, 1L << 40);
    if (most != 0 && most < LEAST_LOG) {
      section.refuse("max_bytes", "is " + most, "0 or a number from " + LEAST_LOG + " on");
    }
    int files = (int) section.number("max_files", defaults.maxFiles(), 2, 1000);
    section.refuseOthers();
    return new ContainerLogSettings(most, files);
  }

  private static int seconds(Section section, String key, int fallback) {
    return (int) section.number(key, fallback, 1, 3600);
  }
}
