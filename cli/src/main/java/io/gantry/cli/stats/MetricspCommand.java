package io.gantry.cli.stats;

import io.gantry.api.cri.v1.ListPodSandboxMetricsRequest;
import io.gantry.api.cri.v1.ListPodSandboxMetricsResponse;
import io.gantry.api.cri.v1.Metric;
import io.gantry.api.cri.v1.PodSandboxMetrics;
import io.gantry.cli.output.Document;
import io.gantry.cli.output.Format;
import io.gantry.cli.output.ShortId;
import io.gantry.cli.output.Table;
import io.gantry.cli.session.Session;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows the metrics of pods and containers. */
@Command(
    name = "metricsp",
    description =
        "Show the metrics of pods and containers, with the names that cAdvisor gave them.",
    footer = {"", "Example:", "  gantry metricsp -o table"})
public final class MetricspCommand implements Callable<Integer> {
  /** container, id, image, name, namespace and pod. */
  private static final int COMMON = 6;

  private final Session session;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "json, yaml or table")
  private Format format = Format.JSON;

  public MetricspCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    List<PodSandboxMetrics> found =
        session
            .connection()
            .runtime()
            .listPodSandboxMetrics(ListPodSandboxMetricsRequest.getDefaultInstance())
            .getPodMetricsList();
    if (format == Format.TABLE) {
      table(found).print(session.out());
    } else {
      Document.of(ListPodSandboxMetricsResponse.newBuilder().addAllPodMetrics(found).build())
          .print(session.out(), format);
    }
    return 0;
  }

  private static Table table(List<PodSandboxMetrics> pods) {
    Table table = new Table(List.of("POD ID", "CONTAINER", "METRIC", "LABELS", "VALUE"));
    for (PodSandboxMetrics pod : pods) {
      pod.getMetricsList().forEach(metric -> table.row(row(pod, Amounts.UNKNOWN, metric)));
      pod.getContainerMetricsList()
          .forEach(container ->
              container
                  .getMetricsList()
                  .forEach(metric ->
                      table.row(row(pod, ShortId.of(container.getContainerId(), false), metric))));
    }
    return table;
  }

  /** The labels that only this metric has follow those that every metric has. */
  private static List<String> row(PodSandboxMetrics pod, String container, Metric metric) {
    List<String> own =
        metric
            .getLabelValuesList()
            .subList(Math.min(COMMON, metric.getLabelValuesCount()), metric.getLabelValuesCount());
    return List.of(
        ShortId.of(pod.getPodSandboxId(), false),
        container,
        metric.getName(),
        own.isEmpty() ? Amounts.UNKNOWN : String.join(",", own),
        Long.toUnsignedString(metric.getValue().getValue()));
  }
}
