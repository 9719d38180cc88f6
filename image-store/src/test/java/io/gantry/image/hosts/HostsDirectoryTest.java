package io.gantry.image.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.error.ImageException;
import io.gantry.image.registry.Capability;
import io.gantry.image.registry.ConnectionSettings;
import io.gantry.image.registry.Endpoint;
import io.gantry.image.registry.Endpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostsDirectoryTest {

  @TempDir Path directory;

  private void file(String registry, String text) throws IOException {
    Path folder = Files.createDirectories(directory.resolve(registry));
    Files.writeString(folder.resolve("hosts.toml"), text);
  }

  private List<Endpoint> of(String registry) throws ImageException {
    return new HostsDirectory(directory, Endpoints.DIRECT).of(registry);
  }

  private List<String> roots(String registry) throws ImageException {
    return of(registry).stream().map(endpoint -> endpoint.root().toString()).toList();
  }

  @Test
  void without_a_file_a_registry_is_its_own_endpoint() throws Exception {
    List<Endpoint> plain = Endpoints.DIRECT.of("registry.example");

    assertThat(of("registry.example")).isEqualTo(plain);
    assertThat(new HostsDirectory(directory.resolve("none"), Endpoints.DIRECT).of("docker.io"))
        .isEqualTo(Endpoints.DIRECT.of("docker.io"));
  }

  @Test
  void hosts_come_in_the_files_order_and_the_registry_itself_last() throws Exception {
    file(
        "registry.example",
        """
        [host."https://z.example"]
        [host."http://127.0.0.1:5000"]
          capabilities = ["pull"]
        [host."https://a.example/prefix/"]
          [host."https://a.example/prefix/".header]
            x-one = "1"
        [host."m.example"]
        """);

    assertThat(roots("registry.example"))
        .containsExactly(
            "https://z.example/v2",
            "http://127.0.0.1:5000/v2",
            "https://a.example/prefix/v2",
            "https://m.example/v2",
            "https://registry.example/v2");
    List<Endpoint> endpoints = of("registry.example");
    assertThat(endpoints.subList(0, 4))
        .allMatch(endpoint -> endpoint.namespace().equals("registry.example"))
        .noneMatch(Endpoint::credentials);
    assertThat(endpoints.get(1).capabilities()).containsExactly(Capability.PULL);
    assertThat(endpoints.get(2).headers()).isEqualTo(Map.of("x-one", List.of("1")));
    assertThat(endpoints.getLast()).isEqualTo(Endpoints.DIRECT.of("registry.example").getLast());
  }

  @Test
  void a_server_takes_the_registrys_place() throws Exception {
    file(
        "registry.example",
        """
        server = "https://other.example:8443"
        capabilities = ["Pull", "resolve"]
        skip_verify = true
        dial_timeout = "1m1.5s"
        header = { x-two = ["a", "b"] }
        """);

    Endpoint server = of("registry.example").getFirst();

    assertThat(of("registry.example")).hasSize(1);
    assertThat(server.root()).hasToString("https://other.example:8443/v2");
    assertThat(server.credentials()).isFalse();
    assertThat(server.namespace()).isEqualTo("registry.example");
    assertThat(server.capabilities()).containsOnly(Capability.PULL, Capability.RESOLVE);
    assertThat(server.headers()).isEqualTo(Map.of("x-two", List.of("a", "b")));
    assertThat(server.connection())
        .isEqualTo(new ConnectionSettings(false, List.of(), List.of(), Duration.ofMillis(61_500)));
  }

  @Test
  void only_the_registry_itself_by_whatever_name_may_see_credentials() throws Exception {
    file("docker.io", "server = \"https://registry-1.docker.io\"");
    assertThat(of("docker.io").getFirst()).isEqualTo(Endpoints.DIRECT.of("docker.io").getFirst());
    file("docker.io", "server = \"https://docker.io\"\n[host.\"https://mirror.example\"]");
    assertThat(of("docker.io")).extracting(Endpoint::credentials).containsExactly(false, true);
    file("reg.example", "[host.\"https://reg.example:443\"]\n[host.\"http://reg.example\"]");
    assertThat(of("reg.example"))
        .extracting(Endpoint::credentials)
        .containsExactly(true, false, true);
  }

  @Test
  void an_address_can_be_taken_as_it_stands() throws Exception {
    file(
        "registry.example",
        """
        server = "https://old.example/api"
        override_path = true
        [host."https://harbor.example/v2/proxy"]
          override_path = true
        [host."https://plain.example/v2"]
        """);

    assertThat(roots("registry.example"))
        .containsExactly(
            "https://harbor.example/v2/proxy",
            "https://plain.example/v2",
            "https://old.example/api");
  }

  @Test
  void folders_are_found_by_both_spellings_of_a_port_and_by_default() throws Exception {
    file("_default", "server = \"http://default.example\"");
    file("one.example_5000_", "server = \"http://one.example\"");
    file("one.example:5000", "server = \"http://second.example\"");
    file("two.example:5000", "server = \"http://two.example\"");
    file("[::1]_5000_", "server = \"http://six.example\"");

    assertThat(roots("one.example:5000")).containsExactly("http://one.example/v2");
    assertThat(roots("two.example:5000")).containsExactly("http://two.example/v2");
    assertThat(roots("[::1]:5000")).containsExactly("http://six.example/v2");
    assertThat(roots("one.example")).containsExactly("http://default.example/v2");
    assertThat(roots("[::1]")).containsExactly("http://default.example/v2");
  }

  @Test
  void changes_are_seen_at_the_next_question() throws Exception {
    file("registry.example", "server = \"http://one.example\"");
    assertThat(roots("registry.example")).containsExactly("http://one.example/v2");
    file("registry.example", "server = \"http://two.example\"");
    assertThat(roots("registry.example")).containsExactly("http://two.example/v2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          sever = "https://x"                  | 1:1: unknown key sever; there is ca, capabilities,
          [host."https://x"];;skip = true      | 2:1: unknown key [host."https://x"] skip
          proxy = "http://p"                   | 1:1: unknown key proxy
          server = 7                           | 1:1: server is 7; give an address such as
          server = "ftp://x"                   | 1:1: server is no address of a registry: "ftp://x"
          server = "https://a:b@x"             | 1:1: server is no address of a registry
          [host."https://x/?a=b"]              | 1:1: [host] https://x/?a=b is no address
          host = 3                             | 1:1: host is 3; give a table
          capabilities = ["pul"]               | 1:1: capabilities has the unknown "pul"; give some
          capabilities = [1]                   | 1:1: capabilities is 1; give some of "pull"
          skip_verify = "yes"                  | 1:1: skip_verify is "yes"; give true or false
          dial_timeout = "soon"                | 1:1: dial_timeout is "soon"; give a time such as
          dial_timeout = "-1s"                 | 1:1: dial_timeout is "-1s"; give a time
          header = { host = "x" }              | is no header that can be set
          header = { x = "a\\u0007" }          | holds more than printable ASCII
          ca = "none.pem"                      | none.pem does not exist; give a file of certificates
          client = [["a"]]                     | client is [ "a" ]; give a file's name
          server =                             | 1:9:
          """)
  void what_is_wrong_is_told_with_its_place(String text, String message) throws Exception {
    file("registry.example", text.replace(";;", "\n"));

    assertThatThrownBy(() -> of("registry.example"))
        .isInstanceOf(ImageException.Invalid.class)
        .hasMessageContaining(directory.resolve("registry.example/hosts.toml").toString())
        .hasMessageContaining(message);
    assertThat(of("other.example")).hasSize(1);
  }

  @Test
  void a_giant_and_a_folder_in_the_files_place_are_refused() throws Exception {
    file("giant.example", "# " + "x".repeat(2 << 20));
    Files.createDirectories(directory.resolve("folder.example/hosts.toml"));

    assertThatThrownBy(() -> of("giant.example")).isInstanceOf(ImageException.Invalid.class);
    assertThatThrownBy(() -> of("folder.example")).isInstanceOf(ImageException.Unavailable.class);
  }

  @ParameterizedTest
  @CsvSource({"1s,1000", "500ms,500", "1h2m3.5s,3723500", "1500us,1"})
  void durations_are_read_as_go_writes_them(String text, long millis) {
    assertThat(GoDuration.parse(text).map(Duration::toMillis)).contains(millis);
  }

  @ParameterizedTest
  @CsvSource({"''", "1", "s", "1x", "1s2", "0s", "-1s", "99999h", "1 s", "1e3s"})
  void other_durations_are_none(String text) {
    assertThat(GoDuration.parse(text)).isEmpty();
  }
}
