package io.gantry.rpc;

import io.gantry.container.Container;
import io.gantry.container.ContainerFilter;
import io.gantry.container.ContainerState;
import io.gantry.error.WrongStateException;
import io.gantry.linux.netlink.LinkCounters;
import io.gantry.metrics.sample.GroupDetails;
import io.gantry.metrics.sample.GroupSamples;
import io.gantry.metrics.sample.GroupUsage;
import io.gantry.metrics.sample.Pressure;
import io.gantry.metrics.sample.ProcessFiles;
import io.gantry.metrics.sample.TreeSizes;
import io.gantry.pod.Pod;
import io.gantry.pod.PodFilter;
import io.gantry.stats.ContainerSample;
import io.gantry.stats.PodSample;
import io.gantry.stats.PodScrape;
import io.gantry.stats.StatsService;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The same numbers for everything that runs. */
final class FakeStats implements StatsService {

  static final Instant NOW = Instant.ofEpochSecond(1_700_000_100L, 7);

  private static final Pressure PRESSURE =
      new Pressure(
          new Pressure.Line(1.5, 0.25, 0.1, 2_500_000), new Pressure.Line(0.5, 0.2, 0, 1_250_000));

  static final GroupSamples.Sample SAMPLE =
      new GroupSamples.Sample(
          NOW,
          new GroupUsage(
              OptionalLong.of(7_900_000_000L),
              PRESSURE,
              new GroupUsage.Memory(
                  1000,
                  OptionalLong.of(5000),
                  300,
                  400,
                  11,
                  2,
                  new GroupUsage.Swap(50, OptionalLong.of(200))),
              PRESSURE,
              PRESSURE),
          OptionalLong.of(250_000_000));

  private final FakePods pods;
  private final FakeContainers containers;

  FakeStats(FakePods pods, FakeContainers containers) {
    this.pods = pods;
    this.containers = containers;
  }

  @Override
  public ContainerSample container(String id) {
    return sample(containers.container(id));
  }

  private static ContainerSample sample(Container container) {
    boolean runs = container.state() instanceof ContainerState.Running;
    return new ContainerSample(
        container,
        runs ? Optional.of(SAMPLE) : Optional.empty(),
        Optional.of(new TreeSizes.Usage(NOW, 8192, 3)),
        Path.of("/var/lib/gantry/images"));
  }

  @Override
  public List<ContainerSample> containers(ContainerFilter filter) {
    return containers.list(filter).stream().map(FakeStats::sample).toList();
  }

  @Override
  public PodSample pod(String id) {
    Pod pod = pods.pod(id);
    if (!pod.ready()) {
      throw new WrongStateException(pod.id().subject(), "not ready", "");
    }
    return sample(pod);
  }

  private PodSample sample(Pod pod) {
    return new PodSample(pod, SAMPLE, network(), 4, members(pod));
  }

  private static PodSample.Network network() {
    return new PodSample.Network(
        NOW,
        List.of(
            new LinkCounters("net1", 1, 2, 3, 4, 5, 6, 7, 8),
            new LinkCounters("eth0", 10, 20, 30, 40, 50, 60, 70, 80)));
  }

  private List<ContainerSample> members(Pod pod) {
    return containers(new ContainerFilter("", pod.id().value(), Optional.empty(), Map.of()));
  }

  @Override
  public List<PodSample> pods(PodFilter filter) {
    return pods.list(filter).stream().filter(Pod::ready).map(this::sample).toList();
  }

  @Override
  public List<PodScrape> scrapes() {
    return pods.list(PodFilter.ALL).stream().filter(Pod::ready).map(this::scrape).toList();
  }

  private PodScrape scrape(Pod pod) {
    return new PodScrape(
        pod,
        network(),
        members(pod).stream()
            .filter(sample -> sample.usage().isPresent())
            .map(FakeStats::scrape)
            .toList());
  }

  private static PodScrape.ContainerScrape scrape(ContainerSample sample) {
    GroupDetails.DeviceIo io = new GroupDetails.DeviceIo(8, 1, 100, 200, 3, 4);
    GroupDetails details =
        new GroupDetails(
            new GroupDetails.Cpu(5_999_999_999L, 1_900_000_000L, 10, 4, 3_000_000_000L),
            new GroupDetails.Memory(600, 70, 80, 2000, 9, 1),
            2,
            5,
            100,
            List.of(io),
            List.of(new GroupDetails.HugePages("2MB", 4096, 8192)));
    return new PodScrape.ContainerScrape(
        sample,
        "/kubepods/pod1/c",
        details,
        List.of(new PodScrape.DeviceTraffic("/dev/sda1", io)),
        new ProcessFiles.Count(12, 5, 1024),
        new PodScrape.FileSystem("/dev/sda1", 1_000_000, 5000, 4000));
  }
}
