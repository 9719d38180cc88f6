package io.gantry.image;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.gantry.image.reference.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A registry on loopback that takes uploads, wants a token for them, and can be told to misbehave.
 */
final class UploadRegistry implements AutoCloseable {

  final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  final List<String> authorizations = Collections.synchronizedList(new ArrayList<>());

  /** {@code repository@digest} to bytes, and {@code repository:tag} to manifests. */
  final Map<String, byte[]> content = new ConcurrentHashMap<>();

  final Map<String, String> types = new ConcurrentHashMap<>();

  /** How many uploads lose their connection half-way. */
  final AtomicInteger cuts = new AtomicInteger();

  /** How many of their bytes come before that. */
  volatile int cutAfter = 100;

  /** Whether what came before a cut is kept, and told to who asks. */
  volatile boolean resumes;

  /** How much of an upload is kept over a cut at most. */
  volatile int keepsAtMost = Integer.MAX_VALUE;

  /** The answer to what goes on with an upload after it was told of; 0 for taking it. */
  volatile int forgets;

  /** The answer to pieces; 0 for taking them. */
  volatile int refusesPieces;

  /** How many uploads are taken, with nobody told. */
  final AtomicInteger lost = new AtomicInteger();

  /** Whether nothing is answered when an upload is closed. */
  volatile boolean silent;

  /** How the size of pieces is named that is wanted, if it is. */
  volatile String smallestPiece = "";

  /** Size of a request over which it is refused; 0 for none. */
  volatile long largestRequest;

  /** {@code Content-Range} of the pieces that were offered. */
  final List<String> pieces = Collections.synchronizedList(new ArrayList<>());

  /** What came of the upload under way; there is one at a time. */
  private final ByteArrayOutputStream upload = new ByteArrayOutputStream();

  private volatile boolean told;
  private final CountDownLatch closed = new CountDownLatch(1);

  /** How many requests that change something are answered 503. */
  final AtomicInteger busy = new AtomicInteger();

  /** What such an answer says of when to come again, if anything. */
  volatile String retryAfter = "";

  volatile boolean denies;
  volatile boolean lies;
  volatile String uploadHost = "";

