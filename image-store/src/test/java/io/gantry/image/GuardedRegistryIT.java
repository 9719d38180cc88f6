package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gantry.image.archive.ImageWriter;
import io.gantry.image.credentials.AuthFile;
import io.gantry.image.error.ImageException;
import io.gantry.image.hosts.HostsDirectory;
import io.gantry.image.manifest.Platform;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.Endpoints;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.image.registry.RegistrySettings;
import io.gantry.linux.Linux;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Debian's docker-registry behind tokens, passwords and certificates of a private authority. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GuardedRegistryIT {

  private static final RegistryAuth JANE = RegistryAuth.basic("jane", "secret");

  /** Of "secret": {@code htpasswd -nbB jane secret} makes such a line. */
  private static final String HTPASSWD =
      "jane:$2b$05$wOJcl2r3P84rijZyF50BWuDf2GaUKCvTQRHe5OWn5tF6T8E104YxS\n";

  @TempDir static Path folder;
  private Digest id;
  private int stores;

  @BeforeAll
  void push() throws Exception {
    assumeTrue(RealRegistry.isInstalled(), "docker-registry and skopeo are not installed");
    Path tar = folder.resolve("tool.tar");
    id =
        new ImageWriter(ImageReference.parse("demo/tool:1"), Platform.ofMachine())
            .run(new ImageWriter.Run(List.of("/hello"), List.of(), List.of(), "", "/", Map.of()))
            .text("/etc/motd", "hello", 0640)
            .write(tar);
    try (RealRegistry open = new RealRegistry(folder)) {
      open.push("oci-archive:" + tar, "demo/tool:1");
    }
  }

  private Image pull(String host, RegistryAuth auth, RegistrySettings registry)
      throws ImageException {
    ImageStoreSettings usual = ImageStoreSettings.at(folder.resolve("store-" + ++stores));
    ImageStoreSettings settings = usual.withRegistry(registry);
    try (ImageStore store = ImageStore.open(settings, Linux.syscalls())) {
      Image image = store.pull(ImageReference.parse(host + "/demo/tool:1"), auth);
      assertThat(image.id()).isEqualTo(id);
      assertThat(store.layers(image).getFirst().resolve("etc/motd")).hasContent("hello");
      return image;
    }
  }

  private Image pull(RealRegistry registry, RegistryAuth auth) throws ImageException {
    return pull(registry.host(), auth, RegistrySettings.DEFAULT);
  }

  private static String tokens(TokenIssuer issuer, Path certificate) {
    return """
    auth:
      token: {realm: "%s", service: "%s", issuer: "%s", rootcertbundle: "%s"}
    """
        .formatted(issuer.realm(), TokenIssuer.SERVICE, TokenIssuer.NAME, certificate);
  }

  @ParameterizedTest
  @CsvSource({"RSA, -keysize, 2048, RS256", "EC, -groupname, secp256r1, ES256"})
  void a_token_that_the_registry_itself_checks_opens_it(
      String keys, String option, String value, String algorithm) throws Exception {
    Path place = Files.createDirectory(folder.resolve(algorithm));
    KeyStore pair = TestKeys.make(place, TokenIssuer.NAME, keys, option, value);
    Path certificate = TestKeys.certificate(place, TokenIssuer.NAME, pair);
    try (TokenIssuer issuer = new TokenIssuer(pair, algorithm);
        RealRegistry registry = new RealRegistry(folder, tokens(issuer, certificate))) {
      pull(registry, JANE);
      assertThat(issuer.requests).containsExactly("GET repository:demo/tool:pull");

      pull(registry, new RegistryAuth("", "", TokenIssuer.IDENTITY, ""));
      assertThat(issuer.requests).hasSize(2).last().isEqualTo("POST repository:demo/tool:pull");

      for (RegistryAuth stranger :
          List.of(
              RegistryAuth.ANONYMOUS,
              RegistryAuth.basic("jane", "guess"),
              new RegistryAuth("", "", "guess", ""),
              new RegistryAuth("", "", "", "guess"))) {
        assertThatThrownBy(() -> pull(registry, stranger))
            .isInstanceOf(ImageException.Unauthorized.class)
            .hasMessageNotContaining("guess");
      }

      issuer.life(-3600);
      assertThatThrownBy(() -> pull(registry, JANE))
          .isInstanceOf(ImageException.Unauthorized.class)
          .hasMessageContaining("registry " + registry.host() + " answered 401 to GET")
          .hasMessageContaining("UNAUTHORIZED: authentication required");
    }
  }

  @Test
  void a_password_opens_it_from_the_pull_or_from_the_nodes_file() throws Exception {
    Path passwords = Files.writeString(folder.resolve("htpasswd"), HTPASSWD);
    String guarded = "auth:\n  htpasswd: {realm: test, path: \"" + passwords + "\"}\n";
    try (RealRegistry registry = new RealRegistry(folder, guarded)) {
      pull(registry, JANE);
      assertThatThrownBy(() -> pull(registry, RegistryAuth.basic("jane", "guess")))
          .isInstanceOf(ImageException.Unauthorized.class)
          .hasMessageContaining("registry " + registry.host() + " answered 401");
      assertThatThrownBy(() -> pull(registry, RegistryAuth.ANONYMOUS))
          .isInstanceOf(ImageException.Unauthorized.class);

      Path file = folder.resolve("config.json");
      registry.login(file, "jane", "secret");
      RegistrySettings node = RegistrySettings.DEFAULT.withLogins(new AuthFile(file));
      pull(registry.host(), RegistryAuth.ANONYMOUS, node);

      Path mirrors = folder.resolve("mirrors");
      Path hosts = Files.createDirectories(mirrors.resolve("registry.example"));
      Files.writeString(hosts.resolve("hosts.toml"), "[host.\"http://" + registry.host() + "\"]\n");
      Image mirrored =
          pull(
              "registry.example",
              RegistryAuth.basic("somebody", "else"),
              node.withEndpoints(new HostsDirectory(mirrors, Endpoints.DIRECT)));
      assertThat(mirrored.repoTags()).containsExactly("registry.example/demo/tool:1");
    }
  }

  @Test
  void a_private_authority_vouches_for_it_where_hosts_toml_names_it() throws Exception {
    KeyStore pair = TestKeys.make(folder, "server", "EC", "-ext", "san=ip:127.0.0.1");
    Path certificate = TestKeys.certificate(folder, "server", pair);
    Path key = TestKeys.key(folder, "server", pair);
    try (RealRegistry registry = RealRegistry.secure(folder, certificate, key)) {
      Path certs = folder.resolve("private");
      Path hosts = Files.createDirectories(certs.resolve("registry.example"));
      RegistrySettings settings =
          RegistrySettings.DEFAULT.withEndpoints(new HostsDirectory(certs, Endpoints.DIRECT));
      String server = "server = \"https://" + registry.host() + "\"\n";

      Files.writeString(hosts.resolve("hosts.toml"), server);
      assertThatThrownBy(() -> pull("registry.example", RegistryAuth.ANONYMOUS, settings))
          .isInstanceOf(ImageException.Unavailable.class)
          .hasMessageContaining("fails the TLS handshake");

      Files.writeString(hosts.resolve("hosts.toml"), server + "ca = \"" + certificate + "\"\n");
      pull("registry.example", RegistryAuth.ANONYMOUS, settings);
    }
  }
}
