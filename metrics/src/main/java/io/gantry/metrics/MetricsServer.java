package io.gantry.metrics;

import com.sun.net.httpserver.HttpExchange;
import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Shows the numbers of a registry over HTTP at {@code /metrics}, as OpenMetrics, protobuf or
 * Prometheus' older text, whichever the client accepts. Anybody who reaches it may read them. Safe
 * for all threads.
 */
public final class MetricsServer implements AutoCloseable {

  private static final int NOT_FOUND = 404;

  /**
   * Without these the JDK's server waits for ever for who says nothing more, and takes any number
   * of connections (module jdk.httpserver; seconds, connections).
   */
  private static final Map<String, String> LIMITS =
      Map.of(
          "sun.net.httpserver.maxReqTime", "10",
          "sun.net.httpserver.maxRspTime", "30",
          "jdk.httpserver.maxConnections", "64");

  private final HTTPServer server;
  private final InetAddress address;
  private final ExecutorService threads;

  private MetricsServer(HTTPServer server, InetAddress address, ExecutorService threads) {
    this.server = server;
    this.address = address;
    this.threads = threads;
  }

  /**
   * Serves until {@link #close}.
   *
   * @param address resolved; port 0 takes any that is free
   * @throws IOException when it cannot be listened on, with the address and the remedy
   */
  public static MetricsServer start(InetSocketAddress address, PrometheusRegistry registry)
      throws IOException {
    LIMITS.forEach((name, value) -> {
      if (System.getProperty(name) == null) {
        System.setProperty(name, value);
      }
    });
    ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("metrics-", 0).factory());
    try {
      HTTPServer server =
          HTTPServer.builder()
              .inetAddress(address.getAddress())
              .port(address.getPort())
              .executorService(threads)
              .registry(registry)
              .registerHealthHandler(false)
              .defaultHandler(MetricsServer::answerNothing)
              .buildAndStart();
      return new MetricsServer(server, address.getAddress(), threads);
    } catch (IOException e) {
      threads.shutdownNow();
      throw new IOException(
          "cannot listen on "
              + address
              + " for metrics: "
              + e.getMessage()
              + "; give metrics.address an address of this machine and a port that is free",
          e);
    }
  }

  private static void answerNothing(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(NOT_FOUND, -1);
    }
  }

  /** Where it listens, with the port that it got. */
  public InetSocketAddress address() {
    return new InetSocketAddress(address, server.getPort());
  }

  @Override
  public void close() {
    server.close();
    threads.shutdownNow();
  }
}
