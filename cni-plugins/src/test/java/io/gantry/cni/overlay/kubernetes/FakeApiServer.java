package io.gantry.cni.overlay.kubernetes;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * Lists and watches nodes as the API server does: pages, revisions, bookmarks, watches that end,
 * revisions that are forgotten.
 */
final class FakeApiServer implements AutoCloseable {

  private record Event(long revision, String line) {}

  private final HttpServer server;
  private final int port;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, String> nodes = new TreeMap<>();
  private final List<Event> events = new ArrayList<>();
  private final List<OutputStream> watches = new ArrayList<>();
  private final List<String> requests = new ArrayList<>();
  private long revision = 100;
  private long forgotten;
  private int page = 500;
  private int refusal;

  FakeApiServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    port = server.getAddress().getPort();
    server.setExecutor(threads);
    server.createContext("/", this::serve);
    server.start();
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + port);
  }

  static String node(String name, String address, String... blocks) {
    String list = List.of(blocks).stream().map(b -> '"' + b + '"').collect(Collectors.joining(","));
    return """
    {"metadata":{"name":"%s","resourceVersion":"REVISION"},"spec":{"podCIDRs":[%s]},\
    "status":{"addresses":[{"type":"Hostname","address":"%s"},\
    {"type":"InternalIP","address":"2001:db8::9"},{"type":"InternalIP","address":"%s"}]}}\
    """
        .formatted(name, list, name, address);
  }

  synchronized void pages(int nodesOnOne) {
    page = nodesOnOne;
  }

  /** Answers everything with that status; 0 ends it. */
  synchronized void refuse(int status) {
    refusal = status;
  }

  synchronized void put(String name, String json) throws IOException {
    String type = nodes.containsKey(name) ? "MODIFIED" : "ADDED";
    revision++;
    nodes.put(name, json.replace("REVISION", Long.toString(revision)));
    tell(type, nodes.get(name));
  }

  synchronized void remove(String name) throws IOException {
    revision++;
    String last = String.valueOf(nodes.remove(name));
    tell("DELETED", last.replaceAll("\"resourceVersion\":\"\\d+\"", revisionField()));
  }

  synchronized void bookmark() throws IOException {
    revision++;
    tell("BOOKMARK", "{\"kind\":\"Node\",\"metadata\":{" + revisionField() + "}}");
  }

  private String revisionField() {
    return "\"resourceVersion\":\"" + revision + "\"";
  }

  private void tell(String type, String object) throws IOException {
    Event event = new Event(revision, "{\"type\":\"" + type + "\",\"object\":" + object + "}\n");
    events.add(event);
    for (OutputStream watch : watches) {
      write(watch, event.line());
    }
  }

  private static void write(OutputStream out, String line) throws IOException {
    out.write(line.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  /** Ends all watches as the server does when their time is over. */
  synchronized void endWatches() throws IOException {
    for (OutputStream watch : watches) {
      watch.close();
    }
    watches.clear();
  }

  /** Watches from what was up to now get 410, also those that are open. */
  synchronized void forget() throws IOException {
    forgotten = revision;
    events.clear();
    for (OutputStream watch : watches) {
      write(watch, gone());
    }
    endWatches();
  }

  private static String gone() {
    return "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410,"
        + "\"message\":\"too old resource version\"}}\n";
  }

  synchronized int openWatches() {
    return watches.size();
  }

  /** What was asked so far, without the revision. */
  synchronized List<String> requests() {
    return List.copyOf(requests);
  }

  private synchronized void serve(HttpExchange exchange) throws IOException {
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    Map<String, String> parameters = new HashMap<>();
    for (String part : query.split("&", -1)) {
      parameters.put(part.split("=", 2)[0], part.split("=", 2)[1]);
    }
    String token = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
    requests.add(parameters.containsKey("watch") ? "watch " + token : "list " + token);
    if (refusal != 0) {
      answer(exchange, refusal, "{\"kind\":\"Status\",\"message\":\"refused by the test\"}");
    } else if (parameters.containsKey("watch")) {
      watch(exchange, Long.parseLong(parameters.getOrDefault("resourceVersion", "0")));
    } else {
      list(exchange, Integer.parseInt(parameters.getOrDefault("continue", "0")));
    }
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private void list(HttpExchange exchange, int from) throws IOException {
    int to = Math.min(nodes.size(), from + page);
    String items = String.join(",", List.copyOf(nodes.values()).subList(from, to));
    String next = to < nodes.size() ? ",\"continue\":\"" + to + "\"" : "";
    answer(
        exchange,
        200,
        "{\"kind\":\"NodeList\",\"metadata\":{%s%s},\"items\":[%s]}"
            .formatted(revisionField(), next, items));
  }

  private void watch(HttpExchange exchange, long from) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    OutputStream out = exchange.getResponseBody();
    if (from < forgotten) {
      write(out, gone());
      out.close();
      return;
    }
    // without a byte the headers stay where they are
    write(out, "\n");
    for (Event event : events) {
      if (event.revision() > from) {
        write(out, event.line());
      }
    }
    watches.add(out);
  }

  /** Goes without a word to those who watch. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
