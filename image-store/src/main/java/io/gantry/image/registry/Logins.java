package io.gantry.image.registry;

import io.gantry.image.error.ImageException;

/** The credentials that this node has of its own, beside those that come with a pull. */
@FunctionalInterface
public interface Logins {

  /** A node without. */
  Logins NONE = (host, repository) -> RegistryAuth.ANONYMOUS;

  /**
   * What a registry or mirror shall see when it asks.
   *
   * @param host with port where there is one; {@code docker.io} for Docker Hub
   * @param repository such as {@code library/busybox}
   */
  RegistryAuth of(String host, String repository) throws ImageException;
}
