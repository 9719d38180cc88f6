package io.gantry.image;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.gantry.image.reference.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A registry on loopback that can be told to misbehave. */
public final class FakeRegistry implements AutoCloseable {

  /** How a blob is served. */
  public sealed interface Fault {
    /** Other bytes of the same length. */
    record Flipped() implements Fault {}

    /** A well-formed answer with fewer bytes. */
    record Truncated(int bytes) implements Fault {}

    /** The connection ends after so many bytes, the first so many times. */
    record Cut(int bytes, int times) implements Fault {}

    /** Every connection brings so many more bytes and ends. */
    record Crumbs(int bytes) implements Fault {}

    /** An answer with this status, the first so many times. */
    record Status(int status, int times) implements Fault {}

    /** As {@link Status}, with a wish for how long to stay away. */
    record Busy(int status, int times, String retryAfter) implements Fault {}

    /** The connection ends after so many bytes once; ranges are not understood. */
    record Rangeless(int bytes) implements Fault {}

    /** So many bytes at a time, with a pause after each. */
    record Trickle(int bytes, int pauseMillis) implements Fault {}

    /** An answer that does not say beforehand how long it is. */
    @SuppressWarnings("ArrayRecordComponent")
    record Chunked(byte[] content) implements Fault {}

    /** The blob is somewhere else. */
    record Redirect(String location) implements Fault {}
  }

  /** Who may read. */
  public enum Login {
    NONE,
    BASIC,
    TOKEN
  }

  public final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  public final List<String> credentials = Collections.synchronizedList(new ArrayList<>());
  public final List<String> proxyCredentials = Collections.synchronizedList(new ArrayList<>());
  public final List<String> tokenCredentials = Collections.synchronizedList(new ArrayList<>());
  private final Map<Digest, List<String>> ranges = new ConcurrentHashMap<>();
  private final Map<String, byte[]> manifests = new ConcurrentHashMap<>();
  private final Map<String, String> types = new ConcurrentHashMap<>();
  private final Map<Digest, byte[]> blobs = new ConcurrentHashMap<>();
  private final Map<Digest, Fault> faults = new ConcurrentHashMap<>();
  private final Map<Digest, Integer> served = new ConcurrentHashMap<>();
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile Login login = Login.NONE;
  private volatile String realm = "";
  private volatile String token = "good-token";
  private volatile int tokenLife = 300;
  private volatile int headStatus = 200;

