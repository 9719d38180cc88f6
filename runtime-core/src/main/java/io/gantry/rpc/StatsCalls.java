package io.gantry.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.gantry.api.cri.v1.ContainerStats;
import io.gantry.api.cri.v1.ContainerStatsFilter;
import io.gantry.api.cri.v1.ContainerStatsRequest;
import io.gantry.api.cri.v1.ContainerStatsResponse;
import io.gantry.api.cri.v1.ListContainerStatsRequest;
import io.gantry.api.cri.v1.ListContainerStatsResponse;
import io.gantry.api.cri.v1.ListMetricDescriptorsResponse;
import io.gantry.api.cri.v1.ListPodSandboxMetricsResponse;
import io.gantry.api.cri.v1.ListPodSandboxStatsRequest;
import io.gantry.api.cri.v1.ListPodSandboxStatsResponse;
import io.gantry.api.cri.v1.PodSandboxMetrics;
import io.gantry.api.cri.v1.PodSandboxStats;
import io.gantry.api.cri.v1.PodSandboxStatsFilter;
import io.gantry.api.cri.v1.PodSandboxStatsRequest;
import io.gantry.api.cri.v1.PodSandboxStatsResponse;
import io.gantry.container.Container;
import io.gantry.container.ContainerFilter;
import io.gantry.pod.PodFilter;
import io.gantry.stats.StatsService;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The RPCs of what pods and containers use. */
final class StatsCalls {

  private final StatsService stats;
  private final Function<Container, String> imageName;

  /**
   * @param imageName what a person calls the image of a container
   */
  StatsCalls(StatsService stats, Function<Container, String> imageName) {
    this.stats = stats;
    this.imageName = imageName;
  }

  ContainerStatsResponse container(ContainerStatsRequest request) {
    String id = Field.of("container_id").required(request.getContainerId());
    return ContainerStatsResponse.newBuilder()
        .setStats(StatsMessages.container(stats.container(id)))
        .build();
  }

  ListContainerStatsResponse containers(ListContainerStatsRequest request) {
    return ListContainerStatsResponse.newBuilder()
        .addAllStats(containerRows(request.getFilter()))
        .build();
  }

  List<ContainerStats> containerRows(ContainerStatsFilter filter) {
    ContainerFilter wanted =
        new ContainerFilter(
            filter.getId(),
            filter.getPodSandboxId(),
            Optional.empty(),
            filter.getLabelSelectorMap());
    return stats.containers(wanted).stream().map(StatsMessages::container).toList();
  }

  PodSandboxStatsResponse pod(PodSandboxStatsRequest request) {
    String id = Field.of("pod_sandbox_id").required(request.getPodSandboxId());
    return PodSandboxStatsResponse.newBuilder().setStats(StatsMessages.pod(stats.pod(id))).build();
  }

  ListPodSandboxStatsResponse pods(ListPodSandboxStatsRequest request) {
    return ListPodSandboxStatsResponse.newBuilder()
        .addAllStats(podRows(request.getFilter()))
        .build();
  }

  List<PodSandboxStats> podRows(PodSandboxStatsFilter filter) {
    PodFilter wanted =
        new PodFilter(filter.getId(), Optional.of(true), filter.getLabelSelectorMap());
    return stats.pods(wanted).stream().map(StatsMessages::pod).toList();
  }

  ListMetricDescriptorsResponse descriptors() {
    return ListMetricDescriptorsResponse.newBuilder()
        .addAllDescriptors(CadvisorMetric.descriptors())
        .build();
  }

  ListPodSandboxMetricsResponse metrics() {
    return ListPodSandboxMetricsResponse.newBuilder().addAllPodMetrics(metricRows()).build();
  }

  List<PodSandboxMetrics> metricRows() {
    return stats.scrapes().stream()
        .map(pod -> compact(PodMetricMessages.pod(pod, imageName)))
        .toList();
  }

  /**
   * The same message as bytes, which the wire has as they are. As objects, sixty rows for each
   * container would live until the answer is sent, ten times as large.
   */
  private static PodSandboxMetrics compact(PodSandboxMetrics message) {
    try {
      return PodSandboxMetrics.newBuilder()
          .setUnknownFields(UnknownFieldSet.parseFrom(message.toByteString()))
          .build();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a message that was just written cannot be read", e);
    }
  }
}
