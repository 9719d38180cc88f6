package io.gantry.image.registry;

import io.gantry.image.error.ImageException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Sends one HTTP request and says in words why there was no answer. Clients are made at the first
 * request that needs one, because a node that pulls nothing should not pay for it. Safe for all
 * threads.
 */
final class Wire implements AutoCloseable {

  private static final String AGENT = "gantry/0.1";

  /** One for all endpoints without settings of their own, the rest for those with. */
  private static final int MAX_CLIENTS = 16;

  /** The JDK sends basic credentials to a proxy with a tunnel only when this names no scheme. */
  private static final String REFUSED_IN_TUNNELS = "jdk.http.auth.tunneling.disabledSchemes";

  static {
    if (System.getProperty(REFUSED_IN_TUNNELS) == null) {
      System.setProperty(REFUSED_IN_TUNNELS, "");
    }
  }

  private final RegistrySettings settings;
  private @Nullable ExecutorService threads;
  private final Map<ConnectionSettings, HttpClient> clients = new LinkedHashMap<>(8, 0.75f, true);

  Wire(RegistrySettings settings) {
    this.settings = settings;
  }

  TransferLimits limits() {
    return settings.limits();
  }

  private synchronized HttpClient client(ConnectionSettings connection)
      throws GeneralSecurityException, IOException {
    HttpClient existing = clients.get(connection);
    if (existing != null) {
      return existing;
    }
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(connectTimeout(connection))
            .proxy(settings.proxies().selector())
            .executor(threads());
    if (connection.hasOwnTls()) {
      builder.sslContext(TlsContexts.of(connection));
    }
    HttpClient made = builder.build();
    clients.put(connection, made);
    if (clients.size() > MAX_CLIENTS) {
      // Pulls may still use it; it ends with the last of them.
      var eldest = clients.entrySet().iterator();
      eldest.next();
      eldest.remove();
    }
    return made;
  }

  private synchronized ExecutorService threads() {
    ExecutorService existing = threads;
    if (existing != null) {
      return existing;
    }
    ExecutorService made =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("registry-", 0).factory());
    threads = made;
    return made;
  }

  private Duration connectTimeout(ConnectionSettings connection) {
    Duration own = connection.timeout();
    return own == null ? limits().connect() : own;
  }

  HttpRequest.Builder request(URI uri, Deadline deadline, String subject) throws ImageException {
    if (deadline.isOver()) {
      throw unavailable(uri, subject, silence(), null);
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri).timeout(deadline.left()).header("User-Agent", AGENT);
    settings
        .proxies()
        .forAddress(uri)
        .map(Proxies.Proxy::authorization)
        .filter(authorization -> !authorization.isEmpty())
        .ifPresent(authorization -> request.header("Proxy-Authorization", authorization));
    return request;
  }

  /** For messages about an address: which proxy stands before it, or nothing. */
  String way(URI uri) {
    return settings.proxies().way(uri);
  }

  /** The answer with its body still to be read; the caller closes the body. */
  HttpResponse<BodyStream> send(HttpRequest request, ConnectionSettings connection, String subject)
      throws ImageException {
    try {
      HttpResponse<BodyStream> response =
          client(connection).send(request, head -> new BodyStream(limits()));
      if (response.body() == null) {
        // The JDK's way of saying that the answer is the proxy's, which makes no tunnel.
        throw new ImageException.Unavailable(
            subject,
            "registry "
                + host(request)
                + way(request.uri())
                + " is not let through: status "
                + response.statusCode(),
            "give the proxy's user and password in its address",
            null);
      }
      return response;
    } catch (ImageException e) {
      throw e;
    } catch (HttpConnectTimeoutException e) {
      long millis = connectTimeout(connection).toMillis();
      throw unavailable(
          request.uri(), subject, "does not accept a connection within " + millis + " ms", e);
    } catch (IOException e) {
      throw unavailable(request.uri(), subject, e);
    } catch (GeneralSecurityException e) {
      throw unavailable(request.uri(), subject, "cannot be spoken to over TLS: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ImageException.Cancelled(subject, "interrupted while asking " + host(request));
    }
  }

  private static String host(HttpRequest request) {
    return request.uri().getAuthority();
  }

  ImageException unavailable(URI uri, String subject, IOException e) {
    return unavailable(uri, subject, reason(e), e);
  }

  private ImageException unavailable(
      URI uri, String subject, String reason, @Nullable Exception e) {
    return new ImageException.Unavailable(
        subject,
        "registry " + uri.getAuthority() + way(uri) + " " + reason,
        "check that " + uri.getScheme() + "://" + uri.getAuthority() + " can be reached from here",
        e);
  }

  /** Whether a connection stood and broke, which a second try may not see again. */
  static boolean isBrokenConnection(ImageException e) {
    return switch (e.getCause()) {
      case ConnectException never -> false;
      case HttpTimeoutException slow -> false;
      case SSLException tls -> false;
      case IOException broken -> !isClosedTunnel(broken);
      case null, default -> false;
    };
  }

  private String reason(IOException e) {
    return switch (e) {
      case SlowBodyException slow -> "is too slow: " + slow.getMessage();
      case HttpTimeoutException slow -> silence();
      case ConnectException refused -> isUnknown(refused) ? "has no address" : refusal(refused);
      case SSLException tls -> "fails the TLS handshake: " + tls.getMessage();
      default ->
          isClosedTunnel(e)
              ? "is not let through: " + message(e)
              : "broke the connection: " + message(e);
    };
  }

  private String silence() {
    return "does not answer within " + limits().answer().toMillis() + " ms";
  }

  private static String refusal(ConnectException e) {
    String text = e.getMessage();
    boolean plain = text == null || text.toLowerCase(Locale.ROOT).contains("refused");
    return plain ? "refuses the connection" : "cannot be reached: " + text;
  }

  private static boolean isUnknown(@Nullable Throwable e) {
    return e != null && (e instanceof UnresolvedAddressException || isUnknown(e.getCause()));
  }

  /** A proxy that refuses to connect has no type in the JDK, only these words. */
  private static boolean isClosedTunnel(IOException e) {
    return message(e).contains("Tunnel failed");
  }

  private static String message(IOException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  @Override
  public synchronized void close() {
    clients.values().forEach(HttpClient::shutdownNow);
    clients.clear();
    if (threads != null) {
      threads.shutdownNow();
    }
  }
}
