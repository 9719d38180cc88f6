package io.gantry.streaming;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where and how streams are served.
 *
 * @param address that is listened on, and that clients are told
 * @param port 0 for any that is free
 * @param idle after which silence a connection is closed
 * @param creation how long a client may take until all its streams are there
 * @param tls null for plain HTTP
 */
public record StreamSettings(
    String address, int port, Duration idle, Duration creation, @Nullable Tls tls) {

  /**
   * HTTPS.
   *
   * @param certificate a chain in PEM; null for a certificate that is made at the first stream
   * @param key of the certificate, in PEM
   * @param clientCa whom clients have to be certified by, in PEM; null to take everybody
   */
  public record Tls(@Nullable Path certificate, @Nullable Path key, @Nullable Path clientCa) {}
}