  public FakeRegistry() throws IOException {
    this(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
  }

  /** One that speaks TLS. */
  public static FakeRegistry secure(HttpsConfigurator tls) throws IOException {
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(tls);
    return new FakeRegistry(server);
  }

  private FakeRegistry(HttpServer server) {
    this.server = server;
    server.createContext("/v2/", this::serve);
    server.createContext("/token", this::token);
    server.setExecutor(threads);
    server.start();
    realm = "http://" + host() + "/token";
  }

  public String host() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  public String reference(String repositoryAndTag) {
    return host() + "/" + repositoryAndTag;
  }

  public void push(String repository, String tag, TestImage image) {
    document(repository, tag, image.manifest, image.mediaType);
    blobs.putAll(image.blobs);
  }

  public void document(String repository, String tag, byte[] content, String type) {
    for (String name : List.of(tag, Digest.ofBytes(content).toString())) {
      manifests.put(repository + "/" + name, content);
      types.put(repository + "/" + name, type);
    }
  }

  public void manifestLie(String repository, String name, byte[] content, String type) {
    manifests.put(repository + "/" + name, content);
    types.put(repository + "/" + name, type);
  }

  public void blob(Digest digest, byte[] content) {
    blobs.put(digest, content);
  }

  public void fault(Digest blob, Fault fault) {
    faults.put(blob, fault);
  }

  public void heal() {
    faults.clear();
  }

  public void login(Login wanted) {
    login = wanted;
  }

  public void realm(String url) {
    realm = url;
  }

  /** What was given out so far does not do any more. */
  public void revokeTokens() {
    token = "token-" + (requests.size() + 1);
  }

  /** Of answers without a body; 204 stands for a good one that says nothing. */
  public void headStatus(int status) {
    headStatus = status;
  }

  public void tokenLife(int seconds) {
    tokenLife = seconds;
  }

  public int timesServed(Digest blob) {
    return served.getOrDefault(blob, 0);
  }

  /** Which ranges of a blob were asked for, empty for the whole. */
  public List<String> ranges(Digest blob) {
    return ranges.computeIfAbsent(blob, digest -> Collections.synchronizedList(new ArrayList<>()));
  }

  private void serve(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String query = exchange.getRequestURI().getRawQuery();
    requests.add(exchange.getRequestMethod() + " " + path + (query == null ? "" : "?" + query));
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    credentials.add(authorization == null ? "" : authorization);
    String forProxy = exchange.getRequestHeaders().getFirst("Proxy-Authorization");
    proxyCredentials.add(forProxy == null ? "" : forProxy);
    try (exchange) {
      if (!allowed(exchange, authorization)) {
        return;
      }
      int manifest = path.indexOf("/manifests/");
      int blob = path.indexOf("/blobs/");
      if (manifest > 0) {
        manifest(exchange, path.substring(4, manifest) + "/" + path.substring(manifest + 11));
      } else if (blob > 0) {
        blob(exchange, path.substring(blob + 7));
      } else {
        exchange.sendResponseHeaders(404, -1);
      }
    }
  }

  private boolean allowed(HttpExchange exchange, @Nullable String authorization)
      throws IOException {
    String wanted =
        switch (login) {
          case NONE -> "";
          case BASIC ->
              "Basic " + Base64.getEncoder().encodeToString(TestImage.text("jane:secret"));
          case TOKEN -> "Bearer " + token;
        };
    if (wanted.isEmpty() || wanted.equals(authorization)) {
      return true;
    }
    String challenge =
        login == Login.BASIC
            ? "Basic realm=\"fake\""
            : "Bearer realm=\"" + realm + "\",service=\"fake\",scope=\"repository:a/b:pull\"";
    exchange.getResponseHeaders().add("WWW-Authenticate", challenge);
    send(exchange, 401, TestImage.text("{\"errors\":[{\"code\":\"UNAUTHORIZED\"}]}"));
    return false;
  }

  private void token(HttpExchange exchange) throws IOException {
    try (exchange) {
      String query = String.valueOf(exchange.getRequestURI().getQuery());
      String body =
          URLDecoder.decode(
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8),
              StandardCharsets.UTF_8);
      requests.add(exchange.getRequestMethod() + " /token " + query + " " + body);
      String basic = exchange.getRequestHeaders().getFirst("Authorization");
      tokenCredentials.add(basic == null ? "" : basic);
      boolean jane =
          ("Basic " + Base64.getEncoder().encodeToString(TestImage.text("jane:secret")))
              .equals(basic);
      if (jane || body.contains("refresh_token=identity")) {
        send(
            exchange,
            200,
            TestImage.text("{\"token\":\"%s\",\"expires_in\":%d}".formatted(token, tokenLife)));
      } else {
        send(exchange, 401, TestImage.text("{}"));
      }
    }
  }

  private void manifest(HttpExchange exchange, String key) throws IOException {
    byte[] content = manifests.get(key);
    if (content == null) {
      send(exchange, 404, TestImage.text("{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\"}]}"));
      return;
    }
    exchange.getResponseHeaders().add("Content-Type", types.getOrDefault(key, ""));
    if (exchange.getRequestMethod().equals("HEAD")) {
      head(exchange, content);
      return;
    }
    send(exchange, 200, content);
  }

