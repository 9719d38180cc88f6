package io.gantry.streaming;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLException;

/** HTTPS for streams: with the certificate that is configured, or with one made on the spot. */
final class StreamTls {

  private StreamTls() {}

  /**
   * @param host whom a certificate made here is for
   * @throws IOException naming the file that cannot be used
   */
  static SslContext context(StreamSettings.Tls tls, String host) throws IOException {
    SslContextBuilder builder = certified(tls, host).sslProvider(SslProvider.JDK);
    Path clientCa = tls.clientCa();
    try {
      if (clientCa != null) {
        builder.trustManager(clientCa.toFile()).clientAuth(ClientAuth.REQUIRE);
      }
    } catch (IllegalArgumentException e) {
      throw unusable("the certificates of " + clientCa, e);
    }
    try {
      return builder.protocols("TLSv1.3", "TLSv1.2").build();
    } catch (SSLException e) {
      throw unusable("the certificate", e);
    }
  }

  private static SslContextBuilder certified(StreamSettings.Tls tls, String host)
      throws IOException {
    Path certificate = tls.certificate();
    Path key = tls.key();
    if (certificate == null || key == null) {
      try {
        OwnCertificate own = OwnCertificate.make(host);
        return SslContextBuilder.forServer(own.key(), own.certificate());
      } catch (GeneralSecurityException e) {
        throw new IOException("making a certificate: " + e.getMessage(), e);
      }
    }
    try {
      return SslContextBuilder.forServer(certificate.toFile(), key.toFile());
    } catch (IllegalArgumentException e) {
      throw unusable("the certificate " + certificate + " with the key " + key, e);
    }
  }

  private static IOException unusable(String what, Exception e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return new IOException("%s cannot be used: %s".formatted(what, cause.getMessage()), e);
  }
}
