package io.gantry.cli;

import io.gantry.api.cri.v1.Container;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.ContainerStats;
import io.gantry.api.cri.v1.ContainerStatsFilter;
import io.gantry.api.cri.v1.CpuUsage;
import io.gantry.api.cri.v1.ListContainerStatsResponse;
import io.gantry.api.cri.v1.ListPodSandboxMetricsResponse;
import io.gantry.api.cri.v1.ListPodSandboxStatsResponse;
import io.gantry.api.cri.v1.Metric;
import io.gantry.api.cri.v1.PodSandbox;
import io.gantry.api.cri.v1.PodSandboxStats;
import io.gantry.api.cri.v1.PodSandboxStatsFilter;
import io.gantry.api.cri.v1.UInt64Value;
import java.util.List;

/** What runs on a {@link FakeNode} uses a quarter of a processor, whenever it is asked. */
final class FakeUse {

  private static final long SECOND = 1_000_000_000L;

  private final FakeNode node;
  private long asked;

  FakeUse(FakeNode node) {
    this.node = node;
  }

  ListContainerStatsResponse containers(ContainerStatsFilter filter) {
    asked++;
    return ListContainerStatsResponse.newBuilder()
        .addAllStats(
            node.containers.values().stream()
                .filter(each -> each.getId().startsWith(filter.getId()))
                .filter(each ->
                    filter.getPodSandboxId().isEmpty()
                        || each.getPodSandboxId().equals(filter.getPodSandboxId()))
                .map(this::stats)
                .toList())
        .build();
  }

  private ContainerStats stats(Container container) {
    var stats = ContainerStats.newBuilder();
    stats.getAttributesBuilder().setId(container.getId()).setMetadata(container.getMetadata());
    stats.getWritableLayerBuilder().setUsedBytes(number(8192)).setInodesUsed(number(7));
    if (container.getState() == ContainerState.CONTAINER_RUNNING) {
      stats.setCpu(cpu());
      stats
          .getMemoryBuilder()
          .setWorkingSetBytes(number(30_000_000))
          .setAvailableBytes(number(70_000_000));
      stats.getSwapBuilder().setSwapUsageBytes(number(0));
    }
    return stats.build();
  }

  private CpuUsage cpu() {
    return CpuUsage.newBuilder()
        .setTimestamp(asked * 2 * SECOND)
        .setUsageCoreNanoSeconds(number(asked * SECOND / 2))
        .build();
  }

  ListPodSandboxStatsResponse pods(PodSandboxStatsFilter filter) {
    asked++;
    return ListPodSandboxStatsResponse.newBuilder()
        .addAllStats(
            node.pods.values().stream()
                .filter(each -> each.getId().startsWith(filter.getId()))
                .map(this::stats)
                .toList())
        .build();
  }

  private PodSandboxStats stats(PodSandbox pod) {
    var stats = PodSandboxStats.newBuilder();
    stats.getAttributesBuilder().setId(pod.getId()).setMetadata(pod.getMetadata());
    var linux = stats.getLinuxBuilder().setCpu(cpu());
    linux.getMemoryBuilder().setWorkingSetBytes(number(5_000_000));
    linux.getProcessBuilder().setProcessCount(number(3));
    linux
        .getNetworkBuilder()
        .getDefaultInterfaceBuilder()
        .setName("eth0")
        .setRxBytes(number(1_500_000))
        .setTxBytes(number(2_000));
    return stats.build();
  }

  ListPodSandboxMetricsResponse metrics() {
    var answer = ListPodSandboxMetricsResponse.newBuilder();
    node.pods
        .values()
        .forEach(pod ->
            answer
                .addPodMetricsBuilder()
                .setPodSandboxId(pod.getId())
                .addMetrics(
                    Metric.newBuilder()
                        .setName("container_network_receive_bytes_total")
                        .addAllLabelValues(List.of("", "", "", pod.getId(), "default", "a", "eth0"))
                        .setValue(number(12))));
    return answer.build();
  }

  private static UInt64Value number(long value) {
    return UInt64Value.newBuilder().setValue(value).build();
  }
}
