package io.gantry.rpc;

import static io.gantry.rpc.CadvisorMetric.*;

import io.gantry.api.cri.v1.ContainerMetrics;
import io.gantry.api.cri.v1.Metric;
import io.gantry.api.cri.v1.PodSandboxMetrics;
import io.gantry.container.Container;
import io.gantry.container.ContainerState;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.linux.netlink.LinkCounters;
import io.gantry.metrics.sample.GroupDetails;
import io.gantry.metrics.sample.GroupSamples;
import io.gantry.metrics.sample.GroupUsage;
import io.gantry.metrics.sample.Pressure;
import io.gantry.pod.Pod;
import io.gantry.pod.PodMetadata;
import io.gantry.stats.PodSample;
import io.gantry.stats.PodScrape;
import io.gantry.stats.PodScrape.ContainerScrape;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The metrics of pods as CRI messages. What a machine does not measure has no row. */
final class PodMetricMessages {

  private static final long DEFAULT_PERIOD = 100_000;
  private static final long DEFAULT_SHARES = 1024;

  private PodMetricMessages() {}

  static PodSandboxMetrics pod(PodScrape scrape, Function<Container, String> imageName) {
    Pod pod = scrape.pod();
    PodSandboxMetrics.Builder metrics =
        PodSandboxMetrics.newBuilder().setPodSandboxId(pod.id().value());
    PodSample.Network network = scrape.network();
    if (network != null) {
      metrics.addAllMetrics(traffic(pod, network));
    }
    scrape
        .containers()
        .forEach(container ->
            metrics.addContainerMetrics(
                ContainerMetrics.newBuilder()
                    .setContainerId(container.sample().container().id().value())
                    .addAllMetrics(container(pod, container, imageName))));
    return metrics.build();
  }

  private static List<Metric> traffic(Pod pod, PodSample.Network network) {
    PodMetadata metadata = pod.spec().metadata();
    MetricRows rows =
        new MetricRows(
            List.of(
                "",
                pod.spec().cgroupParent(),
                "",
                pod.id().value(),
                metadata.namespace(),
                metadata.name()),
            network.at());
    for (LinkCounters link : network.links()) {
      String name = link.name();
      rows.add(RECEIVED_BYTES, link.receivedBytes(), name)
          .add(RECEIVED_PACKETS, link.receivedPackets(), name)
          .add(RECEIVE_ERRORS, link.receiveErrors(), name)
          .add(RECEIVE_DROPS, link.receiveDrops(), name)
          .add(SENT_BYTES, link.sentBytes(), name)
          .add(SENT_PACKETS, link.sentPackets(), name)
          .add(SEND_ERRORS, link.sendErrors(), name)
          .add(SEND_DROPS, link.sendDrops(), name);
    }
    return rows.rows();
  }

  private static List<Metric> container(
      Pod pod, ContainerScrape scrape, Function<Container, String> imageName) {
    Container container = scrape.sample().container();
    GroupSamples.Sample sample = scrape.sample().usage().orElseThrow();
    PodMetadata metadata = pod.spec().metadata();
    MetricRows rows =
        new MetricRows(
            List.of(
                container.spec().metadata().name(),
                scrape.group(),
                imageName.apply(container),
                container.id().value(),
                metadata.namespace(),
                metadata.name()),
            sample.at());
    rows.add(LAST_SEEN, sample.at().getEpochSecond());
    if (container.state() instanceof ContainerState.Running running) {
      rows.add(START_TIME, running.startedAt().getEpochSecond());
    }
    cpu(rows, sample.usage(), scrape.details().cpu());
    GroupUsage.Memory memory = sample.usage().memory();
    if (memory != null) {
      memory(rows, memory, scrape.details().memory());
    }
    pressure(rows, sample.usage());
    disk(rows, scrape);
    processes(rows, scrape);
    spec(rows, container.spec().resources().limits(), memory);
    return rows.rows();
  }

  private static void cpu(MetricRows rows, GroupUsage usage, GroupDetails.Cpu cpu) {
    usage.cpuNanos().ifPresent(nanos -> rows.add(CPU_USAGE, seconds(nanos), "total"));
    rows.add(CPU_USER, seconds(cpu.userNanos()))
        .add(CPU_SYSTEM, seconds(cpu.systemNanos()))
        .add(CPU_PERIODS, cpu.periods())
        .add(CPU_THROTTLED_PERIODS, cpu.throttledPeriods())
        .add(CPU_THROTTLED_SECONDS, seconds(cpu.throttledNanos()));
  }

