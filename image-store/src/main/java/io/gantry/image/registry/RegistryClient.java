package io.gantry.image.registry;

import io.gantry.image.error.ImageException;
import io.gantry.image.reference.ImageReference;
import java.util.ArrayList;
import java.util.List;

/** The door to all registries. One for the whole store; safe for all threads. */
public final class RegistryClient implements AutoCloseable {

  private final Wire wire;
  private final RegistrySettings settings;

  public RegistryClient(RegistrySettings settings) {
    this.settings = settings;
    this.wire = new Wire(settings);
  }

  /** What one pull needs of one repository; endpoints and credentials are looked up now. */
  public Repository repository(ImageReference reference, RegistryAuth auth) throws ImageException {
    List<EndpointCaller> callers = new ArrayList<>();
    for (Endpoint endpoint : settings.endpoints().of(reference.registry())) {
      Authorization authorization = new Authorization(wire, endpoint, reference.repository(), auth);
      callers.add(new EndpointCaller(wire, endpoint, authorization));
    }
    return new Repository(wire, reference.repository(), callers);
  }

  @Override
  public void close() {
    wire.close();
  }
}
