package io.gantry.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gantry.api.cri.v1.ContainerStats;
import io.gantry.api.cri.v1.ContainerStatsFilter;
import io.gantry.api.cri.v1.ContainerStatsRequest;
import io.gantry.api.cri.v1.CreateContainerRequest;
import io.gantry.api.cri.v1.LinuxPodSandboxStats;
import io.gantry.api.cri.v1.ListContainerStatsRequest;
import io.gantry.api.cri.v1.ListMetricDescriptorsRequest;
import io.gantry.api.cri.v1.ListPodSandboxMetricsRequest;
import io.gantry.api.cri.v1.ListPodSandboxStatsRequest;
import io.gantry.api.cri.v1.Metric;
import io.gantry.api.cri.v1.MetricDescriptor;
import io.gantry.api.cri.v1.NetworkUsage;
import io.gantry.api.cri.v1.PodSandboxMetrics;
import io.gantry.api.cri.v1.PodSandboxStatsRequest;
import io.gantry.api.cri.v1.RunPodSandboxRequest;
import io.gantry.api.cri.v1.RuntimeServiceGrpc;
import io.gantry.api.cri.v1.RuntimeServiceGrpc.RuntimeServiceBlockingStub;
import io.gantry.api.cri.v1.StopContainerRequest;
import io.gantry.api.cri.v1.StopPodSandboxRequest;
import io.gantry.api.cri.v1.StreamContainerStatsRequest;
import io.gantry.api.cri.v1.StreamPodSandboxMetricsRequest;
import io.gantry.api.cri.v1.StreamPodSandboxStatsRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Statistics and metrics as a client sees them. */
class StatsRpcTest {

  private static final long NOW = 1_700_000_100_000_000_007L;

  @TempDir private Path directory;
  private TestServer server;
  private RuntimeServiceBlockingStub client;
  private String pod;
  private String running;

