package io.gantry.conformance.stats;

import static io.gantry.conformance.harness.Refusals.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerStats;
import io.gantry.api.cri.v1.ContainerStatsFilter;
import io.gantry.api.cri.v1.ContainerStatsRequest;
import io.gantry.api.cri.v1.LinuxPodSandboxStats;
import io.gantry.api.cri.v1.ListContainerStatsRequest;
import io.gantry.api.cri.v1.ListPodSandboxMetricsRequest;
import io.gantry.api.cri.v1.ListPodSandboxStatsRequest;
import io.gantry.api.cri.v1.Metric;
import io.gantry.api.cri.v1.NamespaceMode;
import io.gantry.api.cri.v1.NetworkInterfaceUsage;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.api.cri.v1.PodSandboxMetrics;
import io.gantry.api.cri.v1.PodSandboxStatsFilter;
import io.gantry.api.cri.v1.PodSandboxStatsRequest;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A known load, and what the statistics say of it. */
class StatsIT {

  private static final long MIB = 1 << 20;

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private static ContainerStats stats(TestContainer container) {
    return runtime
        .client()
        .runtime()
        .containerStats(ContainerStatsRequest.newBuilder().setContainerId(container.id()).build())
        .getStats();
  }

  private static LinuxPodSandboxStats stats(TestPod pod) {
    return runtime
        .client()
        .runtime()
        .podSandboxStats(PodSandboxStatsRequest.newBuilder().setPodSandboxId(pod.id()).build())
        .getStats()
        .getLinux();
  }

  private static TestContainer sleeper(TestPod pod, String name) {
    return pod.start(Drafts.script(name, runtime.image(), "sleep 600"));
  }