  private static void memory(MetricRows rows, GroupUsage.Memory memory, GroupDetails.Memory more) {
    GroupUsage.Swap swap = memory.swap();
    rows.add(MEMORY_CACHE, more.cache())
        .add(MEMORY_RSS, memory.anonymous())
        .add(MEMORY_KERNEL, more.kernel())
        .add(MEMORY_MAPPED, more.mapped())
        .add(MEMORY_SWAP, swap == null ? 0 : swap.usage())
        .add(MEMORY_FAILCNT, more.failures())
        .add(MEMORY_USAGE, memory.usage())
        .add(MEMORY_PEAK, more.peak())
        .add(MEMORY_WORKING_SET, memory.workingSet())
        .add(OOM_EVENTS, more.oomKills());
    // The group with those below it; a container seldom has any, so both scopes are the same.
    for (String scope : List.of("container", "hierarchy")) {
      rows.add(MEMORY_FAILURES, memory.pageFaults(), "pgfault", scope)
          .add(MEMORY_FAILURES, memory.majorPageFaults(), "pgmajfault", scope);
    }
  }

  private static void pressure(MetricRows rows, GroupUsage usage) {
    pressure(rows, usage.cpuPressure(), PRESSURE_CPU_STALLED, PRESSURE_CPU_WAITING);
    pressure(rows, usage.memoryPressure(), PRESSURE_MEMORY_STALLED, PRESSURE_MEMORY_WAITING);
    pressure(rows, usage.ioPressure(), PRESSURE_IO_STALLED, PRESSURE_IO_WAITING);
  }

  private static void pressure(
      MetricRows rows,
      @Nullable Pressure pressure,
      CadvisorMetric stalled,
      CadvisorMetric waiting) {
    if (pressure != null) {
      rows.add(stalled, TimeUnit.MICROSECONDS.toSeconds(pressure.full().totalMicros()))
          .add(waiting, TimeUnit.MICROSECONDS.toSeconds(pressure.some().totalMicros()));
    }
  }

  private static void disk(MetricRows rows, ContainerScrape scrape) {
    PodScrape.FileSystem disk = scrape.fileSystem();
    rows.add(FS_INODES, disk.inodes(), disk.device())
        .add(FS_INODES_FREE, disk.freeInodes(), disk.device())
        .add(FS_LIMIT, disk.bytes(), disk.device());
    scrape.sample().layer().ifPresent(layer -> rows.add(FS_USAGE, layer.bytes(), disk.device()));
    for (PodScrape.DeviceTraffic device : scrape.devices()) {
      GroupDetails.DeviceIo io = device.io();
      String major = Integer.toString(io.major());
      String minor = Integer.toString(io.minor());
      rows.add(FS_READ_BYTES, io.readBytes(), device.name())
          .add(FS_WRITTEN_BYTES, io.writtenBytes(), device.name())
          .add(FS_READS, io.reads(), device.name())
          .add(FS_WRITES, io.writes(), device.name())
          .add(BLKIO_DEVICE_USAGE, io.readBytes(), device.name(), major, minor, "Read")
          .add(BLKIO_DEVICE_USAGE, io.writtenBytes(), device.name(), major, minor, "Write");
    }
    for (GroupDetails.HugePages pages : scrape.details().hugePages()) {
      rows.add(HUGETLB_USAGE, pages.usage(), pages.size())
          .add(HUGETLB_PEAK, pages.peak(), pages.size());
    }
  }

  private static void processes(MetricRows rows, ContainerScrape scrape) {
    rows.add(PROCESSES, scrape.details().processes())
        .add(THREADS, scrape.details().tasks())
        .add(THREADS_MAX, scrape.details().mostTasks())
        .add(FILE_DESCRIPTORS, scrape.files().descriptors())
        .add(SOCKETS, scrape.files().sockets())
        .add(ULIMITS_SOFT, scrape.files().softLimit(), "max_open_files");
  }

  private static void spec(
      MetricRows rows, CgroupLimits limits, GroupUsage.@Nullable Memory memory) {
    rows.add(SPEC_CPU_PERIOD, limits.cpuPeriodMicros().orElse(DEFAULT_PERIOD))
        .add(SPEC_CPU_SHARES, limits.cpuShares().orElse(DEFAULT_SHARES));
    long quota = limits.cpuQuotaMicros().orElse(0);
    if (quota > 0) {
      rows.add(SPEC_CPU_QUOTA, quota);
    }
    OptionalLong limit = memory == null ? OptionalLong.empty() : memory.limit();
    GroupUsage.Swap swap = memory == null ? null : memory.swap();
    OptionalLong swapLimit = swap == null ? OptionalLong.empty() : swap.limit();
    rows.add(SPEC_MEMORY_LIMIT, limit.orElse(0))
        .add(
            SPEC_MEMORY_SWAP_LIMIT,
            limit.isPresent() && swapLimit.isPresent()
                ? limit.getAsLong() + swapLimit.getAsLong()
                : 0)
        .add(SPEC_MEMORY_RESERVATION, bytes(limits.unified().getOrDefault("memory.min", "0")));
  }

  /** A value of a unified setting, which the kernel has taken; max keeps everything. */
  private static long bytes(String value) {
    return value.matches("[0-9]{1,18}") ? Long.parseLong(value) : 0;
  }

  private static long seconds(long nanos) {
    return TimeUnit.NANOSECONDS.toSeconds(nanos);
  }
}
