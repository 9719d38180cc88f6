package io.gantry.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.error.ImageException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxiesTest {

  private static final URI PLAIN = URI.create("http://reg.example/v2/");
  private static final URI TLS = URI.create("https://reg.example/v2/");

  private static Optional<String> proxy(URI address, String... environment) throws ImageException {
    return Proxies.of(map(environment)).forAddress(address).map(Proxies.Proxy::toString);
  }

  private static Map<String, String> map(String... pairs) {
    Map<String, String> map = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(pairs[i], pairs[i + 1]);
    }
    return map;
  }

  @Test
  void each_scheme_has_its_variable_in_upper_or_else_lower_case() throws Exception {
    assertThat(proxy(PLAIN, "HTTP_PROXY", "http://a:1")).contains("a:1");
    assertThat(proxy(PLAIN, "http_proxy", "http://a:1")).contains("a:1");
    assertThat(proxy(PLAIN, "HTTP_PROXY", "http://a:1", "http_proxy", "http://b:2"))
        .contains("a:1");
    assertThat(proxy(PLAIN, "HTTP_PROXY", "", "http_proxy", "http://b:2")).contains("b:2");
    assertThat(proxy(PLAIN, "HTTPS_PROXY", "http://a:1")).isEmpty();
    assertThat(proxy(TLS, "HTTPS_PROXY", "http://a:1")).contains("a:1");
    assertThat(proxy(TLS, "https_proxy", "a:1")).contains("a:1");
    assertThat(proxy(TLS, "HTTP_PROXY", "http://a:1")).isEmpty();
    assertThat(proxy(TLS, "HTTPS_PROXY", "http://proxy.example/")).contains("proxy.example:80");
    assertThat(proxy(TLS, "HTTPS_PROXY", "http://[2001:db8::1]:3128"))
        .contains("[2001:db8::1]:3128");
    assertThat(proxy(TLS)).isEmpty();
  }

  @Test
  void no_proxy_says_who_is_reached_without() throws Exception {
    assertThat(proxy(TLS, "HTTPS_PROXY", "a:1", "NO_PROXY", "reg.example")).isEmpty();
    assertThat(proxy(TLS, "HTTPS_PROXY", "a:1", "no_proxy", "reg.example")).isEmpty();
    assertThat(proxy(TLS, "HTTPS_PROXY", "a:1", "NO_PROXY", "other.example")).contains("a:1");
  }

  @Test
  void a_proxys_password_is_sent_and_not_shown() throws Exception {
    Proxies.Proxy proxy =
        Proxies.of(Map.of("HTTPS_PROXY", "http://jane:s%40cr+t@proxy.example:3128"))
            .forAddress(TLS)
            .orElseThrow();

    // printf 'jane:s@cr+t' | base64
    assertThat(proxy.authorization()).isEqualTo("Basic amFuZTpzQGNyK3Q=");
    assertThat(proxy).hasToString("proxy.example:3128");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "socks5://jane:hunter2@proxy.example:1080",
        "https://jane:hunter2@proxy.example:443",
        "http://jane:hunter2@",
        "http://a b:hunter2"
      })
  void what_cannot_be_used_is_told_with_the_variable_and_without_the_password(String value) {
    assertThatThrownBy(() -> proxy(TLS, "HTTPS_PROXY", value))
        .isInstanceOf(ImageException.Invalid.class)
        .hasMessageContaining("HTTPS_PROXY")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void a_wrong_variable_hinders_only_who_needs_it() throws Exception {
    assertThat(proxy(PLAIN, "HTTPS_PROXY", "socks5://proxy.example")).isEmpty();
    assertThat(proxy(TLS, "HTTPS_PROXY", "socks5://proxy.example", "NO_PROXY", "*")).isEmpty();
  }
}