  /** In place of where uploads go on. */
  volatile String location = "";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  UploadRegistry() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v2/", this::serve);
    server.createContext("/token", this::token);
    server.setExecutor(threads);
    server.start();
  }

  String host() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  private void token(HttpExchange exchange) throws IOException {
    try (exchange) {
      String query = decoded(exchange.getRequestURI().getRawQuery());
      requests.add("TOKEN " + query);
      String rights = query.contains("pull,push") ? "push" : "pull";
      answer(exchange, 200, "{\"token\":\"may-" + rights + "\"}");
    }
  }

  private static String decoded(@Nullable String query) {
    return query == null ? "" : URLDecoder.decode(query, StandardCharsets.UTF_8);
  }

  private void serve(HttpExchange exchange) throws IOException {
    String method = exchange.getRequestMethod();
    String path = exchange.getRequestURI().getPath().substring("/v2/".length());
    String query = decoded(exchange.getRequestURI().getRawQuery());
    String authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
    requests.add(method + " " + path + (query.isEmpty() ? "" : "?" + query));
    authorizations.add(authorization);
    boolean reading = method.equals("GET") || method.equals("HEAD");
    try (exchange) {
      boolean allowed = authorization.equals("Bearer may-push");
      if (!allowed && !(reading && authorization.equals("Bearer may-pull"))) {
        challenge(exchange, path, reading ? "pull" : "pull,push");
      } else if (reading) {
        read(exchange, method, path);
      } else if (denies) {
        answer(
            exchange,
            403,
            "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"this shelf is full\"}]}");
      } else if (busy.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
        if (!retryAfter.isEmpty()) {
          exchange.getResponseHeaders().add("Retry-After", retryAfter);
        }
        answer(exchange, 503, "later");
      } else {
        write(exchange, method, path, query);
      }
    }
  }

  private void challenge(HttpExchange exchange, String path, String rights) throws IOException {
    String repository = path.replaceAll("/(blobs|manifests)/.*", "");
    exchange
        .getResponseHeaders()
        .add(
            "WWW-Authenticate",
            "Bearer realm=\"http://%s/token\",service=\"fake\",scope=\"repository:%s:%s\""
                .formatted(host(), repository, rights));
    answer(exchange, 401, "{}");
  }

  private static String key(String path) {
    return path.contains("/blobs/")
        ? path.replace("/blobs/", "@")
        : path.replace("/manifests/", path.contains("/manifests/sha256:") ? "@" : ":");
  }

  private void read(HttpExchange exchange, String method, String path) throws IOException {
    if (path.contains("/uploads/") && resumes) {
      told = true;
      exchange.getResponseHeaders().add("Range", "0-" + Math.max(0, upload.size() - 1));
      exchange.sendResponseHeaders(204, -1);
      return;
    }
    byte[] found = content.get(key(path));
    if (found == null) {
      answer(exchange, 404, "");
      return;
    }
    exchange.getResponseHeaders().add("Content-Type", types.getOrDefault(key(path), "x/y"));
    exchange.sendResponseHeaders(200, method.equals("HEAD") ? -1 : found.length);
    if (method.equals("GET")) {
      exchange.getResponseBody().write(found);
    }
  }

  private void write(HttpExchange exchange, String method, String path, String query)
      throws IOException {
    if (method.equals("POST")) {
      begin(exchange, path.substring(0, path.indexOf("/blobs/")), query);
      return;
    }
    try (InputStream body = exchange.getRequestBody()) {
      if (path.contains("/uploads/") && !takes(exchange, body)) {
        return;
      }
      if (method.equals("PATCH")) {
        exchange.getResponseHeaders().add("Location", exchange.getRequestURI().toString());
        answer(exchange, 202, "");
        return;
      }
      byte[] bytes = path.contains("/uploads/") ? upload.toByteArray() : body.readAllBytes();
      String repository = path.replaceAll("/(blobs|manifests)/.*", "");
      String digest = Digest.ofBytes(bytes).toString();
      if (path.contains("/uploads/") && !query.contains("digest=" + digest)) {
        answer(exchange, 400, "{\"errors\":[{\"code\":\"DIGEST_INVALID\"}]}");
        return;
      }
      if (path.contains("/uploads/") && silent) {
        closed.await();
        return;
      }
      content.put(repository + "@" + digest, bytes);
      if (path.contains("/uploads/") && lost.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
        return;
      }
      if (path.contains("/manifests/")) {
        String type = String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type"));
        content.put(key(path), bytes);
        types.put(key(path), type);
        types.put(repository + "@" + digest, type);
      }
      String said = lies ? Digest.ofBytes(new byte[1]).toString() : digest;
      exchange.getResponseHeaders().add("Docker-Content-Digest", said);
      answer(exchange, 201, "");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Takes a part of an upload, or answers, or hangs up. */
  private boolean takes(HttpExchange exchange, InputStream body) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Content-Range");
    if (range != null) {
      pieces.add(range);
    }
    if (cuts.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
      byte[] some = body.readNBytes(cutAfter);
      if (resumes) {
        upload.write(some, 0, Math.min(some.length, Math.max(0, keepsAtMost - upload.size())));
      }
      return false;
    }
    byte[] bytes = body.readAllBytes();
    if (refusesPieces > 0 && range != null) {
      answer(exchange, refusesPieces, "");
      return false;
    }
    if (forgets > 0 && told) {
      answer(exchange, forgets, "");
      return false;
    }
    if (largestRequest > 0 && bytes.length > largestRequest) {
      answer(exchange, 413, "too large");
      return false;
    }
    if (range != null && !range.startsWith(upload.size() + "-")) {
      answer(exchange, 416, "");
      return false;
    }
    upload.write(bytes);
    return true;
  }

  private void begin(HttpExchange exchange, String repository, String query) throws IOException {
    if (query.startsWith("mount=")) {
      String digest = query.substring("mount=".length(), query.indexOf("&from="));
      byte[] there = content.get(query.substring(query.indexOf("&from=") + 6) + "@" + digest);
      if (there != null) {
        content.put(repository + "@" + digest, there);
        answer(exchange, 201, "");
        return;
      }
    }
    upload.reset();
    told = false;
    if (!smallestPiece.isEmpty()) {
      exchange.getResponseHeaders().add("OCI-Chunk-Min-Length", smallestPiece);
    }
    String at = "/v2/" + repository + "/blobs/uploads/7?state=a%20b";
    String usual = uploadHost.isEmpty() ? at : "http://" + uploadHost + at;
    exchange.getResponseHeaders().add("Location", location.isEmpty() ? usual : location);
    answer(exchange, 202, "");
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, bytes.length == 0 || head ? -1 : bytes.length);
    if (!head) {
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
