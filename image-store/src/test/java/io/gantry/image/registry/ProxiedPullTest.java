package io.gantry.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import io.gantry.image.FakeProxy;
import io.gantry.image.FakeRegistry;
import io.gantry.image.TarBytes;
import io.gantry.image.TestImage;
import io.gantry.image.TestKeys;
import io.gantry.image.error.ImageException;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import java.net.URI;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Questions that take the way through a proxy, to registries whose names only the proxy knows. */
class ProxiedPullTest {

  private static final TestImage IMAGE = TestImage.of(new TarBytes().file("a", "b").bytes());

  @TempDir static Path folder;
  private static FakeRegistry plain;
  private static FakeRegistry secure;
  private static X509Certificate authority;

  @BeforeAll
  static void start() throws Exception {
    KeyStore keys = TestKeys.make(folder, "server", "EC", "-ext", "san=dns:registry.example");
    authority = (X509Certificate) keys.getCertificate("server");
    KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
    own.init(keys, TestKeys.PASSWORD);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(own.getKeyManagers(), null, null);
    plain = new FakeRegistry();
    secure = FakeRegistry.secure(new HttpsConfigurator(tls));
    plain.push("a/b", "1", IMAGE);
    secure.push("a/b", "1", IMAGE);
  }

  @AfterAll
  static void stop() {
    plain.close();
    secure.close();
  }

  private static int port(FakeRegistry registry) {
    return URI.create("http://" + registry.host()).getPort();
  }

  private static Digest pulled(String scheme, Map<String, String> environment)
      throws ImageException {
    Endpoint endpoint =
        new Endpoint(
            URI.create(scheme + "://registry.example/v2"),
            true,
            "",
            EnumSet.allOf(Capability.class),
            Map.of(),
            new ConnectionSettings(true, List.of(authority), List.of(), null));
    try (RegistryClient client =
        new RegistryClient(
            RegistrySettings.DEFAULT
                .withEndpoints(registry -> List.of(endpoint))
                .withProxies(Proxies.of(environment)))) {
      return client
          .repository(
              ImageReference.parse("registry.example/a/b:1"), RegistryAuth.basic("jane", "secret"))
          .manifest("1", null, "image")
          .digest();
    }
  }

  @Test
  void a_plain_registry_is_asked_through_the_proxy() throws Exception {
    try (FakeProxy proxy = new FakeProxy(port(plain))) {
      assertThat(pulled("http", Map.of("http_proxy", proxy.address()))).isEqualTo(IMAGE.digest());

      assertThat(proxy.heads)
          .singleElement()
          .asString()
          .startsWith("GET http://registry.example/v2/a/b/manifests/1 HTTP/1.1\r\n")
          .contains("Host: registry.example\r\n");
    }
  }

  @Test
  void a_registry_with_tls_is_reached_through_a_tunnel_in_which_the_proxy_reads_nothing()
      throws Exception {
    secure.credentials.clear();
    try (FakeProxy proxy = new FakeProxy(port(secure))) {
      assertThat(pulled("https", Map.of("HTTPS_PROXY", "http://" + proxy.address())))
          .isEqualTo(IMAGE.digest());

      assertThat(proxy.heads)
          .singleElement()
          .asString()
          .startsWith("CONNECT registry.example:443 HTTP/1.1\r\n")
          .doesNotContain("a/b");
    }
  }

  @Test
  void the_proxy_gets_its_password_and_the_registry_does_not() throws Exception {
    for (FakeRegistry registry : List.of(plain, secure)) {
      registry.proxyCredentials.clear();
      String scheme = registry.equals(plain) ? "http" : "https";
      try (FakeProxy proxy = new FakeProxy(port(registry))) {
        pulled(
            scheme,
            Map.of(scheme.toUpperCase(Locale.ROOT) + "_PROXY", "http://p:q@" + proxy.address()));

        assertThat(proxy.heads)
            .singleElement()
            .asString()
            .contains("Proxy-Authorization: Basic cDpx\r\n");
      }
    }
    assertThat(secure.proxyCredentials).containsOnly("");
  }

  @Test
  void a_proxy_that_refuses_or_is_gone_is_named() throws Exception {
    String address;
    try (FakeProxy proxy = new FakeProxy(port(secure))) {
      address = proxy.address();
      for (String scheme : List.of("http", "https")) {
        for (String status : List.of("407 Who are you", "403 Not there", "502 Nobody home")) {
          proxy.refuse(status);
          assertThatThrownBy(() ->
                  pulled(
                      scheme,
                      Map.of("HTTP_PROXY", proxy.address(), "HTTPS_PROXY", proxy.address())))
              .isInstanceOf(ImageException.class)
              .hasMessageContaining("registry.example")
              .hasMessageContaining(proxy.address())
              .hasMessageContaining(status.substring(0, 3));
        }
      }
    }
    assertThatThrownBy(() -> pulled("https", Map.of("HTTPS_PROXY", address)))
        .isInstanceOf(ImageException.Unavailable.class)
        .hasMessageContaining("through the proxy " + address + " refuses the connection");
  }

  @Test
  void a_variable_that_names_no_usable_proxy_fails_the_pulls_that_need_it() {
    assertThatThrownBy(() -> pulled("https", Map.of("HTTPS_PROXY", "socks5://127.0.0.1:1080")))
        .isInstanceOf(ImageException.Invalid.class)
        .hasMessageContaining("variable HTTPS_PROXY")
        .hasMessageContaining("socks5");
  }
}
