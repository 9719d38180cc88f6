package io.gantry.daemon;

import io.gantry.image.error.ImageException;
import io.gantry.image.registry.Endpoint;
import io.gantry.image.registry.Endpoints;
import java.net.URI;
import java.util.List;
import java.util.Set;

/** Each registry under its own name: plain HTTP for those that the configuration names so. */
final class RegistryEndpoints implements Endpoints {

  private final Set<String> insecure;

  /**
   * @param insecure hosts, with port where there is one
   */
  RegistryEndpoints(List<String> insecure) {
    this.insecure = Set.copyOf(insecure);
  }

  @Override
  public List<Endpoint> of(String registry) throws ImageException {
    return insecure.contains(registry)
        ? List.of(Endpoint.of(URI.create("http://" + registry), true))
        : DIRECT.of(registry);
  }
}