  /** The shell has forked, and is through with what it does itself. */
  private static void awaitProcesses(TestContainer container, long count) {
    KernelGroup group = KernelGroup.of(runtime.node(), container);
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> group.processes() == count && container.status().getStartedAt() > 0);
  }

  @Test
  void halfAProcessorIsHalfABillionNanoCores() throws Exception {
    var draft = Drafts.script("burner", runtime.image(), "while :; do :; done");
    draft.getLinuxBuilder().getResourcesBuilder().setCpuPeriod(100_000).setCpuQuota(50_000);
    TestContainer burner = runtime.pod("burning").start(draft);
    KernelGroup kernel = KernelGroup.of(runtime.node(), burner);
    var _ = stats(burner);
    Thread.sleep(Duration.ofSeconds(3));

    long before = kernel.cpuNanos();
    ContainerStats stats = stats(burner);
    long after = kernel.cpuNanos();
    assertThat(stats.getCpu().getUsageCoreNanoSeconds().getValue()).isBetween(before, after);
    // Less on a machine whose processors others want too.
    assertThat(stats.getCpu().getUsageNanoCores().getValue()).isBetween(300_000_000L, 560_000_000L);
  }

  @Test
  void aHundredMebibytesHeldAreAHundredMebibytes() throws Exception {
    var draft =
        Drafts.script(
            "holder", runtime.image(), "dd if=/dev/zero bs=100M count=1 2>/dev/null | sleep 600");
    draft.getLinuxBuilder().getResourcesBuilder().setMemoryLimitInBytes(200 * MIB);
    TestContainer holder = runtime.pod("holding").start(draft);
    KernelGroup kernel = KernelGroup.of(runtime.node(), holder);
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> kernel.anonymousBytes() > 100 * MIB);

    ContainerStats stats = stats(holder);
    long rss = stats.getMemory().getRssBytes().getValue();
    long workingSet = stats.getMemory().getWorkingSetBytes().getValue();
    assertThat(rss).isBetween(100 * MIB, 110 * MIB);
    assertThat(rss).isCloseTo(kernel.anonymousBytes(), org.assertj.core.data.Offset.offset(MIB));
    assertThat(workingSet).isBetween(rss, stats.getMemory().getUsageBytes().getValue());
    assertThat(stats.getMemory().getAvailableBytes().getValue()).isEqualTo(200 * MIB - workingSet);
    assertThat(stats.getMemory().getPageFaults().getValue()).isGreaterThan(1000);
  }

  @Test
  void whatIsWrittenIsInTheWritableLayer() throws Exception {
    TestContainer writer = sleeper(runtime.pod("writing"), "writer");
    writer.sh(
        "dd if=/dev/zero of=/big bs=1M count=50 2>/dev/null; mkdir /d; touch /d/1 /d/2; sync");

    ContainerStats stats = stats(writer);
    assertThat(stats.getWritableLayer().getUsedBytes().getValue()).isBetween(50 * MIB, 51 * MIB);
    // Its root, the large file, the directory and two files; and what the mount points need.
    assertThat(stats.getWritableLayer().getInodesUsed().getValue()).isBetween(5L, 40L);
    assertThat(stats.getWritableLayer().getFsId().getMountpoint()).startsWith("/");
  }

  @Test
  void whatAPodSendsAndReceivesIsCountedByItsInterface() throws Exception {
    TestPod serving = runtime.pod("serving");
    serving.start(
        Drafts.script(
            "server",
            runtime.image(),
            "mkdir /www; dd if=/dev/zero of=/www/ten bs=1M count=10; httpd -f -p 8080 -h /www"));
    TestPod asking = runtime.pod("asking");
    TestContainer client = sleeper(asking, "client");
    String url = "http://" + serving.ip() + ":8080/ten";
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> client.exec("wget", "-q", "-O", "/dev/null", url).getExitCode() == 0);

    NetworkInterfaceUsage sent = stats(serving).getNetwork().getDefaultInterface();
    NetworkInterfaceUsage received = stats(asking).getNetwork().getDefaultInterface();
    assertThat(sent.getName()).isEqualTo("eth0");
    assertThat(sent.getTxBytes().getValue()).isBetween(10 * MIB, 12 * MIB);
    long[] kernel = counters(client);
    assertThat(received.getRxBytes().getValue()).isBetween(10 * MIB, kernel[0]);
    assertThat(received.getTxBytes().getValue()).isPositive().isLessThanOrEqualTo(kernel[1]);
    assertThat(received.getRxErrors().getValue()).isZero();
  }

  /** Bytes received and sent by eth0, as the pod itself sees them. */
  private static long[] counters(TestContainer container) {
    String[] words =
        container
            .sh("grep eth0: /proc/net/dev")
            .strip()
            .replace("eth0:", "")
            .strip()
            .split(" +", -1);
    return new long[] {Long.parseLong(words[0]), Long.parseLong(words[8])};
  }

  @Test
  void aPodIsItsContainersTogether() throws Exception {
    TestPod pod = runtime.pod("several");
    TestContainer one = sleeper(pod, "one");
    TestContainer two = pod.start(Drafts.script("two", runtime.image(), "sleep 600 & sleep 600"));
    TestContainer created = pod.create(Drafts.script("later", runtime.image(), "true"));
    awaitProcesses(two, 2);

    LinuxPodSandboxStats stats = stats(pod);
    assertThat(stats.getContainersList())
        .extracting(each -> each.getAttributes().getId())
        .containsExactlyInAnyOrder(one.id(), two.id(), created.id());
    assertThat(stats.getProcess().getProcessCount().getValue())
        .isEqualTo(
            KernelGroup.of(runtime.node(), one).processes()
                + KernelGroup.of(runtime.node(), two).processes());
    assertThat(stats.getMemory().getUsageBytes().getValue())
        .isEqualTo(
            stats.getContainersList().stream()
                .mapToLong(each -> each.getMemory().getUsageBytes().getValue())
                .sum());
    assertThat(stats.getCpu().getUsageCoreNanoSeconds().getValue()).isPositive();
    assertThat(stats.getNetwork().getDefaultInterface().getName()).isEqualTo("eth0");
  }

  @Test
  void aPodWithoutContainersHasANetworkAndUsesNothing() throws Exception {
    LinuxPodSandboxStats stats = stats(runtime.pod("empty"));

    assertThat(stats.getContainersList()).isEmpty();
    assertThat(stats.getNetwork().getDefaultInterface().getName()).isEqualTo("eth0");
    assertThat(stats.getProcess().getProcessCount().getValue()).isZero();
    assertThat(stats.getCpu().getTimestamp()).isPositive();
  }

  @Test
  void aPodOnTheMachinesNetworkIsNotChargedWithIt() throws Exception {
    PodSandboxConfig.Builder config = runtime.draft("hostly").clearHostname();
    config
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .getNamespaceOptionsBuilder()
        .setNetwork(NamespaceMode.NODE);

    assertThat(stats(TestPod.run(runtime.client(), config.build())).hasNetwork()).isFalse();
  }

  @Test
  void whatHasEndedKeepsItsFilesOnly() throws Exception {
    TestPod pod = runtime.pod("ending");
    TestContainer container =
        pod.start(Drafts.script("writer", runtime.image(), "dd if=/dev/zero of=/f bs=1M count=5"));
    container.ended();

    ContainerStats stats = stats(container);
    assertThat(stats.hasCpu() || stats.hasMemory()).isFalse();
    assertThat(stats.getWritableLayer().getUsedBytes().getValue()).isGreaterThanOrEqualTo(5 * MIB);
    assertThat(stats(pod).getContainersList()).containsExactly(stats);
  }

  /** The socket that the statistics keep in a pod's network must not keep the network alive. */
  @Test
  void aPodThatStopsIsGoneFromTheStatisticsAndFromTheKernel() throws Exception {
    TestPod pod = runtime.pod("leaving");
    TestContainer container = sleeper(pod, "sleeper");
    assertThat(stats(pod).hasNetwork()).isTrue();
    pod.stop();

    assertThat(refusal(Code.FAILED_PRECONDITION, () -> stats(pod))).contains("not ready");
    assertThat(
            runtime
                .client()
                .runtime()
                .listPodSandboxStats(ListPodSandboxStatsRequest.getDefaultInstance())
                .getStatsList())
        .noneMatch(each -> each.getAttributes().getId().equals(pod.id()));
    pod.remove();
    assertThat(refusal(Code.NOT_FOUND, () -> stats(pod))).contains(pod.id());
    assertThat(refusal(Code.NOT_FOUND, () -> stats(container))).contains(container.id());
    assertThat(runtime.beyondIdle().isEmpty()).isTrue();
  }

  @Test
  void listsAreFiltered() throws Exception {
    TestPod pod = runtime.pod("filtered");
    TestContainer one =
        pod.start(Drafts.script("one", runtime.image(), "sleep 600").putLabels("colour", "red"));
    TestContainer two = sleeper(runtime.pod("other"), "two");

    assertThat(listed(ContainerStatsFilter.newBuilder())).contains(one.id(), two.id());
    assertThat(listed(ContainerStatsFilter.newBuilder().setId(two.id()))).containsExactly(two.id());
    assertThat(listed(ContainerStatsFilter.newBuilder().setPodSandboxId(pod.id())))
        .containsExactly(one.id());
    assertThat(listed(ContainerStatsFilter.newBuilder().putLabelSelector("colour", "red")))
        .containsExactly(one.id());
    assertThat(
            runtime
                .client()
                .runtime()
                .listPodSandboxStats(
                    ListPodSandboxStatsRequest.newBuilder()
                        .setFilter(PodSandboxStatsFilter.newBuilder().setId(pod.id()))
                        .build())
                .getStatsList())
        .singleElement()
        .matches(each -> each.getAttributes().getMetadata().getName().equals("filtered"));
  }

  private static Stream<String> listed(ContainerStatsFilter.Builder filter) {
    return runtime
        .client()
        .runtime()
        .listContainerStats(ListContainerStatsRequest.newBuilder().setFilter(filter).build())
        .getStatsList()
        .stream()
        .map(each -> each.getAttributes().getId());
  }

  @Test
  void metricsSayTheSameAsTheKernel() throws Exception {
    TestPod pod = runtime.pod("scraped");
    TestContainer container =
        pod.start(Drafts.script("main", runtime.image(), "sleep 600 & exec sleep 600"));

    awaitProcesses(container, 2);
    PodSandboxMetrics metrics =
        runtime
            .client()
            .runtime()
            .listPodSandboxMetrics(ListPodSandboxMetricsRequest.getDefaultInstance())
            .getPodMetricsList()
            .stream()
            .filter(each -> each.getPodSandboxId().equals(pod.id()))
            .findFirst()
            .orElseThrow();
    assertThat(value(metrics, "container_processes"))
        .isEqualTo(KernelGroup.of(runtime.node(), container).processes())
        .isEqualTo(2);
    assertThat(value(metrics, "container_threads")).isEqualTo(2);
    assertThat(value(metrics, "container_file_descriptors"))
        .isEqualTo(KernelGroup.of(runtime.node(), container).descriptors());
    assertThat(value(metrics, "container_ulimits_soft"))
        .isEqualTo(Long.parseLong(container.sh("ulimit -Sn")));
    assertThat(value(metrics, "container_fs_limit_bytes")).isPositive();
    assertThat(value(metrics, "container_network_receive_bytes_total"))
        .isLessThanOrEqualTo(counters(container)[0]);
    assertThat(value(metrics, "container_start_time_seconds"))
        .isEqualTo(container.status().getStartedAt() / 1_000_000_000L);
  }

  private static long value(PodSandboxMetrics metrics, String name) {
    return Stream.concat(
            metrics.getMetricsList().stream(),
            metrics.getContainerMetrics(0).getMetricsList().stream())
        .filter(metric -> metric.getName().equals(name))
        .map(Metric::getValue)
        .mapToLong(each -> each.getValue())
        .findFirst()
        .orElseThrow();
  }
}
