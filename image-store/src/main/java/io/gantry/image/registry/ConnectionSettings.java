package io.gantry.image.registry;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How connections to an endpoint are made. Endpoints with equal settings share connections.
 *
 * @param verified whether the server has to prove who it is
 * @param authorities who may vouch for the server, beside those that the machine trusts
 * @param clients what this node proves itself with
 * @param timeout until a connection stands, or null for the usual one
 */
public record ConnectionSettings(
    boolean verified,
    List<X509Certificate> authorities,
    List<ClientCertificate> clients,
    @Nullable Duration timeout) {

  /** As to any server of the world. */
  public static final ConnectionSettings DEFAULT =
      new ConnectionSettings(true, List.of(), List.of(), null);

  public ConnectionSettings {
    authorities = List.copyOf(authorities);
    clients = List.copyOf(clients);
  }

  /**
   * A key and the certificates that belong to it.
   *
   * @param chain its own first
   */
  public record ClientCertificate(PrivateKey key, List<X509Certificate> chain) {
    public ClientCertificate {
      chain = List.copyOf(chain);
    }

    /** Without the key. */
    @Override
    public String toString() {
      return "client certificate of " + chain.getFirst().getSubjectX500Principal();
    }
  }

  boolean hasOwnTls() {
    return !verified || !authorities.isEmpty() || !clients.isEmpty();
  }
}
