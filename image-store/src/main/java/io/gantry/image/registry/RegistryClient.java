package io.gantry.image.registry;

import io.gantry.image.error.ImageException;
import io.gantry.image.progress.Traffic;
import io.gantry.image.progress.WorkObserver;
import io.gantry.image.reference.ImageReference;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** The door to all registries. One for the whole store; safe for all threads. */
public final class RegistryClient implements AutoCloseable {

  private final Wire wire;
  private final RegistrySettings settings;
  private final WorkObserver observer;
  private final TokenServer tokens;
  private final Absences absences;

  public RegistryClient(RegistrySettings settings) {
    this(settings, WorkObserver.NONE);
  }

  /**
   * @param observer told what comes and goes, and what has to be asked again
   */
  public RegistryClient(RegistrySettings settings, WorkObserver observer) {
    this(settings, observer, InstantSource.system());
  }

  RegistryClient(RegistrySettings settings, WorkObserver observer, InstantSource clock) {
    this.settings = settings;
    this.observer = observer;
    this.wire = new Wire(settings);
    this.tokens = new TokenServer(wire, new TokenCache(clock));
    this.absences = new Absences(clock);
  }

  /** What one pull needs of one repository; endpoints and credentials are looked up now. */
  public Repository repository(ImageReference reference, RegistryAuth auth) throws ImageException {
    String name = reference.repository();
    Traffic traffic = new Traffic(observer);
    List<EndpointCaller> callers = new ArrayList<>();
    for (Endpoint endpoint : settings.endpoints().of(reference.registry())) {
      Login login = login(endpoint, reference, auth);
      callers.add(
          new EndpointCaller(
              wire, endpoint, new Authorization(tokens, endpoint, name, login), traffic));
    }
    return new Repository(
        wire, "image " + reference, name, new EndpointTurns(callers, absences, traffic));
  }

  /**
   * What one push needs of one repository. It goes to the registry itself, never to a mirror.
   *
   * @throws ImageException.Unavailable when the registry is not to be pushed to
   */
  public Destination destination(ImageReference reference, RegistryAuth auth)
      throws ImageException {
    Endpoint endpoint =
        settings.endpoints().of(reference.registry()).stream()
            .filter(each -> each.credentials() && each.can(Capability.PUSH))
            .findFirst()
            .orElseThrow(() ->
                new ImageException.Unavailable(
                    "image " + reference,
                    "its registry has not the capability push",
                    "give its server that capability in hosts.toml",
                    null));
    String name = reference.repository();
    Authorization authorization =
        new Authorization(tokens, endpoint, name, login(endpoint, reference, auth));
    return new Destination(
        new PushCaller(wire, endpoint, authorization, new Traffic(observer)), name);
  }

  /** The credentials of a pull are for the registry itself; a mirror sees its own. */
  private Login login(Endpoint endpoint, ImageReference reference, RegistryAuth auth) {
    boolean own = endpoint.credentials();
    if (own && !auth.equals(RegistryAuth.ANONYMOUS)) {
      return Login.of(auth);
    }
    String host = own ? reference.registry() : endpoint.root().getAuthority();
    return Login.lookedUp(settings.logins(), host, reference.repository());
  }

  @Override
  public void close() {
    wire.close();
  }
}
