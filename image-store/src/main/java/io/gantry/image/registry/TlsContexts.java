package io.gantry.image.registry;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** TLS for endpoints that the machine's own trust does not fit. */
final class TlsContexts {

  private TlsContexts() {}

  static SSLContext of(ConnectionSettings settings) throws GeneralSecurityException, IOException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys(settings), trust(settings), new SecureRandom());
    return context;
  }

  private static KeyManager @Nullable [] keys(ConnectionSettings settings)
      throws GeneralSecurityException, IOException {
    if (settings.clients().isEmpty()) {
      return null;
    }
    KeyStore store = empty();
    int number = 0;
    for (ConnectionSettings.ClientCertificate client : settings.clients()) {
      Certificate[] chain = client.chain().toArray(new Certificate[0]);
      store.setKeyEntry("client-" + ++number, client.key(), new char[0], chain);
    }
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, new char[0]);
    return factory.getKeyManagers();
  }

  private static TrustManager[] trust(ConnectionSettings settings)
      throws GeneralSecurityException, IOException {
    if (!settings.verified()) {
      return new TrustManager[] {new Everybody()};
    }
    KeyStore store = empty();
    int number = 0;
    for (X509Certificate authority : ofTheMachine()) {
      store.setCertificateEntry("machine-" + ++number, authority);
    }
    for (X509Certificate authority : settings.authorities()) {
      store.setCertificateEntry("own-" + ++number, authority);
    }
    return factory(store).getTrustManagers();
  }

  private static List<X509Certificate> ofTheMachine() throws GeneralSecurityException {
    for (TrustManager manager : factory(null).getTrustManagers()) {
      if (manager instanceof X509TrustManager known) {
        return List.of(known.getAcceptedIssuers());
      }
    }
    return List.of();
  }

  private static TrustManagerFactory factory(@Nullable KeyStore store)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory;
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  /**
   * Believes everybody, as {@code skip_verify} wants it. The extended kind is asked instead of the
   * JDK's own check of the host's name.
   */
  private static final class Everybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
