package io.gantry.daemon;

import io.gantry.container.Container;
import io.gantry.image.progress.WorkObserver;
import io.gantry.image.progress.WorkObserver.Work;
import io.gantry.metrics.CallMetrics;
import io.gantry.metrics.ImageMetrics;
import io.gantry.metrics.JavaMetrics;
import io.gantry.metrics.LifeMetrics;
import io.gantry.metrics.MetricsServer;
import io.gantry.pod.Pod;
import io.gantry.rpc.RpcObserver;
import io.gantry.state.PhaseWatch;
import io.gantry.state.Table;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Numbers for Prometheus, with a registry of its own. */
final class PrometheusTelemetry implements Telemetry {

  private static final Logger LOG = LoggerFactory.getLogger(PrometheusTelemetry.class);

  private final ImageMeter images;
  private final CallMetrics calls;
  private final LifeMetrics life;
  private final MetricsServer server;

  private PrometheusTelemetry(
      ImageMeter images, CallMetrics calls, LifeMetrics life, MetricsServer server) {
    this.images = images;
    this.calls = calls;
    this.life = life;
    this.server = server;
  }

  static PrometheusTelemetry start(String address) throws IOException {
    PrometheusRegistry registry = new PrometheusRegistry();
    ImageMetrics numbers =
        new ImageMetrics(registry, Stream.of(Work.values()).map(ImageMeter::word).toList());
    CallMetrics calls = new CallMetrics(registry);
    LifeMetrics life = new LifeMetrics(registry);
    JavaMetrics.register(registry);
    MetricsServer server = MetricsServer.start(resolved(address), registry);
    InetSocketAddress where = server.address();
    LOG.atInfo().addKeyValue("url", url(where)).log("metrics are shown");
    if (!where.getAddress().isLoopbackAddress()) {
      LOG.warn("whoever reaches {} may read the metrics; loopback is safer", where);
    }
    return new PrometheusTelemetry(new ImageMeter(numbers), calls, life, server);
  }

  private static InetSocketAddress resolved(String address) throws IOException {
    int colon = address.lastIndexOf(':');
    String host = address.substring(0, colon).replaceAll("[\\[\\]]", "");
    try {
      return new InetSocketAddress(
          InetAddress.getByName(host), Integer.parseInt(address.substring(colon + 1)));
    } catch (UnknownHostException e) {
      throw new IOException(
          "metrics.address names the host \"" + host + "\", which has no address; give one", e);
    }
  }

  private static String url(InetSocketAddress where) {
    String host = where.getAddress().getHostAddress();
    return "http://%s:%d/metrics"
        .formatted(host.contains(":") ? "[" + host + "]" : host, where.getPort());
  }

  @Override
  public WorkObserver images() {
    return images;
  }

  @Override
  public RpcObserver calls() {
    return new CallNumbers(calls);
  }

  @Override
  public PhaseWatch phases() {
    return life::took;
  }

  @Override
  public void watch(Table<Pod> pods, Table<Container> containers) {
    new Census(pods, containers, life).begin();
  }

  @Override
  public void recovered(String kind) {
    life.recovered(kind);
  }

  @Override
  public Optional<InetSocketAddress> address() {
    return Optional.of(server.address());
  }

  @Override
  public void close() {
    server.close();
  }
}
