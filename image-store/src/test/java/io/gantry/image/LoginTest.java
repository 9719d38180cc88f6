package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.Descriptor;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.Endpoint;
import io.gantry.image.registry.FetchedManifest;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.image.registry.RegistryClient;
import io.gantry.image.registry.RegistrySettings;
import io.gantry.image.registry.Repository;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoginTest {

  private static final RegistryAuth JANE = RegistryAuth.basic("jane", "secret");

  private FakeRegistry registry;
  private final RegistryClient client = new RegistryClient(RegistrySettings.DEFAULT);
  private final TestImage image = TestImage.of(new TarBytes().file("a", "b").bytes());

  @BeforeEach
  void start() throws IOException {
    registry = new FakeRegistry();
    registry.push("a/b", "1", image);
  }

  @AfterEach
  void stop() {
    client.close();
    registry.close();
  }

  private Repository repository(RegistryAuth auth) throws ImageException {
    return client.repository(ImageReference.parse(registry.reference("a/b:1")), auth);
  }

  private FetchedManifest manifest(RegistryAuth auth) throws ImageException {
    return repository(auth).manifest("1", null, "image a/b");
  }

  @Test
  void basic_credentials_are_sent_only_after_a_challenge() throws Exception {
    assertThat(manifest(JANE).digest()).isEqualTo(image.digest());
    assertThat(registry.credentials).containsExactly("");

    registry.login(FakeRegistry.Login.BASIC);
    assertThat(manifest(JANE).digest()).isEqualTo(image.digest());
    assertThat(registry.credentials).hasSize(3).last().asString().startsWith("Basic ");
  }

  @Test
  void a_token_is_fetched_once_for_all_questions_of_a_pull() throws Exception {
    registry.login(FakeRegistry.Login.TOKEN);
    Repository repository = repository(JANE);

    repository.manifest("1", null, "image a/b");
    repository.manifest("1", null, "image a/b");

    assertThat(registry.requests)
        .filteredOn(request -> request.contains("/token"))
        .containsExactly("GET /token service=fake&scope=repository:a/b:pull ");
  }

  @Test
  void an_identity_token_is_exchanged() throws Exception {
    registry.login(FakeRegistry.Login.TOKEN);

    manifest(new RegistryAuth("", "", "identity", ""));

    assertThat(registry.requests)
        .anyMatch(request ->
            request.startsWith("POST /token")
                && request.contains("grant_type=refresh_token")
                && request.contains("refresh_token=identity"));
  }

  @Test
  void a_registry_token_is_sent_as_it_is() throws Exception {
    registry.login(FakeRegistry.Login.TOKEN);

    manifest(new RegistryAuth("", "", "", "good-token"));

    assertThat(registry.credentials).containsExactly("Bearer good-token");
  }

  @Test
  void wrong_credentials_are_unauthorized_and_never_printed() {
    for (FakeRegistry.Login login : List.of(FakeRegistry.Login.BASIC, FakeRegistry.Login.TOKEN)) {
      registry.login(login);
      assertThatThrownBy(() -> manifest(RegistryAuth.basic("jane", "hunter2")))
          .isInstanceOf(ImageException.Unauthorized.class)
          .hasMessageNotContaining("hunter2");
      assertThatThrownBy(() -> manifest(RegistryAuth.ANONYMOUS))
          .isInstanceOf(ImageException.Unauthorized.class);
    }
    assertThat(JANE.toString()).doesNotContain("secret");
  }

  @Test
  void a_token_server_that_cannot_be_trusted_gets_nothing() {
    registry.login(FakeRegistry.Login.TOKEN);
    registry.realm("ftp://127.0.0.1/token");

    assertThatThrownBy(() -> manifest(JANE))
        .isInstanceOf(ImageException.Unauthorized.class)
        .hasMessageContaining("ftp://127.0.0.1/token");
  }

  @Test
  void a_redirect_to_another_host_carries_no_credentials() throws Exception {
    Digest layer = image.blobs.keySet().iterator().next();
    byte[] bytes = Objects.requireNonNull(image.blobs.get(layer));
    try (FakeRegistry elsewhere = new FakeRegistry()) {
      elsewhere.push("a/b", "1", image);
      registry.login(FakeRegistry.Login.BASIC);
      registry.fault(
          layer,
          new FakeRegistry.Fault.Redirect("http://" + elsewhere.host() + "/v2/a/b/blobs/" + layer));
      Repository repository = repository(JANE);
      repository.manifest("1", null, "image a/b");

      try (InputStream blob = repository.blob(new Descriptor("", layer, bytes.length))) {
        assertThat(blob.readAllBytes()).isEqualTo(bytes);
      }
      assertThat(elsewhere.credentials).containsExactly("");
    }
  }

  @Test
  void who_is_redirected_to_cannot_ask_for_credentials() throws Exception {
    Digest layer = image.blobs.keySet().iterator().next();
    byte[] bytes = Objects.requireNonNull(image.blobs.get(layer));
    try (FakeRegistry elsewhere = new FakeRegistry()) {
      elsewhere.push("a/b", "1", image);
      for (FakeRegistry.Login login : List.of(FakeRegistry.Login.BASIC, FakeRegistry.Login.TOKEN)) {
        elsewhere.login(login);
        registry.fault(
            layer,
            new FakeRegistry.Fault.Redirect(
                "http://" + elsewhere.host() + "/v2/a/b/blobs/" + layer));

        assertThatThrownBy(
                () -> repository(JANE).blob(new Descriptor("", layer, bytes.length)).close())
            .isInstanceOf(ImageException.Unauthorized.class)
            .hasMessageContaining("answered 401 by http://" + elsewhere.host());
      }
      assertThat(elsewhere.credentials).containsOnly("");
      assertThat(elsewhere.tokenCredentials).isEmpty();
    }
  }

  private long tokensFetched() {
    return registry.requests.stream().filter(request -> request.contains("/token")).count();
  }

  @Test
  void a_token_serves_the_next_pull_too_while_it_lives() throws Exception {
    registry.login(FakeRegistry.Login.TOKEN);

    manifest(JANE);
    manifest(JANE);
    assertThat(tokensFetched()).isEqualTo(1);

    registry.revokeTokens();
    manifest(JANE);
    assertThat(tokensFetched()).isEqualTo(2);
    manifest(JANE);
    assertThat(tokensFetched()).isEqualTo(2);
  }

  @Test
  void a_token_that_does_not_live_long_is_fetched_again() throws Exception {
    registry.login(FakeRegistry.Login.TOKEN);
    registry.tokenLife(1);

    manifest(JANE);
    manifest(JANE);

    assertThat(tokensFetched()).isEqualTo(2);
  }

  @Test
  void somebody_elses_token_is_not_used() throws Exception {
    registry.login(FakeRegistry.Login.TOKEN);
    manifest(JANE);

    assertThatThrownBy(() -> manifest(RegistryAuth.basic("jane", "guess")))
        .isInstanceOf(ImageException.Unauthorized.class)
        .hasMessageContaining("token server " + registry.host() + " answered 401 to GET /token")
        .hasMessageContaining("repository:a/b:pull");
    assertThatThrownBy(() -> manifest(RegistryAuth.ANONYMOUS))
        .isInstanceOf(ImageException.Unauthorized.class);
  }

  @Test
  void a_busy_registry_is_asked_again() throws Exception {
    registry.fault(image.id(), new FakeRegistry.Fault.Status(503, 1));

    assertThat(
            repository(JANE)
                .document(new Descriptor("", image.id(), image.config.length), "image a/b"))
        .isEqualTo(image.config);
    assertThat(registry.timesServed(image.id())).isEqualTo(2);
  }

  @Test
  void the_next_endpoint_answers_for_a_dead_one_and_mirrors_see_no_credentials() throws Exception {
    try (FakeRegistry mirror = new FakeRegistry();
        RegistryClient mirrored =
            new RegistryClient(
                RegistrySettings.DEFAULT.withEndpoints(name ->
                    List.of(
                        Endpoint.of(URI.create("http://127.0.0.1:1"), false),
                        Endpoint.of(URI.create("http://" + mirror.host()), false))))) {
      mirror.push("a/b", "1", image);
      mirror.login(FakeRegistry.Login.BASIC);
      Repository repository = mirrored.repository(ImageReference.parse("example.com/a/b:1"), JANE);

      assertThatThrownBy(() -> repository.manifest("1", null, "image a/b"))
          .isInstanceOf(ImageException.Unauthorized.class);
      assertThat(mirror.credentials).containsOnly("");
      mirror.login(FakeRegistry.Login.NONE);
      assertThat(repository.manifest("1", null, "image a/b").digest()).isEqualTo(image.digest());
    }
  }

  @Test
  void kubelets_auth_config_is_understood_in_all_its_forms() throws Exception {
    String auth = Base64.getEncoder().encodeToString(TestImage.text("jane:secret"));

    assertThat(RegistryAuth.ofCri("", "", auth, "", "", "", "example.com")).isEqualTo(JANE);
    assertThat(
            RegistryAuth.ofCri(
                "jane", "secret", "", "https://example.com/v2/", "", "", "example.com"))
        .isEqualTo(JANE);
    assertThat(RegistryAuth.ofCri("jane", "secret", "", "other.com", "", "", "example.com"))
        .isEqualTo(RegistryAuth.ANONYMOUS);
    assertThat(
            RegistryAuth.ofCri(
                "jane", "secret", "", "https://index.docker.io/v1/", "", "", "docker.io"))
        .isEqualTo(JANE);
    assertThat(RegistryAuth.ofCri("jane", "secret", "", "EXAMPLE.com:443", "", "", "example.com"))
        .isEqualTo(JANE);
    assertThat(RegistryAuth.ofCri("jane", "secret", "", "example.com:5000", "", "", "example.com"))
        .isEqualTo(RegistryAuth.ANONYMOUS);
    assertThat(RegistryAuth.ofCri("", "", "", "", "identity", "", "example.com"))
        .isEqualTo(new RegistryAuth("", "", "identity", ""));
    assertThat(RegistryAuth.ofCri("", "", "", "", "", "bearer", "example.com"))
        .isEqualTo(new RegistryAuth("", "", "", "bearer"));
    assertThatThrownBy(() -> RegistryAuth.ofCri("", "", "%%", "", "", "", "example.com"))
        .isInstanceOf(ImageException.Invalid.class)
        .hasMessageNotContaining("%%");
  }
}
