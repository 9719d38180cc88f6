package io.gantry.image.registry;

import io.gantry.image.error.ImageException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which requests go through a proxy: {@code HTTP_PROXY} for addresses with {@code http}, {@code
 * HTTPS_PROXY} for those with {@code https}, and {@code NO_PROXY} for who is reached without, each
 * in upper or else lower case, with the meaning that they have for programs in Go, and so for
 * containerd (https://pkg.go.dev/golang.org/x/net/http/httpproxy). This machine's loopback is never
 * reached through a proxy.
 */
public final class Proxies {

  /** None. */
  public static final Proxies NONE = new Proxies(Map.of());

  private static final int USUAL_PORT = 80;

  private final Map<String, String> environment;
  private final NoProxy exceptions;

  private Proxies(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
    this.exceptions = NoProxy.parse(value("NO_PROXY"));
  }

  /**
   * What an environment says. What it says wrong is told by the requests that it is about.
   *
   * @param environment names and values, others than those of proxies are ignored
   */
  public static Proxies of(Map<String, String> environment) {
    return new Proxies(environment);
  }

  /**
   * One proxy.
   *
   * @param address not looked up yet
   * @param authorization the value of {@code Proxy-Authorization}, or empty
   */
  record Proxy(InetSocketAddress address, String authorization) {
    /** Without the password. */
    @Override
    public String toString() {
      return address.getHostString() + ":" + address.getPort();
    }
  }

  private String value(String name) {
    String upper = environment.getOrDefault(name, "");
    return upper.isEmpty() ? environment.getOrDefault(name.toLowerCase(Locale.ROOT), "") : upper;
  }

  /** The proxy for an address, or empty when it is reached without. */
  Optional<Proxy> forAddress(URI address) throws ImageException {
    String variable = "https".equals(address.getScheme()) ? "HTTPS_PROXY" : "HTTP_PROXY";
    String value = value(variable).strip();
    if (value.isEmpty() || exceptions.covers(address)) {
      return Optional.empty();
    }
    return Optional.of(parse(variable, value));
  }

  private static Proxy parse(String variable, String value) throws ImageException {
    try {
      URI uri = new URI(value.contains("://") ? value : "http://" + value);
      String host = uri.getHost();
      if ("http".equals(uri.getScheme()) && host != null) {
        int port = uri.getPort() < 0 ? USUAL_PORT : uri.getPort();
        return new Proxy(
            InetSocketAddress.createUnresolved(host, port), authorization(uri.getRawUserInfo()));
      }
    } catch (URISyntaxException e) {
      // Told below; the text may hold a password.
    }
    throw new ImageException.Invalid(
        "variable " + variable,
        "it names no proxy that can be used" + scheme(value),
        "give an address such as http://proxy.example:3128, or remove the variable from the daemon's"
            + " environment");
  }

  private static String scheme(String value) {
    int end = value.indexOf("://");
    String scheme = end < 0 ? "" : value.substring(0, end);
    return scheme.matches("[a-z0-9]+") && !scheme.equals("http")
        ? ": one that is spoken to by " + scheme
        : "";
  }

  private static String authorization(@Nullable String userInfo) {
    if (userInfo == null) {
      return "";
    }
    String plain = URLDecoder.decode(userInfo.replace("+", "%2B"), StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(plain.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The same for the JDK, which cannot be told of a wrong variable: who asks has to look before.
   */
  ProxySelector selector() {
    return new ProxySelector() {
      @Override
      public List<java.net.Proxy> select(URI uri) {
        return List.of(
            find(uri)
                .map(proxy -> new java.net.Proxy(java.net.Proxy.Type.HTTP, proxy.address()))
                .orElse(java.net.Proxy.NO_PROXY));
      }

      @Override
      public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        // Who asked is told.
      }
    };
  }

  private Optional<Proxy> find(URI uri) {
    try {
      return forAddress(uri);
    } catch (ImageException e) {
      return Optional.empty();
    }
  }

  /** For messages about an address: which proxy stands before it, or nothing. */
  String way(URI address) {
    return find(address).map(proxy -> " through the proxy " + proxy).orElse("");
  }
}
