package io.gantry.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

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
import io.gantry.container.ContainerId;
import io.gantry.container.ContainerPaths;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a file may say and what it may not. */
class ConfigReaderTest {

  @Test
  void everyDefaultIsPinned() throws ConfigException {
    assertThat(ConfigReader.withoutFile(Flags.NONE))
        .isEqualTo(
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
                new OverlaySettings(
                    "",
                    "",
                    List.of("10.244.0.0/16"),
                    "gantry-vxlan",
                    1,
                    4789,
                    "",
                    "",
                    0,
                    Path.of("/etc/gantry/overlay.json"),
                    new OverlaySettings.Etcd(
                        List.of(), "/gantry/overlay", "", "", "", "", "", 24, 64, 60, 24),
                    new OverlaySettings.Kubernetes("", "", "", "", "")),
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
                    68_719_476_736L,
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
                new StreamingSettings("127.0.0.1", 0, 14_400, 30, false, "", "", ""),
                new ContainerLogSettings(0, 5)));
  }

  @Test
  void aDaemonWithAStateOfItsOwnHasASocketForPluginsOfItsOwn() throws ConfigException {
    assertThat(parse("state = \"/run/other\"\n").nri())
        .isEqualTo(
            new NriSettings(
                true,
                Path.of("/run/other/nri.sock"),
                Path.of("/run/other/nri/plugins"),
                Path.of("/run/other/nri/conf.d"),
                5,
                2));
    assertThat(
            parse(
                    """
                    [nri]
                    enabled = false
                    plugin_path = "/p"
                    plugin_config_path = "/c"
                    request_timeout_seconds = 1
                    """)
                .nri())
        .isEqualTo(
            new NriSettings(
                false, Path.of("/var/run/nri/nri.sock"), Path.of("/p"), Path.of("/c"), 5, 1));
    assertThatThrownBy(() -> parse("[nri]\nsocket = \"/" + "s".repeat(107) + "\"\n"))
        .hasMessageContaining("nri.socket");
  }

  @Test
  void logsOfContainersAreRotatedBySizesThatMakeSense() throws ConfigException {
    assertThat(parse("[container_log]\nmax_bytes = 1000000\nmax_files = 2\n").containerLog())
        .isEqualTo(new ContainerLogSettings(1_000_000, 2));
    assertThatThrownBy(() -> parse("[container_log]\nmax_bytes = 1000\n"))
        .hasMessageContaining("0 or a number from 262144 on");
    assertThatThrownBy(() -> parse("[container_log]\nmax_files = 1\n"))
        .hasMessageContaining("max_files");
  }

  @Test
  void theDefaultFileHasEveryKeyWithItsDefault() throws ConfigException {
    String uncommented = DefaultFile.text().replaceAll("(?m)^# ([a-z0-9_]+ = )", "$1");

    assertThat(parse(uncommented)).isEqualTo(Config.DEFAULT);
    assertThat(uncommented.lines().filter(line -> line.matches("[a-z0-9_]+ = .*")))
        .as("one line for each value of the record and those in it")
        .hasSize(4 + 1 + 11 + 10 + 11 + 5 + 2 + 1 + 1 + 6 + 13 + 4 + 1 + 8 + 2);
  }

  @Test
  void theDefaultFileChangesNothingAsItIs() throws ConfigException {
    assertThat(parse(DefaultFile.text())).isEqualTo(Config.DEFAULT);
  }

  @Test
  void anOverlayIsCheckedAsAWhole() throws ConfigException {
    OverlaySettings overlay =
        parse(
                """
                [overlay]
                source = "etcd"
                node_name = "a.example"
                networks = ["10.9.1.0/16", "fd00:9::/32"]
                address = "192.0.2.1"
                [overlay.etcd]
                endpoints = ["https://192.0.2.10:2379"]
                block_length = 26
                """)
            .overlay();
    assertThat(overlay.networks()).containsExactly("10.9.0.0/16", "fd00:9::/32");
    assertThat(overlay.etcd().blockLength()).isEqualTo(26);

    problem("[overlay]\nsource = \"consul\"", "give file, etcd, kubernetes or nothing");
    problem("[overlay]\nsource = \"etcd\"", "overlay.etcd.endpoints is empty; give");
    problem("[overlay]\nsource = \"kubernetes\"", "overlay.kubernetes.server is \"\"; give");
    problem("[overlay]\nnetworks = [\"10.9.0.0\"]", "overlay.networks has \"10.9.0.0\"; give");
    problem(
        "[overlay]\nnetworks = [\"10.1.0.0/16\", \"10.2.0.0/16\"]",
        "overlay.networks has two of one version; give");
    problem("[overlay]\naddress = \"localhost\"", "overlay.address is \"localhost\"; give");
    problem("[overlay]\nvni = 0", "overlay.vni is 0; give a number from 1 to 16777215");
    problem(
        "[overlay]\nnetworks = [\"10.1.0.0/25\"]",
        "overlay.etcd.block_length is 24; give a number from 25 to 30");
    problem(
        "[overlay.kubernetes]\ncert_file = \"/x\"",
        "overlay.kubernetes.key_file is \"\"; give the key of cert_file");
  }

  private static void problem(String text, String message) {
    assertThat(problems(text)).anyMatch(one -> one.contains(message));
  }

  @Test
  void thePageForUsersShowsTheDefaultFile() throws IOException {
    assertThat(Path.of("../docs/configuration.md"))
        .content()
        .contains("```toml\n" + DefaultFile.text() + "```\n");
  }

  @Test
  void aFileSaysWhatIsDifferent() throws ConfigException {
    Config config =
        parse(
            """
            state = "/tmp/x"
            socket_mode = "0600"
            [log]
            level = "debug"
            [network]
            block = "10.99.3.4/16"
            mtu = 1400
            [image]
            insecure_registries = ["reg.example:5000"]
            registry_config_dir = "/srv/certs.d/"
            auth_file = "/root/.docker/config.json"
            policy_file = "/etc/containers/policy.json"
            [registry]
            answer_timeout_seconds = 5
            [metrics]
            address = "[::1]:0"
            """);

    assertThat(config.socket()).isEqualTo(Path.of("/tmp/x/gantry.sock"));
    assertThat(config.socketMode()).isEqualTo("rw-------");
    assertThat(config.log().level()).isEqualTo("debug");
    assertThat(config.network().block()).isEqualTo("10.99.0.0/16");
    assertThat(config.network().mtu()).isEqualTo(1400);
    assertThat(config.image().insecureRegistries()).containsExactly("reg.example:5000");
    assertThat(config.image().registryConfigDir()).isEqualTo(Path.of("/srv/certs.d"));
    assertThat(config.image().authFile()).isEqualTo("/root/.docker/config.json");
    assertThat(config.image().policyFile()).isEqualTo("/etc/containers/policy.json");
    assertThat(config.registry()).isEqualTo(new RegistrySettings(10, 5, 30, 4096));
    assertThat(config.metrics().address()).isEqualTo("[::1]:0");
    assertThat(config.root()).isEqualTo(Config.DEFAULT.root());
  }

  @Test
  void flagsWinAndTheSocketFollowsTheState() throws ConfigException {
    Flags flags =
        new Flags(
            Optional.of(Path.of("/a")),
            Optional.of(Path.of("/b")),
            Optional.empty(),
            Optional.of("trace"));
    Config config = ConfigReader.parse("root = \"/c\"\nstate = \"/d\"\n", "f", flags);

    assertThat(config.root()).isEqualTo(Path.of("/a"));
    assertThat(config.state()).isEqualTo(Path.of("/b"));
    assertThat(config.socket()).isEqualTo(Path.of("/b/gantry.sock"));
    assertThat(config.log().level()).isEqualTo("trace");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          rot = "/x"              | f:1:1: unknown key rot; did you mean root?
          colour = 1              | f:1:1: unknown key colour; there is cdi, cgroup, container_log, hooks, image, log, metrics, network, nri, overlay, registry, root, socket, socket_mode, state, streaming
          network.brigde = "a"    | f:1:1: unknown key network.brigde; did you mean network.bridge?
          root = 7                | f:1:1: root is 7; give an absolute path
          root = "var"            | f:1:1: root is "var"; give an absolute path
          log.level = "loud"      | f:1:1: log.level is "loud"; give one of error, warn, info, debug, trace
          log = "info"            | f:1:1: log is "info"; give a table: [log]
          network.mtu = 100       | f:1:1: network.mtu is 100; give 0 or a number from 576 to 65535
          network.mtu = -1        | f:1:1: network.mtu is -1; give a number from 0 to 65535
          network.mtu = "big"     | f:1:1: network.mtu is "big"; give a number from 0 to 65535
          network.block = "10.0"  | f:1:1: network.block is "10.0"; give a block of addresses such as "10.88.0.0/16"
          network.bridge = "a b"  | f:1:1: network.bridge is "a b"; give 1 to 15 letters, digits, dots, dashes or underscores
          cgroup.driver = "runc"  | f:1:1: cgroup.driver is "runc"; give one of auto, cgroupfs, systemd
          cgroup.root = "/a/../b" | f:1:1: cgroup.root is "/a/../b"; give an absolute path within the hierarchies such as /gantry
          image.parallel_layers=0 | f:1:1: image.parallel_layers is 0; give a number from 1 to 64
          image.keep_blobs="yes" | f:1:1: image.keep_blobs is "yes"; give true or false
          image.layer_form = "x"  | f:1:1: image.layer_form is "x"; give one of directory, erofs, auto
          image.auth_file = "a"   | f:1:1: image.auth_file is "a"; give an absolute path
          image.policy_file = "a" | f:1:1: image.policy_file is "a"; give an absolute path
          registry.stall_timeout_seconds = 0  | f:1:1: registry.stall_timeout_seconds is 0; give a number from 1 to 3600
          registry.least_bytes_per_second = 0 | f:1:1: registry.least_bytes_per_second is 0; give a number from 1 to 1099511627776
          hooks.directories = ["a"] | f:1:1: hooks.directories has a; give absolute paths
          streaming.address = "0.0.0.0" | f:1:1: streaming.address is "0.0.0.0"; give one address of this node such as "127.0.0.1", by which clients reach it
          streaming = {tls = true, cert_file = "/c"} | f:1:26: streaming.cert_file and key_file go together; give both, or none of them
          streaming.client_ca_file = "/c" | f: streaming.tls is false beside certificates; give tls = true, or no certificates
          metrics.address = "a"   | f:1:1: metrics.address is "a"; give host:port such as "127.0.0.1:9095", or nothing
          metrics.address = "a:65536" | f:1:1: metrics.address is "a:65536"; give host:port such as "127.0.0.1:9095", or nothing
          image.pinned = "a"      | f:1:1: image.pinned is "a"; give a list of strings: ["...", "..."]
          image.pinned = [1]      | f:1:1: image.pinned is [1]; give a list of strings: ["...", "..."]
          socket_mode = "0666"    | f:1:1: socket_mode is "0666"; give one of 0600, 0660
          """)
  void whatIsWrongIsToldWithPlaceAndRemedy(String text, String problem) {
    assertThat(problems(text)).containsExactly(problem);
  }

  /** Supervisors could not bind their sockets below a longer one, which only a start would tell. */
  @Test
  void aStateThatLeavesNoRoomForSocketsIsRefused() throws ConfigException {
    String longest = "/" + "s".repeat(60);
    Path socket =
        new ContainerPaths(parse("state = \"" + longest + "\"").state().resolve("containers"))
            .directory(ContainerId.random())
            .resolve("shim.sock");

    assertThat(socket.toString()).hasSize(107);
    assertThat(problems("state = \"" + longest + "s\""))
        .containsExactly("f:1:1: state has 62 bytes; give a path of at most 61");
    assertThat(problems("socket = \"/" + "s".repeat(107) + "\""))
        .containsExactly("f:1:1: socket has 108 bytes; give a path of at most 107");
  }

  @Test
  void allProblemsAreToldAtOnceEachInItsLine() {
    assertThat(
            problems(
                """
                root = "x"

                [network]
                  mtu = 3
                colour = "red"
                """))
        .containsExactly(
            "f:1:1: root is \"x\"; give an absolute path",
            "f:4:3: network.mtu is 3; give 0 or a number from 576 to 65535",
            "f:5:1: unknown key network.colour; there is network.block, network.block6,"
                + " network.bridge, network.config_dir, network.mtu, network.name,"
                + " network.plugin_dirs, network.plugin_timeout_seconds, network.template,"
                + " network.use, network.zero_config");
  }

  @Test
  void whatIsNoTomlIsToldWithItsPlace() {
    assertThat(problems("root = \n")).singleElement().asString().startsWith("f:1:8: ");
  }

  private static Config parse(String text) throws ConfigException {
    return ConfigReader.parse(text, "f", Flags.NONE);
  }

  private static List<String> problems(String text) {
    return catchThrowableOfType(ConfigException.class, () -> parse(text)).problems();
  }
}
