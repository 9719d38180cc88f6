package io.gantry.image.registry;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One place that answers for a registry.
 *
 * @param root what names of repositories are appended to: mostly scheme, authority and {@code /v2}
 * @param credentials whether it may see the pull's credentials: the registry itself may
 * @param namespace the registry that it stands in for, which it is told with each question; empty
 *     for the registry itself
 * @param headers sent with each question to this place and to no other
 */
public record Endpoint(
    URI root,
    boolean credentials,
    String namespace,
    Set<Capability> capabilities,
    Map<String, List<String>> headers,
    ConnectionSettings connection) {

  private static final String API = "/v2";

  public Endpoint {
    capabilities = Set.copyOf(capabilities);
    headers = Map.copyOf(headers);
  }

  /**
   * An endpoint that can do everything and is nothing special.
   *
   * @param base scheme and authority, with the path prefix before {@code /v2} if it has one
   */
  public static Endpoint of(URI base, boolean credentials) {
    return new Endpoint(
        root(base),
        credentials,
        "",
        EnumSet.allOf(Capability.class),
        Map.of(),
        ConnectionSettings.DEFAULT);
  }

  /** With {@code /v2} at the end, where it is not there yet. */
  public static URI root(URI base) {
    String text = withoutSlash(base.toString());
    return URI.create(text.endsWith(API) ? text : text + API);
  }

  private static String withoutSlash(String text) {
    return text.endsWith("/") ? withoutSlash(text.substring(0, text.length() - 1)) : text;
  }

  URI at(String path) {
    String query =
        namespace.isEmpty() ? "" : "?ns=" + URLEncoder.encode(namespace, StandardCharsets.UTF_8);
    return URI.create(withoutSlash(root.toString()) + path + query);
  }

  /** Whether something is of this place itself, by scheme, host and port. */
  boolean owns(URI uri) {
    return uri.getScheme().equals(root.getScheme())
        && uri.getAuthority().equals(root.getAuthority());
  }

  /** Adds what only this place may be told. */
  void address(HttpRequest.Builder request, @Nullable String authorization) {
    headers.forEach((name, values) -> values.forEach(value -> request.header(name, value)));
    if (authorization != null) {
      request.setHeader("Authorization", authorization);
    }
  }

  boolean can(Capability capability) {
    return capabilities.contains(capability);
  }

  boolean isPlain() {
    return "http".equals(root.getScheme());
  }

  /** Scheme and authority, for messages. */
  String name() {
    return root.getScheme() + "://" + root.getAuthority();
  }
}
