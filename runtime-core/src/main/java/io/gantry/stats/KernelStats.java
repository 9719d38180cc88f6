package io.gantry.stats;

import io.gantry.container.Container;
import io.gantry.container.ContainerFilter;
import io.gantry.container.ContainerService;
import io.gantry.container.ContainerState;
import io.gantry.error.BrokenException;
import io.gantry.error.Subject;
import io.gantry.error.WrongStateException;
import io.gantry.image.ImageStore;
import io.gantry.image.error.ImageException;
import io.gantry.launch.ContainerCgroups;
import io.gantry.linux.Device;
import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.FileSystemStatus;
import io.gantry.linux.Syscalls;
import io.gantry.linux.cgroup.Cgroup;
import io.gantry.linux.cgroup.Cgroups;
import io.gantry.metrics.sample.GroupDetails;
import io.gantry.metrics.sample.GroupSamples;
import io.gantry.metrics.sample.ProcessFiles;
import io.gantry.metrics.sample.TreeSizes;
import io.gantry.pod.NamespaceMode;
import io.gantry.pod.Pod;
import io.gantry.pod.PodFilter;
import io.gantry.pod.PodId;
import io.gantry.pod.PodLinks;
import io.gantry.pod.PodService;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What pods and containers use, from the kernel's files. */
public final class KernelStats implements StatsService, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(KernelStats.class);

  /** What the first question about a container waits for its files to be added up. */
  private static final Duration FIRST_LAYERS = Duration.ofMillis(100);

  private static final String POD_KEY = "pod ";

  private final PodService pods;
  private final ContainerService containers;
  private final ContainerCgroups cgroups;
  private final PodLinks links;
  private final ImageStore images;
  private final Syscalls calls;
  private final GroupSamples samples;
  private final TreeSizes layers;
  private final ProcessFiles files;
  private final Clock clock = Clock.systemUTC();

  public KernelStats(
      PodService pods,
      ContainerService containers,
      ContainerCgroups cgroups,
      PodLinks links,
      ImageStore images,
      Syscalls calls) {
    this.pods = pods;
    this.containers = containers;
    this.cgroups = cgroups;
    this.links = links;
    this.images = images;
    this.calls = calls;
    this.samples = GroupSamples.of(calls, cgroups.layout() == Cgroups.Layout.V2);
    this.layers = new TreeSizes(calls, this::forget);
    this.files = new ProcessFiles(calls);
  }

  @Override
  public ContainerSample container(String id) {
    Container container = containers.container(id);
    try {
      return samples(List.of(container), this::usageOrFailure).getFirst();
    } catch (SampleFailure e) {
      throw new BrokenException(
          container.id().subject(),
          "what container " + container.id().brief() + " uses cannot be read: " + e.getMessage(),
          "see whether its control group is readable",
          e);
    }
  }

  @Override
  public List<ContainerSample> containers(ContainerFilter filter) {
    return samples(containers.list(filter), this::usage);
  }

  private List<ContainerSample> samples(
      List<Container> wanted, Function<Container, Optional<GroupSamples.Sample>> usage) {
    Map<String, TreeSizes.Usage> sizes = layers(wanted);
    Path fileSystem = images.fsUsage().mountpoint();
    return wanted.stream()
        .map(container ->
            new ContainerSample(
                container,
                usage.apply(container),
                Optional.ofNullable(sizes.get(container.id().value())),
                fileSystem))
        .toList();
  }

  /** Also lets go of what is remembered of containers and pods that are no more. */
  private Map<String, TreeSizes.Usage> layers(List<Container> wanted) {
    Set<String> known = new HashSet<>();
    containers.list(ContainerFilter.ALL).forEach(each -> known.add(each.id().value()));
    Map<String, Path> roots = new HashMap<>();
    for (Container container : wanted) {
      String id = container.id().value();
      try {
        roots.put(id, images.snapshots().upper(id));
      } catch (ImageException e) {
        log.debug("container={} has no writable layer: {}", container.id().brief(), e.toString());
      }
    }
    Map<String, TreeSizes.Usage> sizes = layers.usages(roots, known, FIRST_LAYERS);
    pods.list(PodFilter.ALL).forEach(pod -> known.add(POD_KEY + pod.id().value()));
    samples.retain(known);
    return sizes;
  }

  /** One container that cannot be read does not keep the others from being told. */
  private Optional<GroupSamples.Sample> usage(Container container) {
    try {
      return usageOrFailure(container);
    } catch (SampleFailure e) {
      log.warn("no statistics of container={}: {}", container.id().brief(), e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<GroupSamples.Sample> usageOrFailure(Container container) {
    if (!(container.state() instanceof ContainerState.Running running)) {
      return Optional.empty();
    }
    Cgroup group = cgroups.of(container);
    try {
      return samples.sample(container.id().value(), group::directory, running.startedAt());
    } catch (IOException e) {
      throw new SampleFailure(e);
    }
  }

  @Override
  public PodSample pod(String id) {
    Pod pod = pods.pod(id);
    if (!pod.ready()) {
      throw new WrongStateException(
          pod.id().subject(),
          "pod " + pod.id().brief() + " (" + pod.spec().metadata() + ") is not ready",
          "only pods that are ready use anything");
    }
    try {
      return podSample(pod, samples(members(pod.id()), this::usage));
    } catch (IOException e) {
      throw new BrokenException(
          pod.id().subject(),
          "what pod " + pod.id().brief() + " uses cannot be read: " + e.getMessage(),
          "see whether its control group and its network namespace are there",
          e);
    }
  }

  private List<Container> members(PodId pod) {
    return containers.list(new ContainerFilter("", pod.value(), Optional.empty(), Map.of()));
  }

  @Override
  public List<PodSample> pods(PodFilter filter) {
    List<Pod> wanted = pods.list(filter).stream().filter(Pod::ready).toList();
    Map<PodId, List<ContainerSample>> members = members(wanted);
    List<PodSample> found = new ArrayList<>();
    for (Pod pod : wanted) {
      try {
        found.add(podSample(pod, members.getOrDefault(pod.id(), List.of())));
      } catch (IOException e) {
        log.warn("no statistics of pod={}: {}", pod.id().brief(), e.getMessage());
      }
    }
    return found;
  }

  private Map<PodId, List<ContainerSample>> members(List<Pod> wanted) {
    Set<PodId> ids = wanted.stream().map(Pod::id).collect(Collectors.toSet());
    List<Container> all =
        containers.list(ContainerFilter.ALL).stream()
            .filter(container -> ids.contains(container.pod()))
            .toList();
    return samples(all, this::usage).stream()
        .collect(Collectors.groupingBy(sample -> sample.container().pod()));
  }

  private PodSample podSample(Pod pod, List<ContainerSample> members) throws IOException {
    long processes = 0;
    for (ContainerSample member : members) {
      if (member.usage().isPresent()) {
        processes += cgroups.of(member.container()).processes().size();
      }
    }
    return new PodSample(pod, podUsage(pod, members), network(pod), processes, members);
  }

  private GroupSamples.Sample podUsage(Pod pod, List<ContainerSample> members) throws IOException {
    Optional<Cgroup> own = cgroups.of(pod);
    if (own.isPresent()) {
      Optional<GroupSamples.Sample> sample =
          samples.sample(POD_KEY + pod.id().value(), own.get()::directory, null);
      if (sample.isPresent()) {
        return sample.get();
      }
    }
    List<GroupSamples.Sample> parts =
        members.stream().map(ContainerSample::usage).flatMap(Optional::stream).toList();
    return Sums.of(parts, clock.instant());
  }

  private PodSample.@Nullable Network network(Pod pod) throws IOException {
    if (pod.spec().namespaces().network() == NamespaceMode.NODE) {
      return null;
    }
    Instant now = clock.instant();
    return new PodSample.Network(now, links.counters(pod.id()));
  }

  @Override
  public List<PodScrape> scrapes() {
    List<Pod> ready = pods.list(PodFilter.ALL).stream().filter(Pod::ready).toList();
    Map<PodId, List<ContainerSample>> members = members(ready);
    PodScrape.FileSystem fileSystem = fileSystem();
    List<PodScrape> found = new ArrayList<>();
    for (Pod pod : ready) {
      try {
        List<PodScrape.ContainerScrape> scraped = new ArrayList<>();
        for (ContainerSample member : members.getOrDefault(pod.id(), List.of())) {
          scrape(member, fileSystem).ifPresent(scraped::add);
        }
        found.add(new PodScrape(pod, network(pod), scraped));
      } catch (IOException e) {
        log.warn("no metrics of pod={}: {}", pod.id().brief(), e.getMessage());
      }
    }
    return found;
  }

  private Optional<PodScrape.ContainerScrape> scrape(
      ContainerSample sample, PodScrape.FileSystem fileSystem) throws IOException {
    Container container = sample.container();
    if (sample.usage().isEmpty()
        || !(container.state() instanceof ContainerState.Running running)) {
      return Optional.empty();
    }
    Cgroup group = cgroups.of(container);
    Optional<GroupDetails> details = samples.details(group::directory);
    if (details.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new PodScrape.ContainerScrape(
            sample,
            group.path(),
            details.get(),
            details.get().io().stream()
                .map(io ->
                    new PodScrape.DeviceTraffic(
                        BlockDevices.name(new Device(io.major(), io.minor())), io))
                .toList(),
            files.count(group.processes(), running.pid()),
            fileSystem));
  }

  private PodScrape.FileSystem fileSystem() {
    Path root = images.fsUsage().mountpoint();
    try (Fd directory = calls.open(root, FileFlags.O_PATH, 0)) {
      FileSystemStatus status = calls.fstatfs(directory);
      return new PodScrape.FileSystem(
          BlockDevices.name(calls.statx(directory, "").device()),
          status.blocks() * status.blockSize(),
          status.files(),
          status.freeFiles());
    } catch (IOException e) {
      throw new BrokenException(
          new Subject("file system", root.toString()),
          "the size of the file system of " + root + " cannot be read: " + e.getMessage(),
          "check the disk of the image store",
          e);
    }
  }

  /** Nobody has asked for minutes: nothing is kept for the next who may. */
  private void forget() {
    links.close();
    samples.retain(Set.of());
  }

  @Override
  public void close() {
    layers.close();
    links.close();
  }

  /** A failure on its way through a function that declares none. */
  private static final class SampleFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    SampleFailure(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }
}
