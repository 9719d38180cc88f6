package io.gantry.image.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.FakeRegistry;
import io.gantry.image.Image;
import io.gantry.image.ImageStore;
import io.gantry.image.StoreSettings;
import io.gantry.image.TarBytes;
import io.gantry.image.TestImage;
import io.gantry.image.error.ImageException;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.Endpoint;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.image.registry.RegistrySettings;
import io.gantry.linux.Linux;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pulls through mirrors; the registry itself is on loopback too, under another name. */
class MirrorTest {

  private static final RegistryAuth JANE = RegistryAuth.basic("jane", "secret");
  private static final String DEAD = "http://127.0.0.1:1";

  @TempDir Path root;
  private FakeRegistry mirror;
  private FakeRegistry origin;
  private ImageStore store;
  private final byte[] layer = new TarBytes().file("hello", "world").bytes();
  private final TestImage image = TestImage.of(layer);
  private final Digest blob = Digest.ofBytes(TestImage.gzip(layer));

  @BeforeEach
  void start() throws IOException {
    mirror = new FakeRegistry();
    origin = new FakeRegistry();
    HostsDirectory hosts =
        new HostsDirectory(
            root.resolve("certs.d"),
            registry -> List.of(Endpoint.of(URI.create("http://" + origin.host()), true)));
    store =
        ImageStore.open(
            StoreSettings.at(root.resolve("store"))
                .withRegistry(RegistrySettings.DEFAULT.withEndpoints(hosts)),
            Linux.syscalls());
  }

  @AfterEach
  void stop() {
    store.close();
    mirror.close();
    origin.close();
  }

  private void hosts(String text) throws IOException {
    Path folder = Files.createDirectories(root.resolve("certs.d/registry.example"));
    Files.writeString(folder.resolve("hosts.toml"), text);
  }

  private String table(FakeRegistry registry) {
    return "[host.\"http://" + registry.host() + "\"]\n";
  }

  private Image pull() throws ImageException {
    return store.pull(ImageReference.parse("registry.example/a/b:1"), JANE);
  }

  @Test
  void an_image_from_a_mirror_has_the_name_that_was_asked_for() throws Exception {
    hosts(table(mirror));
    mirror.push("a/b", "1", image);

    Image pulled = pull();

    assertThat(pulled.repoTags()).containsExactly("registry.example/a/b:1");
    assertThat(pulled.repoDigests()).containsExactly("registry.example/a/b@" + image.digest());
    assertThat(store.find("registry.example/a/b:1")).contains(pulled);
    assertThat(mirror.requests)
        .hasSize(3)
        .allMatch(request -> request.endsWith("?ns=registry.example"));
    assertThat(origin.requests).isEmpty();
  }

  @Test
  void what_one_endpoint_lacks_the_next_one_has() throws Exception {
    hosts("[host.\"" + DEAD + "\"]\n" + table(mirror));
    mirror.push("a/b", "1", image);
    mirror.fault(blob, new FakeRegistry.Fault.Status(404, 100));
    origin.push("a/b", "1", image);

    Image pulled = pull();

    assertThat(store.layers(pulled).getFirst().resolve("hello")).hasContent("world");
    assertThat(origin.requests).containsExactly("GET /v2/a/b/blobs/" + blob);
  }

  @Test
  void when_all_fail_each_is_named_with_its_reason() throws Exception {
    hosts("[host.\"" + DEAD + "\"]\n" + table(mirror));

    assertThatThrownBy(this::pull)
        .isInstanceOf(ImageException.NotFound.class)
        .hasMessageContaining("none of 3 endpoints had it")
        .hasMessageContaining(DEAD + ": registry 127.0.0.1:1 refuses the connection")
        .hasMessageContaining("http://" + mirror.host() + ": ")
        .hasMessageContaining("http://" + origin.host() + ": ")
        .hasMessageContaining("MANIFEST_UNKNOWN")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(3));
    assertThat(store.list()).isEmpty();
  }

  @Test
  void a_mirror_that_may_not_resolve_is_asked_for_digests_only() throws Exception {
    hosts(table(mirror) + "capabilities = [\"pull\"]");
    mirror.push("a/b", "1", image);
    origin.push("a/b", "1", image);

    pull();

    assertThat(origin.requests).containsExactly("GET /v2/a/b/manifests/1");
    assertThat(mirror.requests).hasSize(2).allMatch(request -> request.contains("/blobs/"));
  }

  @Test
  void a_registry_that_nobody_may_resolve_is_said_to_be_so() throws Exception {
    hosts("server = \"http://" + mirror.host() + "\"\ncapabilities = [\"push\"]");

    assertThatThrownBy(this::pull)
        .isInstanceOf(ImageException.Unavailable.class)
        .hasMessageContaining("no endpoint of its registry has the capability resolve");
  }

  @Test
  void credentials_go_to_the_registry_and_not_to_its_mirror() throws Exception {
    hosts(table(mirror));
    mirror.push("a/b", "1", image);
    mirror.login(FakeRegistry.Login.BASIC);
    origin.push("a/b", "1", image);
    origin.login(FakeRegistry.Login.BASIC);

    pull();

    assertThat(mirror.credentials).isNotEmpty().containsOnly("");
    assertThat(origin.credentials).last().asString().startsWith("Basic ");
  }

  @Test
  void a_token_server_of_a_mirror_sees_no_credentials_either() throws Exception {
    hosts(table(mirror));
    mirror.login(FakeRegistry.Login.TOKEN);

    assertThatThrownBy(this::pull).isInstanceOf(ImageException.class);

    assertThat(mirror.requests).anyMatch(request -> request.startsWith("GET /token"));
    assertThat(mirror.credentials).containsOnly("");
    assertThat(mirror.tokenCredentials).isNotEmpty().containsOnly("");
  }

  @Test
  void headers_go_to_their_host_and_not_where_it_redirects() throws Exception {
    hosts(table(mirror) + "header = { authorization = \"Basic bWlycm9y\" }");
    mirror.push("a/b", "1", image);
    origin.push("a/b", "1", image);
    mirror.fault(
        blob, new FakeRegistry.Fault.Redirect("http://" + origin.host() + "/v2/a/b/blobs/" + blob));

    pull();

    assertThat(mirror.credentials).hasSize(3).containsOnly("Basic bWlycm9y");
    assertThat(origin.credentials).containsExactly("");
  }

  @Test
  void a_path_can_lead_to_another_repository() throws Exception {
    hosts("server = \"http://" + mirror.host() + "/v2/hub\"\noverride_path = true");
    mirror.push("hub/a/b", "1", image);

    assertThat(pull().repoTags()).containsExactly("registry.example/a/b:1");
  }

  @Test
  void a_change_of_the_file_needs_no_restart_and_an_error_fails_the_pull_alone() throws Exception {
    origin.push("a/b", "1", image);
    hosts("nonsense");
    assertThatThrownBy(this::pull)
        .isInstanceOf(ImageException.Invalid.class)
        .hasMessageContaining("certs.d/registry.example/hosts.toml:1:");

    hosts("");

    assertThat(pull().id()).isEqualTo(image.id());
  }
}
