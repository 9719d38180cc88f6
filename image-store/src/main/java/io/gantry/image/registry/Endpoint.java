package io.gantry.image.registry;

import java.net.URI;

/**
 * One place that answers for a registry.
 *
 * @param base scheme and authority, with the path prefix before {@code /v2/} if it has one
 * @param credentials whether it may see the pull's credentials: the registry itself may
 */
public record Endpoint(URI base, boolean credentials) {

  URI at(String path) {
    String text = base.toString();
    return URI.create((text.endsWith("/") ? text.substring(0, text.length() - 1) : text) + path);
  }

  boolean isPlain() {
    return "http".equals(base.getScheme());
  }
}
