package io.gantry.image.registry;

import io.gantry.image.error.ImageException;
import org.jspecify.annotations.Nullable;

/**
 * Who one endpoint of a pull has to do with. Credentials of the node are looked up when the
 * endpoint first asks, because that may mean to run a program. Not for several threads.
 */
final class Login {

  private final Logins logins;
  private final String host;
  private final String repository;
  private @Nullable RegistryAuth found;

  private Login(Logins logins, String host, String repository, @Nullable RegistryAuth found) {
    this.logins = logins;
    this.host = host;
    this.repository = repository;
    this.found = found;
  }

  static Login of(RegistryAuth auth) {
    return new Login(Logins.NONE, "", "", auth);
  }

  static Login lookedUp(Logins logins, String host, String repository) {
    return new Login(logins, host, repository, null);
  }

  RegistryAuth credentials() throws ImageException {
    RegistryAuth known = found;
    if (known == null) {
      known = logins.of(host, repository);
      found = known;
    }
    return known;
  }

  /** A bearer token that came with the pull and need not be asked for, or empty. */
  String presentToken() {
    return found == null ? "" : found.registryToken();
  }

  /** What a person can do about a refusal. */
  String advice() {
    return (found == null ? RegistryAuth.ANONYMOUS : found).advice();
  }
}
