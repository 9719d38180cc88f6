package io.gantry.cni.overlay.kubernetes;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the API server is and who asks it. Files are read again for each list, so that tokens and
 * certificates can be renewed.
 *
 * @param server such as {@code https://192.0.2.10:6443}
 * @param authority PEM of whom to trust, or null for the system's
 * @param tokenFile of a service account, or null
 * @param certificate PEM of this client, or null
 * @param key PEM (PKCS #8 or EC) of the certificate; may be the same file
 */
public record KubernetesSettings(
    URI server,
    @Nullable Path authority,
    @Nullable Path tokenFile,
    @Nullable Path certificate,
    @Nullable Path key) {

  public KubernetesSettings {
    String scheme = server.getScheme();
    if (server.getHost() == null || !("https".equals(scheme) || "http".equals(scheme))) {
      throw new IllegalArgumentException(
          "the address of the API server reads https://host:6443: " + server);
    }
    if ((certificate == null) != (key == null)) {
      throw new IllegalArgumentException("a certificate for the API server needs its key too");
    }
  }
}
