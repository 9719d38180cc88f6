package io.gantry.streaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.error.UnavailableException;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletionException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams by HTTPS, from the real server to a client that checks whom it talks to. */
class StreamTlsTest {

  private static final String HOST = "127.0.0.1";
  private static final char[] SECRET = "secret".toCharArray();
  private static final StreamRequest REQUEST = new StreamRequest.Forward("p", List.of(80));

  @TempDir private Path directory;

  private final PortsOfTest ports = new PortsOfTest();
  private @Nullable StreamServer server;

  StreamTlsTest() throws IOException {}

  @AfterEach
  void close() throws IOException {
    if (server != null) {
      server.close();
    }
    ports.close();
  }

  private String url(StreamSettings.Tls tls) {
    server =
        new StreamServer(
            new StreamSettings(HOST, 0, Duration.ofMinutes(1), Duration.ofSeconds(20), tls), ports);
    return server.urlFor(REQUEST);
  }

  private Path pem(String name, String kind, byte[] encoded) throws IOException {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
    return Files.writeString(
        directory.resolve(name),
        "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, text, kind));
  }

  private StreamSettings.Tls files(OwnCertificate own, @Nullable OwnCertificate clients)
      throws IOException, GeneralSecurityException {
    return new StreamSettings.Tls(
        pem("server.crt", "CERTIFICATE", own.certificate().getEncoded()),
        pem("server.key", "PRIVATE KEY", own.key().getEncoded()),
        clients == null
            ? null
            : pem("clients.crt", "CERTIFICATE", clients.certificate().getEncoded()));
  }

  private static SSLContext context(KeyManager @Nullable [] keys, TrustManager... trust)
      throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, trust, null);
    return context;
  }

  /** Trusts one certificate and no other. */
  private static TrustManager trusting(OwnCertificate own)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("server", own.certificate());
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers()[0];
  }

  private static KeyManager[] presenting(OwnCertificate own)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("client", own.key(), SECRET, new Certificate[] {own.certificate()});
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, SECRET);
    return factory.getKeyManagers();
  }

  private void assertThatBytesPass(String url, SSLContext context) throws IOException {
    try (ChannelPeer peer = ChannelPeer.connect(url, "v4.channel.k8s.io", context);
        Socket accepted = ports.accept()) {
      peer.send(0, "?");
      assertThat(accepted.getInputStream().read()).isEqualTo('?');
      accepted.getOutputStream().write('!');
      assertThat(peer.await(0, 3)).endsWith("!");
    }
  }

  @Test
  void bytesPassUnderTheConfiguredCertificate() throws Exception {
    OwnCertificate own = OwnCertificate.make(HOST);
    String url = url(files(own, null));

    assertThat(url).startsWith("https://127.0.0.1:");
    assertThatBytesPass(url, context(null, trusting(own)));
  }

  @Test
  void whoTrustsAnotherCertificateIsNotTalkedTo() throws Exception {
    String url = url(files(OwnCertificate.make(HOST), null));
    SSLContext other = context(null, trusting(OwnCertificate.make(HOST)));

    assertThatThrownBy(() -> ChannelPeer.connect(url, "v4.channel.k8s.io", other))
        .isInstanceOf(CompletionException.class)
        .hasMessageContaining("SSLHandshakeException");
  }

  @Test
  void withoutFilesACertificateIsMadeForTheAddress() throws Exception {
    List<X509Certificate> shown = new ArrayList<>();
    String url = url(new StreamSettings.Tls(null, null, null));

    assertThatBytesPass(url, context(null, new Seen(shown)));
    assertThat(shown.getFirst().getSubjectAlternativeNames()).containsExactly(List.of(7, HOST));
  }

  @Test
  void clientsAreCertifiedByTheConfiguredCertificates() throws Exception {
    OwnCertificate own = OwnCertificate.make(HOST);
    OwnCertificate client = OwnCertificate.make("client");
    String url = url(files(own, client));

    assertThatBytesPass(url, context(presenting(client), trusting(own)));
  }

  @Test
  void clientsWithoutACertificateOrWithAStrangersAreRefused() throws Exception {
    OwnCertificate own = OwnCertificate.make(HOST);
    OwnCertificate stranger = OwnCertificate.make("client");
    String url = url(files(own, OwnCertificate.make("client")));

    for (SSLContext context :
        List.of(context(null, trusting(own)), context(presenting(stranger), trusting(own)))) {
      assertThatThrownBy(() -> ChannelPeer.connect(url, "v4.channel.k8s.io", context))
          .isInstanceOf(CompletionException.class);
    }
  }

  @Test
  void whoWasRefusedHasNotUsedTheUrlUp() throws Exception {
    OwnCertificate own = OwnCertificate.make(HOST);
    OwnCertificate client = OwnCertificate.make("client");
    String url = url(files(own, client));
    SSLContext nobody = context(null, trusting(own));

    assertThatThrownBy(() -> ChannelPeer.connect(url, "v4.channel.k8s.io", nobody))
        .isInstanceOf(CompletionException.class);

    assertThatBytesPass(url, context(presenting(client), trusting(own)));
  }

  @Test
  void aFileThatCannotBeUsedIsNamed() throws Exception {
    Path empty = Files.createFile(directory.resolve("empty.crt"));
    Path key = pem("key", "PRIVATE KEY", OwnCertificate.make(HOST).key().getEncoded());

    assertThatThrownBy(() -> url(new StreamSettings.Tls(empty, key, null)))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("empty.crt");
  }

  /** Trusts everybody, and notes whom. */
  private static final class Seen extends X509ExtendedTrustManager {

    private final List<X509Certificate> shown;

    Seen(List<X509Certificate> shown) {
      this.shown = shown;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
      shown.addAll(List.of(chain));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
      shown.addAll(List.of(chain));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
      shown.addAll(List.of(chain));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {
      throw new AssertionError("no client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
      throw new AssertionError("no client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
      throw new AssertionError("no client");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
