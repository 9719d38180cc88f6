package io.gantry.image.registry;

import io.gantry.image.error.ImageException;
import java.net.URI;
import java.util.List;

/** Which endpoints to ask for a registry, in order. Mirrors come in by another list. */
@FunctionalInterface
public interface Endpoints {

  /** The registry itself: HTTPS, or plain HTTP when it is on this machine's loopback. */
  Endpoints DIRECT =
      registry -> {
        String host = registry.equals("docker.io") ? "registry-1.docker.io" : registry;
        String scheme = isLoopback(host) ? "http" : "https";
        return List.of(Endpoint.of(URI.create(scheme + "://" + host), true));
      };

  /**
   * The endpoints to try for the registry of a reference, best first; never empty.
   *
   * @param registry host with optional port
   */
  List<Endpoint> of(String registry) throws ImageException;

  private static boolean isLoopback(String registry) {
    boolean bracket = registry.startsWith("[");
    int colon = bracket ? registry.indexOf("]:") + 1 : registry.indexOf(':');
    String host = colon > 0 ? registry.substring(0, colon) : registry;
    return host.equals("localhost")
        || host.equals("[::1]")
        || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
  }
}
