package io.gantry.image.registry;

/**
 * How registries are reached.
 *
 * @param logins credentials of the node, for pulls that bring none
 * @param limits of the talk with registries
 */
public record RegistrySettings(
    Endpoints endpoints, Logins logins, Proxies proxies, TransferLimits limits) {

  public static final RegistrySettings DEFAULT =
      new RegistrySettings(Endpoints.DIRECT, Logins.NONE, Proxies.NONE, TransferLimits.DEFAULT);

  /** The same with other endpoints. */
  public RegistrySettings withEndpoints(Endpoints other) {
    return new RegistrySettings(other, logins, proxies, limits);
  }

  /** The same with other credentials of the node. */
  public RegistrySettings withLogins(Logins other) {
    return new RegistrySettings(endpoints, other, proxies, limits);
  }

  /** The same with other proxies. */
  public RegistrySettings withProxies(Proxies other) {
    return new RegistrySettings(endpoints, logins, other, limits);
  }

  /** The same with other limits. */
  public RegistrySettings withLimits(TransferLimits other) {
    return new RegistrySettings(endpoints, logins, proxies, other);
  }
}
