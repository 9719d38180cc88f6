package io.gantry.rpc;

import io.gantry.api.cri.v1.ContainerAttributes;
import io.gantry.api.cri.v1.ContainerStats;
import io.gantry.api.cri.v1.CpuUsage;
import io.gantry.api.cri.v1.FilesystemIdentifier;
import io.gantry.api.cri.v1.FilesystemUsage;
import io.gantry.api.cri.v1.IoUsage;
import io.gantry.api.cri.v1.LinuxPodSandboxStats;
import io.gantry.api.cri.v1.MemoryUsage;
import io.gantry.api.cri.v1.NetworkInterfaceUsage;
import io.gantry.api.cri.v1.NetworkUsage;
import io.gantry.api.cri.v1.PodSandboxAttributes;
import io.gantry.api.cri.v1.PodSandboxStats;
import io.gantry.api.cri.v1.ProcessUsage;
import io.gantry.api.cri.v1.PsiData;
import io.gantry.api.cri.v1.PsiStats;
import io.gantry.api.cri.v1.SwapUsage;
import io.gantry.api.cri.v1.UInt64Value;
import io.gantry.container.ContainerSpec;
import io.gantry.linux.netlink.LinkCounters;
import io.gantry.metrics.sample.GroupSamples;
import io.gantry.metrics.sample.GroupUsage;
import io.gantry.metrics.sample.Pressure;
import io.gantry.metrics.sample.TreeSizes;
import io.gantry.pod.Pod;
import io.gantry.stats.ContainerSample;
import io.gantry.stats.PodSample;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Samples as CRI messages. What was not measured is absent, which is not the same as zero. */
final class StatsMessages {

  /** What Kubernetes takes for a pod's first interface, as every CNI runtime names it. */
  private static final String DEFAULT_INTERFACE = "eth0";

  private static final long NANOS_OF_MICRO = 1000;

  private StatsMessages() {}

  static ContainerStats container(ContainerSample sample) {
    ContainerSpec spec = sample.container().spec();
    ContainerStats.Builder stats =
        ContainerStats.newBuilder()
            .setAttributes(
                ContainerAttributes.newBuilder()
                    .setId(sample.container().id().value())
                    .setMetadata(ContainerAnswers.metadata(spec.metadata()))
                    .putAllLabels(spec.labels())
                    .putAllAnnotations(spec.annotations()));
    sample
        .usage()
        .ifPresent(usage -> {
          stats.setCpu(cpu(usage));
          memory(usage).ifPresent(stats::setMemory);
          swap(usage).ifPresent(stats::setSwap);
          io(usage).ifPresent(stats::setIo);
        });
    sample.layer().ifPresent(layer -> stats.setWritableLayer(layer(layer, sample.fileSystem())));
    return stats.build();
  }

  private static FilesystemUsage layer(TreeSizes.Usage usage, Path fileSystem) {
    return FilesystemUsage.newBuilder()
        .setTimestamp(Times.nanoseconds(usage.at()))
        .setFsId(FilesystemIdentifier.newBuilder().setMountpoint(fileSystem.toString()))
        .setUsedBytes(number(usage.bytes()))
        .setInodesUsed(number(usage.inodes()))
        .build();
  }

  private static CpuUsage cpu(GroupSamples.Sample sample) {
    GroupUsage usage = sample.usage();
    CpuUsage.Builder cpu = CpuUsage.newBuilder().setTimestamp(Times.nanoseconds(sample.at()));
    usage.cpuNanos().ifPresent(nanos -> cpu.setUsageCoreNanoSeconds(number(nanos)));
    sample.nanoCores().ifPresent(rate -> cpu.setUsageNanoCores(number(rate)));
    Pressure pressure = usage.cpuPressure();
    if (pressure != null) {
      cpu.setPsi(psi(pressure));
    }
    return cpu.build();
  }

