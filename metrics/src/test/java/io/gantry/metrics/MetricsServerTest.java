package io.gantry.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an HTTP client sees of the numbers. */
class MetricsServerTest {

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final ImageMetrics images = new ImageMetrics(registry, List.of("pull"));
  private MetricsServer server;

  @BeforeEach
  void start() throws IOException {
    server = MetricsServer.start(loopback(0), registry);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private HttpResponse<String> get(String path, String accept)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.address().getPort() + path))
            .timeout(Duration.ofSeconds(5))
            .header("Accept", accept)
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }

  @Test
  void textIsWhatItGivesWhoAsksForNothingElse() throws Exception {
    images.received(7);

    HttpResponse<String> answer = get("/metrics", "*/*");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
    assertThat(answer.body())
        .contains("# TYPE gantry_image_received_bytes_total counter")
        .contains("\ngantry_image_received_bytes_total 7.0\n")
        .doesNotContain("# EOF");
  }

  @Test
  void openMetricsIsForThoseWhoAcceptIt() throws Exception {
    images.received(7);

    HttpResponse<String> answer = get("/metrics", "application/openmetrics-text;version=1.0.0");

    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("application/openmetrics-text"));
    assertThat(answer.body())
        .contains("# UNIT gantry_image_received_bytes bytes")
        .contains("\ngantry_image_received_bytes_total 7.0\n")
        .endsWith("# EOF\n");
  }

  @Test
  void protobufIsForThoseWhoPreferIt() throws Exception {
    HttpResponse<String> answer =
        get(
            "/metrics",
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,*/*;q=0.1");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("application/vnd.google.protobuf"));
    assertThat(answer.body()).contains("gantry_image_received_bytes_total");
  }

  @Test
  void thereIsNothingElse() throws Exception {
    for (String path : List.of("/", "/metric", "/-/healthy")) {
      assertThat(get(path, "*/*").statusCode()).as(path).isEqualTo(404);
    }
  }

  /** More of them than any small pool has threads. */
  @Test
  void clientsThatStopInTheMiddleHoldNobodyUp() throws Exception {
    List<Socket> idlers = new ArrayList<>();
    try {
      for (int i = 0; i < 20; i++) {
        Socket idler = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort());
        idlers.add(idler);
        idler.getOutputStream().write("GET /metr".getBytes(StandardCharsets.US_ASCII));
      }

      assertThat(get("/metrics", "*/*").statusCode()).isEqualTo(200);
    } finally {
      for (Socket idler : idlers) {
        idler.close();
      }
    }
  }

  @Test
  void anAddressThatIsTakenIsNamedWithTheRemedy() {
    InetSocketAddress taken = loopback(server.address().getPort());

    assertThatThrownBy(() -> MetricsServer.start(taken, registry))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(Integer.toString(taken.getPort()))
        .hasMessageContaining("in use")
        .hasMessageContaining("give metrics.address");
  }

  @Test
  void theAddressIsFreeAfterTheEnd() throws IOException {
    InetSocketAddress address = loopback(server.address().getPort());
    server.close();

    MetricsServer.start(address, registry).close();
  }
}