  private void head(HttpExchange exchange, byte[] content) throws IOException {
    if (headStatus == 200) {
      exchange
          .getResponseHeaders()
          .add("Docker-Content-Digest", Digest.ofBytes(content).toString());
    }
    exchange.sendResponseHeaders(headStatus == 204 ? 200 : headStatus, -1);
  }

  private void blob(HttpExchange exchange, String name) throws IOException {
    Digest digest = Digest.parse(name);
    byte[] content = blobs.get(digest);
    if (content == null) {
      send(exchange, 404, TestImage.text("{\"errors\":[{\"code\":\"BLOB_UNKNOWN\"}]}"));
      return;
    }
    int time = served.merge(digest, 1, Integer::sum);
    String asked = exchange.getRequestHeaders().getFirst("Range");
    ranges(digest).add(asked == null ? "" : asked);
    switch (faults.get(digest)) {
      case null -> ranged(exchange, content);
      case Fault.Flipped flipped -> send(exchange, 200, flipped(content));
      case Fault.Truncated cut -> send(exchange, 200, Arrays.copyOf(content, cut.bytes()));
      case Fault.Cut cut when time <= cut.times() -> cut(exchange, content, cut.bytes());
      case Fault.Cut healed -> ranged(exchange, content);
      case Fault.Crumbs crumbs -> {
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null ? 0 : Integer.parseInt(range.substring(6, range.length() - 1));
        int length = content.length - from;
        exchange
            .getResponseHeaders()
            .add("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/*");
        exchange.sendResponseHeaders(from == 0 ? 200 : 206, length);
        exchange.getResponseBody().write(content, from, Math.min(length, crumbs.bytes()));
        exchange.getResponseBody().flush();
      }
      case Fault.Status status when time <= status.times() ->
          send(exchange, status.status(), TestImage.text("busy"));
      case Fault.Status healed -> ranged(exchange, content);
      case Fault.Busy busy when time <= busy.times() -> {
        exchange.getResponseHeaders().add("Retry-After", busy.retryAfter());
        send(exchange, busy.status(), TestImage.text("busy"));
      }
      case Fault.Busy healed -> ranged(exchange, content);
      case Fault.Rangeless cut when time == 1 -> cut(exchange, content, cut.bytes());
      case Fault.Rangeless whole -> send(exchange, 200, content);
      case Fault.Trickle trickle -> trickle(exchange, content, trickle);
      case Fault.Chunked chunked -> {
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().write(chunked.content());
      }
      case Fault.Redirect redirect -> {
        exchange.getResponseHeaders().add("Location", redirect.location());
        send(exchange, 307, new byte[0]);
      }
    }
  }

  private static void trickle(HttpExchange exchange, byte[] content, Fault.Trickle speed)
      throws IOException {
    exchange.sendResponseHeaders(200, content.length);
    for (int at = 0; at < content.length; at += speed.bytes()) {
      exchange.getResponseBody().write(content, at, Math.min(speed.bytes(), content.length - at));
      exchange.getResponseBody().flush();
      try {
        Thread.sleep(speed.pauseMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private static byte[] flipped(byte[] content) {
    byte[] other = content.clone();
    other[other.length - 1] ^= 1;
    return other;
  }

  private static void ranged(HttpExchange exchange, byte[] content) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    if (range == null) {
      send(exchange, 200, content);
      return;
    }
    int from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
    exchange
        .getResponseHeaders()
        .add("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
    send(exchange, 206, Arrays.copyOfRange(content, from, content.length));
  }

  /** Promises all and closes early. */
  private static void cut(HttpExchange exchange, byte[] content, int bytes) throws IOException {
    exchange.sendResponseHeaders(200, content.length);
    OutputStream out = exchange.getResponseBody();
    out.write(content, 0, bytes);
    out.flush();
    exchange.close();
  }

  private static void send(HttpExchange exchange, int status, byte[] content) throws IOException {
    exchange.sendResponseHeaders(status, content.length == 0 ? -1 : content.length);
    if (content.length > 0) {
      exchange.getResponseBody().write(content);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
