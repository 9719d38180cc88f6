package io.gantry.image.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import io.gantry.image.FakeRegistry;
import io.gantry.image.TarBytes;
import io.gantry.image.TestImage;
import io.gantry.image.TestKeys;
import io.gantry.image.error.ImageException;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.Endpoint;
import io.gantry.image.registry.Endpoints;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.image.registry.RegistryClient;
import io.gantry.image.registry.RegistrySettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Registries that prove themselves with certificates of their own making. */
class TlsTest {

  @TempDir static Path folder;
  private static KeyStore server;
  private static KeyStore node;
  private static FakeRegistry registry;
  private static volatile boolean clientsProveThemselves;
  private static final TestImage IMAGE = TestImage.of(new TarBytes().file("a", "b").bytes());

  private Path hosts;
  private RegistryClient client;

  @BeforeAll
  static void start() throws Exception {
    server = TestKeys.make(folder, "server", "EC", "-ext", "san=ip:127.0.0.1");
    node = TestKeys.make(folder, "node", "EC");
    SSLContext tls = SSLContext.getInstance("TLS");
    KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
    own.init(server, TestKeys.PASSWORD);
    TrustManagerFactory trusted = TrustManagerFactory.getInstance("PKIX");
    trusted.init(node);
    tls.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
    registry =
        FakeRegistry.secure(
            new HttpsConfigurator(tls) {
              @Override
              public void configure(HttpsParameters parameters) {
                SSLParameters wanted = tls.getDefaultSSLParameters();
                wanted.setNeedClientAuth(clientsProveThemselves);
                parameters.setSSLParameters(wanted);
              }
            });
    registry.push("a/b", "1", IMAGE);
    TestKeys.certificate(folder, "server", server);
    TestKeys.certificate(folder, "node", node);
    TestKeys.key(folder, "node", node);
    Files.writeString(
        folder.resolve("both.pem"),
        Files.readString(folder.resolve("node.key"))
            + "some words\n"
            + Files.readString(folder.resolve("node.crt")));
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  @BeforeEach
  void open() throws IOException {
    clientsProveThemselves = false;
    hosts = Files.createTempDirectory(folder, "certs.d");
    client =
        new RegistryClient(
            RegistrySettings.DEFAULT.withEndpoints(new HostsDirectory(hosts, Endpoints.DIRECT)));
  }

  @AfterEach
  void close() {
    client.close();
  }

  private void file(String more) throws IOException {
    Path folderOfRegistry = Files.createDirectories(hosts.resolve("registry.example"));
    Files.writeString(
        folderOfRegistry.resolve("hosts.toml"),
        "server = \"https://" + registry.host() + "\"\n" + more);
  }

  private Digest pulled() throws ImageException {
    return client
        .repository(ImageReference.parse("registry.example/a/b:1"), RegistryAuth.ANONYMOUS)
        .manifest("1", null, "image")
        .digest();
  }

  private static String path(String name) {
    return "\"" + folder.resolve(name) + "\"";
  }

  @Test
  void a_stranger_is_not_believed() throws Exception {
    file("");

    assertThatThrownBy(this::pulled)
        .isInstanceOf(ImageException.Unavailable.class)
        .hasMessageContaining("fails the TLS handshake");
  }

  @Test
  void an_authority_of_the_file_vouches_for_it() throws Exception {
    file("ca = " + path("server.crt"));
    assertThat(pulled()).isEqualTo(IMAGE.digest());

    file("ca = [" + path("node.crt") + "]");
    assertThatThrownBy(this::pulled).hasMessageContaining("fails the TLS handshake");

    file("ca = [\"../../server.crt\", " + path("node.crt") + "]");
    assertThat(pulled()).isEqualTo(IMAGE.digest());
  }

  @Test
  void whoever_answers_is_believed_when_the_file_says_so() throws Exception {
    file("skip_verify = true");

    assertThat(pulled()).isEqualTo(IMAGE.digest());
  }

  @Test
  void the_node_proves_itself_with_its_certificate() throws Exception {
    clientsProveThemselves = true;
    file("ca = " + path("server.crt"));
    assertThatThrownBy(this::pulled).isInstanceOf(ImageException.Unavailable.class);

    for (String clients :
        List.of(
            path("both.pem"),
            "[" + path("both.pem") + "]",
            "[[" + path("both.pem") + ", \"\"]]",
            "[[" + path("node.crt") + ", " + path("node.key") + "]]")) {
      file("ca = " + path("server.crt") + "\nclient = " + clients);
      assertThat(pulled()).as(clients).isEqualTo(IMAGE.digest());
    }
  }

  @Test
  void files_that_are_no_certificates_and_keys_are_told() throws Exception {
    file("client = " + path("node.crt"));
    assertThatThrownBy(this::pulled)
        .isInstanceOf(ImageException.Invalid.class)
        .hasMessageContaining("hosts.toml:2:1: client cannot be used")
        .hasMessageContaining("PKCS#8");

    file("ca = " + path("node.key"));
    assertThatThrownBy(this::pulled)
        .isInstanceOf(ImageException.Invalid.class)
        .hasMessageContaining("holds no certificate");
  }

  @Test
  void a_folder_with_dockers_layout_of_certificates_is_understood() throws Exception {
    clientsProveThemselves = true;
    Path dockers = Files.createDirectories(hosts.resolve(registry.host()));
    RegistryClient secure =
        new RegistryClient(
            RegistrySettings.DEFAULT.withEndpoints(
                new HostsDirectory(
                    hosts, name -> List.of(Endpoint.of(URI.create("https://" + name), true)))));
    Files.copy(folder.resolve("server.crt"), dockers.resolve("ca.crt"));
    Files.copy(folder.resolve("node.crt"), dockers.resolve("client.cert"));
    Files.copy(folder.resolve("node.key"), dockers.resolve("client.key"));

    try (secure) {
      assertThat(
              secure
                  .repository(
                      ImageReference.parse(registry.host() + "/a/b:1"), RegistryAuth.ANONYMOUS)
                  .manifest("1", null, "image")
                  .digest())
          .isEqualTo(IMAGE.digest());
    }
  }
}