  private static Optional<MemoryUsage> memory(GroupSamples.Sample sample) {
    GroupUsage.Memory memory = sample.usage().memory();
    if (memory == null) {
      return Optional.empty();
    }
    MemoryUsage.Builder usage =
        MemoryUsage.newBuilder()
            .setTimestamp(Times.nanoseconds(sample.at()))
            .setWorkingSetBytes(number(memory.workingSet()))
            .setUsageBytes(number(memory.usage()))
            .setRssBytes(number(memory.anonymous()))
            .setPageFaults(number(memory.pageFaults()))
            .setMajorPageFaults(number(memory.majorPageFaults()));
    memory.available().ifPresent(bytes -> usage.setAvailableBytes(number(bytes)));
    Pressure pressure = sample.usage().memoryPressure();
    if (pressure != null) {
      usage.setPsi(psi(pressure));
    }
    return Optional.of(usage.build());
  }

  private static Optional<SwapUsage> swap(GroupSamples.Sample sample) {
    GroupUsage.Memory memory = sample.usage().memory();
    GroupUsage.Swap swap = memory == null ? null : memory.swap();
    if (swap == null) {
      return Optional.empty();
    }
    SwapUsage.Builder usage =
        SwapUsage.newBuilder()
            .setTimestamp(Times.nanoseconds(sample.at()))
            .setSwapUsageBytes(number(swap.usage()));
    swap.available().ifPresent(bytes -> usage.setSwapAvailableBytes(number(bytes)));
    return Optional.of(usage.build());
  }

  private static Optional<IoUsage> io(GroupSamples.Sample sample) {
    Pressure pressure = sample.usage().ioPressure();
    return pressure == null
        ? Optional.empty()
        : Optional.of(
            IoUsage.newBuilder()
                .setTimestamp(Times.nanoseconds(sample.at()))
                .setPsi(psi(pressure))
                .build());
  }

  private static PsiStats psi(Pressure pressure) {
    return PsiStats.newBuilder()
        .setFull(line(pressure.full()))
        .setSome(line(pressure.some()))
        .build();
  }

  private static PsiData line(Pressure.Line line) {
    return PsiData.newBuilder()
        .setTotal(line.totalMicros() * NANOS_OF_MICRO)
        .setAvg10(line.average10())
        .setAvg60(line.average60())
        .setAvg300(line.average300())
        .build();
  }

  static PodSandboxStats pod(PodSample sample) {
    Pod pod = sample.pod();
    LinuxPodSandboxStats.Builder linux =
        LinuxPodSandboxStats.newBuilder()
            .setCpu(cpu(sample.usage()))
            .setProcess(
                ProcessUsage.newBuilder()
                    .setTimestamp(Times.nanoseconds(sample.usage().at()))
                    .setProcessCount(number(sample.processes())));
    memory(sample.usage()).ifPresent(linux::setMemory);
    io(sample.usage()).ifPresent(linux::setIo);
    PodSample.Network network = sample.network();
    if (network != null) {
      linux.setNetwork(network(network));
    }
    sample.containers().forEach(container -> linux.addContainers(container(container)));
    return PodSandboxStats.newBuilder()
        .setAttributes(
            PodSandboxAttributes.newBuilder()
                .setId(pod.id().value())
                .setMetadata(PodMessages.metadata(pod.spec().metadata()))
                .putAllLabels(pod.spec().labels())
                .putAllAnnotations(pod.spec().annotations()))
        .setLinux(linux)
        .build();
  }

  private static NetworkUsage network(PodSample.Network network) {
    NetworkUsage.Builder usage =
        NetworkUsage.newBuilder().setTimestamp(Times.nanoseconds(network.at()));
    Optional<LinkCounters> first = first(network.links());
    first.ifPresent(link -> usage.setDefaultInterface(link(link)));
    network.links().stream()
        .filter(link -> !link.equals(first.orElse(null)))
        .forEach(link -> usage.addInterfaces(link(link)));
    return usage.build();
  }

  private static Optional<LinkCounters> first(List<LinkCounters> links) {
    return links.stream()
        .filter(link -> link.name().equals(DEFAULT_INTERFACE))
        .findFirst()
        .or(() -> links.stream().findFirst());
  }

  private static NetworkInterfaceUsage link(LinkCounters link) {
    return NetworkInterfaceUsage.newBuilder()
        .setName(link.name())
        .setRxBytes(number(link.receivedBytes()))
        .setRxErrors(number(link.receiveErrors()))
        .setTxBytes(number(link.sentBytes()))
        .setTxErrors(number(link.sendErrors()))
        .build();
  }

  static UInt64Value number(long value) {
    return UInt64Value.newBuilder().setValue(value).build();
  }
}
