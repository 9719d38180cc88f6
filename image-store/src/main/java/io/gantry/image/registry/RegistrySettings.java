package io.gantry.image.registry;

import java.time.Duration;

/**
 * Limits of the talk with registries.
 *
 * @param connectTimeout until a connection stands
 * @param responseTimeout until the head of an answer is here
 * @param stallTimeout a body that brings nothing for this long is given up
 * @param attempts how often a request is sent when the registry is overloaded or a body breaks off
 * @param maxManifestBytes of an index or manifest
 * @param maxConfigBytes of a config
 */
public record RegistrySettings(
    Endpoints endpoints,
    Duration connectTimeout,
    Duration responseTimeout,
    Duration stallTimeout,
    int attempts,
    int maxManifestBytes,
    int maxConfigBytes) {

  public static final RegistrySettings DEFAULT =
      new RegistrySettings(
          Endpoints.DIRECT,
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          3,
          4 << 20,
          4 << 20);

  /** The same limits with other endpoints. */
  public RegistrySettings withEndpoints(Endpoints other) {
    return new RegistrySettings(
        other,
        connectTimeout,
        responseTimeout,
        stallTimeout,
        attempts,
        maxManifestBytes,
        maxConfigBytes);
  }
}