  @BeforeEach
  void startOne() throws IOException {
    server = new TestServer(directory);
    client = RuntimeServiceGrpc.newBlockingStub(server.channel);
    pod =
        client
            .runPodSandbox(RunPodSandboxRequest.newBuilder().setConfig(Requests.pod()).build())
            .getPodSandboxId();
    running = create();
    server.containers.start(running);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String create() {
    return client
        .createContainer(
            CreateContainerRequest.newBuilder()
                .setPodSandboxId(pod)
                .setConfig(Requests.container().toBuilder().putLabels("tier", "front"))
                .build())
        .getContainerId();
  }

  private ContainerStats stats(String id) {
    return client
        .containerStats(ContainerStatsRequest.newBuilder().setContainerId(id).build())
        .getStats();
  }

  @Test
  void aRunningContainerTellsWhatItUsesInTheUnitsOfTheInterface() {
    ContainerStats stats = stats(running);

    assertThat(stats.getAttributes().getId()).isEqualTo(running);
    assertThat(stats.getAttributes().getMetadata().getName()).isEqualTo("main");
    assertThat(stats.getAttributes().getLabelsMap()).containsEntry("tier", "front");
    assertThat(stats.getCpu().getTimestamp()).isEqualTo(NOW);
    assertThat(stats.getCpu().getUsageCoreNanoSeconds().getValue()).isEqualTo(7_900_000_000L);
    assertThat(stats.getCpu().getUsageNanoCores().getValue()).isEqualTo(250_000_000);
    assertThat(stats.getMemory().getUsageBytes().getValue()).isEqualTo(1000);
    assertThat(stats.getMemory().getWorkingSetBytes().getValue()).isEqualTo(700);
    assertThat(stats.getMemory().getAvailableBytes().getValue()).isEqualTo(4300);
    assertThat(stats.getMemory().getRssBytes().getValue()).isEqualTo(400);
    assertThat(stats.getMemory().getPageFaults().getValue()).isEqualTo(11);
    assertThat(stats.getMemory().getMajorPageFaults().getValue()).isEqualTo(2);
    assertThat(stats.getSwap().getSwapUsageBytes().getValue()).isEqualTo(50);
    assertThat(stats.getSwap().getSwapAvailableBytes().getValue()).isEqualTo(150);
    assertThat(stats.getWritableLayer().getUsedBytes().getValue()).isEqualTo(8192);
    assertThat(stats.getWritableLayer().getInodesUsed().getValue()).isEqualTo(3);
    assertThat(stats.getWritableLayer().getFsId().getMountpoint())
        .isEqualTo("/var/lib/gantry/images");
  }

  /** The kernel counts pressure in microseconds, CRI in nanoseconds. */
  @Test
  void pressureIsToldInNanoseconds() {
    ContainerStats stats = stats(running);

    assertThat(stats.getIo().getPsi().getSome().getTotal()).isEqualTo(2_500_000_000L);
    assertThat(stats.getIo().getPsi().getFull().getTotal()).isEqualTo(1_250_000_000L);
    assertThat(stats.getCpu().getPsi().getSome().getAvg10()).isEqualTo(1.5);
    assertThat(stats.getMemory().getPsi()).isEqualTo(stats.getIo().getPsi());
  }

  @Test
  void aContainerThatDoesNotRunHasItsFilesAndNothingElse() {
    String created = create();
    client.stopContainer(StopContainerRequest.newBuilder().setContainerId(running).build());

    for (ContainerStats stats : List.of(stats(created), stats(running))) {
      assertThat(stats.hasCpu() || stats.hasMemory() || stats.hasSwap() || stats.hasIo()).isFalse();
      assertThat(stats.getWritableLayer().getUsedBytes().getValue()).isEqualTo(8192);
    }
  }

  @Test
  void aContainerThatNobodyKnowsIsNotFound() {
    StatusRuntimeException failure =
        catchThrowableOfType(StatusRuntimeException.class, () -> stats("ffff"));

    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void listsAreFilteredByIdPodAndLabels() {
    String other = create();

    assertThat(listed(ContainerStatsFilter.getDefaultInstance()))
        .containsExactlyInAnyOrder(running, other);
    assertThat(listed(ContainerStatsFilter.newBuilder().setId(other).build()))
        .containsExactly(other);
    assertThat(listed(ContainerStatsFilter.newBuilder().setPodSandboxId(pod).build())).hasSize(2);
    assertThat(listed(ContainerStatsFilter.newBuilder().setPodSandboxId("0".repeat(64)).build()))
        .isEmpty();
    assertThat(listed(ContainerStatsFilter.newBuilder().putLabelSelector("tier", "back").build()))
        .isEmpty();
  }

  private List<String> listed(ContainerStatsFilter filter) {
    return client
        .listContainerStats(ListContainerStatsRequest.newBuilder().setFilter(filter).build())
        .getStatsList()
        .stream()
        .map(stats -> stats.getAttributes().getId())
        .toList();
  }

  @Test
  void aPodTellsItsTrafficItsProcessesAndItsContainers() {
    LinuxPodSandboxStats stats =
        client
            .podSandboxStats(PodSandboxStatsRequest.newBuilder().setPodSandboxId(pod).build())
            .getStats()
            .getLinux();

    NetworkUsage network = stats.getNetwork();
    assertThat(network.getTimestamp()).isEqualTo(NOW);
    assertThat(network.getDefaultInterface().getName()).isEqualTo("eth0");
    assertThat(network.getDefaultInterface().getRxBytes().getValue()).isEqualTo(10);
    assertThat(network.getDefaultInterface().getRxErrors().getValue()).isEqualTo(30);
    assertThat(network.getDefaultInterface().getTxBytes().getValue()).isEqualTo(50);
    assertThat(network.getDefaultInterface().getTxErrors().getValue()).isEqualTo(70);
    assertThat(network.getInterfacesList()).extracting("name").containsExactly("net1");
    assertThat(stats.getProcess().getProcessCount().getValue()).isEqualTo(4);
    assertThat(stats.getContainersList()).containsExactly(stats(running));
    assertThat(stats.getCpu().getUsageNanoCores().getValue()).isEqualTo(250_000_000);
    assertThat(stats.getMemory().getWorkingSetBytes().getValue()).isEqualTo(700);
    assertThat(stats.hasIo()).isTrue();
  }

  @Test
  void aStoppedPodUsesNothing() {
    client.stopPodSandbox(StopPodSandboxRequest.newBuilder().setPodSandboxId(pod).build());

    StatusRuntimeException failure =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                client.podSandboxStats(
                    PodSandboxStatsRequest.newBuilder().setPodSandboxId(pod).build()));
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(
            client
                .listPodSandboxStats(ListPodSandboxStatsRequest.getDefaultInstance())
                .getStatsList())
        .isEmpty();
  }

  @Test
  void streamsHaveTheRowsOfTheLists() {
    create();

    assertThat(
            stream(client.streamContainerStats(StreamContainerStatsRequest.getDefaultInstance()))
                .flatMap(part -> part.getContainerStatsList().stream()))
        .isEqualTo(
            client
                .listContainerStats(ListContainerStatsRequest.getDefaultInstance())
                .getStatsList());
    assertThat(
            stream(client.streamPodSandboxStats(StreamPodSandboxStatsRequest.getDefaultInstance()))
                .flatMap(part -> part.getPodSandboxStatsList().stream()))
        .isEqualTo(
            client
                .listPodSandboxStats(ListPodSandboxStatsRequest.getDefaultInstance())
                .getStatsList());
    assertThat(
            stream(
                    client.streamPodSandboxMetrics(
                        StreamPodSandboxMetricsRequest.getDefaultInstance()))
                .flatMap(part -> part.getPodSandboxMetricsList().stream()))
        .isEqualTo(metrics());
  }

  private static <T> Stream<T> stream(java.util.Iterator<T> parts) {
    return java.util.stream.StreamSupport.stream(((Iterable<T>) () -> parts).spliterator(), false);
  }

  private List<PodSandboxMetrics> metrics() {
    return client
        .listPodSandboxMetrics(ListPodSandboxMetricsRequest.getDefaultInstance())
        .getPodMetricsList();
  }

  private Map<String, MetricDescriptor> descriptors() {
    Map<String, MetricDescriptor> found = new HashMap<>();
    client
        .listMetricDescriptors(ListMetricDescriptorsRequest.getDefaultInstance())
        .getDescriptorsList()
        .forEach(descriptor -> found.put(descriptor.getName(), descriptor));
    return found;
  }

  @Test
  void everyDescribedMetricHasARowWithAValueForEachLabel() {
    Map<String, MetricDescriptor> descriptors = descriptors();
    PodSandboxMetrics metrics = metrics().getFirst();
    List<Metric> rows =
        Stream.concat(
                metrics.getMetricsList().stream(),
                metrics.getContainerMetricsList().stream()
                    .flatMap(container -> container.getMetricsList().stream()))
            .toList();

    assertThat(descriptors).hasSize(56);
    // The container has no quota, so that it has no row for one.
    assertThat(rows)
        .extracting(Metric::getName)
        .containsAll(
            descriptors.keySet().stream()
                .filter(name -> !name.equals("container_spec_cpu_quota"))
                .toList());
    assertThat(rows)
        .allSatisfy(row ->
            assertThat(row.getLabelValuesCount())
                .as(row.getName())
                .isEqualTo(labels(descriptors, row.getName()).size()));
    assertThat(rows)
        .extracting(row -> row.getName() + row.getLabelValuesList())
        .doesNotHaveDuplicates();
    assertThat(descriptors.values()).noneMatch(descriptor -> descriptor.getHelp().isEmpty());
  }

  @Test
  void metricsHaveTheUnitsAndLabelsOfCadvisor() {
    assertThat(value("container_cpu_usage_seconds_total", "cpu", "total")).isEqualTo(7);
    assertThat(value("container_cpu_user_seconds_total", "container", "main")).isEqualTo(5);
    assertThat(value("container_cpu_cfs_throttled_seconds_total", "pod", "web-0")).isEqualTo(3);
    assertThat(value("container_memory_working_set_bytes", "namespace", "shop")).isEqualTo(700);
    assertThat(value("container_memory_failures_total", "failure_type", "pgmajfault")).isEqualTo(2);
    assertThat(value("container_network_receive_packets_total", "interface", "eth0")).isEqualTo(20);
    assertThat(value("container_network_transmit_packets_dropped_total", "interface", "net1"))
        .isEqualTo(8);
    assertThat(value("container_pressure_cpu_waiting_seconds_total", "name", running)).isEqualTo(2);
    assertThat(value("container_blkio_device_usage_total", "operation", "Write")).isEqualTo(200);
    assertThat(value("container_fs_usage_bytes", "device", "/dev/sda1")).isEqualTo(8192);
    assertThat(value("container_spec_memory_swap_limit_bytes", "id", "/kubepods/pod1/c"))
        .isEqualTo(5200);
    assertThat(value("container_spec_cpu_shares", "container", "main")).isEqualTo(512);
    assertThat(value("container_start_time_seconds", "container", "main"))
        .isEqualTo(1_700_000_002L);
  }

  private static List<String> labels(Map<String, MetricDescriptor> descriptors, String name) {
    return Objects.requireNonNull(descriptors.get(name), name).getLabelKeysList();
  }

  private long value(String name, String label, String wanted) {
    int at = labels(descriptors(), name).indexOf(label);
    PodSandboxMetrics metrics = metrics().getFirst();
    return Stream.concat(
            metrics.getMetricsList().stream(),
            metrics.getContainerMetricsList().stream()
                .flatMap(container -> container.getMetricsList().stream()))
        .filter(row -> row.getName().equals(name))
        .filter(row -> row.getLabelValues(at).equals(wanted))
        .mapToLong(row -> row.getValue().getValue())
        .findFirst()
        .orElseThrow();
  }
}
