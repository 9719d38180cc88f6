package io.gantry.daemon;

import io.gantry.cdi.CdiEditing;
import io.gantry.cdi.CdiRegistry;
import io.gantry.cni.NetworkStatus;
import io.gantry.cni.PodNetwork;
import io.gantry.cni.engine.NodeNetworks;
import io.gantry.config.Config;
import io.gantry.container.Container;
import io.gantry.container.ContainerPaths;
import io.gantry.container.Containers;
import io.gantry.event.LifeEvents;
import io.gantry.hooks.HookDirectories;
import io.gantry.image.ImageStore;
import io.gantry.image.ImageStoreSettings;
import io.gantry.image.layer.UnpackLimits;
import io.gantry.launch.ContainerCgroups;
import io.gantry.launch.ContainerImages;
import io.gantry.launch.ContainerLog;
import io.gantry.launch.Decisions;
import io.gantry.launch.KernelLauncher;
import io.gantry.launch.MappedRoots;
import io.gantry.launch.PodParts;
import io.gantry.launch.Supervisors;
import io.gantry.linux.SmallMounts;
import io.gantry.linux.Syscalls;
import io.gantry.linux.apparmor.AppArmor;
import io.gantry.linux.cgroup.Cgroups;
import io.gantry.linux.cgroup.MachineCgroups;
import io.gantry.linux.mount.DetachedMounts;
import io.gantry.linux.systemd.SystemdCgroups;
import io.gantry.nri.PluginHost;
import io.gantry.nri.SupervisedPrograms;
import io.gantry.oci.AppArmorProfiles;
import io.gantry.oci.ContainerPolicy;
import io.gantry.oci.DaemonRights;
import io.gantry.oci.SeccompFilters;
import io.gantry.pod.Pod;
import io.gantry.pod.PodHolders;
import io.gantry.pod.PodKernel;
import io.gantry.pod.PodNamespaces;
import io.gantry.pod.PodPaths;
import io.gantry.pod.PodPorts;
import io.gantry.pod.Pods;
import io.gantry.pod.UserNamespaces;
import io.gantry.rpc.Edge;
import io.gantry.shim.ShimLauncher;
import io.gantry.state.RecordFiles;
import io.gantry.state.Table;
import io.gantry.stats.KernelStats;
import io.gantry.streaming.StreamServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the services and gives each what it needs. */
final class Wiring {

  private static final Logger log = LoggerFactory.getLogger(Wiring.class);

  private final Config config;
  private final Syscalls calls;
  private final PodNetwork network;
  private final RecordFiles<Container> containerRecords;
  private final Table<Container> containerTable;
  private final Table<Pod> podTable;

  /** Before that, empty tables do not mean that there are no pods. */
  private volatile boolean loaded;

  private Wiring(Config config, Syscalls calls, PodNetwork network) {
    this.config = config;
    this.calls = calls;
    this.network = network;
    this.containerRecords =
        new RecordFiles<>(config.root().resolve("containers"), "container", Container.class);
    this.containerTable =
        new Table<>("container", container -> container.id().value(), containerRecords);
    this.podTable =
        new Table<>(
            "pod",
            pod -> pod.id().value(),
            new RecordFiles<>(config.root().resolve("pods"), "pod", Pod.class));
  }

  static Services services(Config config, Syscalls calls) throws IOException {
    return services(config, calls, NodeNetworks.onThisNode(NetworkWiring.settings(config)));
  }

  static Services services(Config config, Syscalls calls, PodNetwork network) throws IOException {
    // First, because it is the configuration's fault when it fails.
    Telemetry telemetry = Telemetry.at(config.metrics().address());
    try {
      return new Wiring(config, calls, network).wire(telemetry);
    } catch (IOException | RuntimeException e) {
      telemetry.close();
      throw e;
    }
  }

  private Services wire(Telemetry telemetry) throws IOException {
    Path mounts = config.state().resolve("mounts");
    SmallMounts starts = SmallMounts.create(List.of(config.state()));
    ShimLauncher shims =
        ShimLauncher.of(
            calls,
            ShimBinary.path(),
            request -> starts.call("spawn", thread -> calls.spawn(request)));
    SmallMounts pins =
        SmallMounts.kept(
            mounts, List.of(config.state()), leave -> shims.keep(mounts.toString(), leave));
    DetachedMounts detached = DetachedMounts.ofThisKernel();
    ImageStore images =
        ImageStore.open(
            imageSettings(),
            calls,
            new LayerForms(calls, detached).choice(config.image().layerForm(), config.root()),
            telemetry.images());
    CgroupChoice cgroups = cgroups(shims);

    PodPaths podPaths = new PodPaths(config.state().resolve("pods"));
    UserNamespaces users = new UserNamespaces(shims, calls);
    MappedRoots roots =
        new UserNamespaceProbe(users, detached, calls)
            .choice(config.image().userNamespaceLayers(), config.root(), images.snapshots());
    PodNamespaces namespaces = new PodNamespaces(podPaths, pins, users, calls);
    PodHolders holders = new PodHolders(podTable, namespaces, shims, calls);
    PodKernel kernel = new PodKernel(namespaces, network, holders, podPaths);
    ContainerCgroups containerCgroups =
        new ContainerCgroups(cgroups.driver(), cgroups.cgroups(), config.cgroup().root(), podTable);
    KernelLauncher launcher =
        new KernelLauncher(
            new CdiEditing(
                new CdiRegistry(config.cdi().directories().stream().map(Path::of).toList())),
            new HookDirectories(config.hooks().directories().stream().map(Path::of).toList()),
            new ContainerImages(
                images,
                detached,
                roots,
                config.image().volatileWritableLayers(),
                config.image().declaredVolumes()),
            new Decisions(
                new ContainerPolicy(
                    calls,
                    DaemonRights.ofThisProcess(),
                    filters(),
                    new AppArmorProfiles(AppArmor.ofThisMachine())),
                containerRecords),
            new PodParts(namespaces, holders, podPaths, containerTable, calls),
            containerCgroups,
            new Supervisors(
                shims,
                new ContainerPaths(config.state().resolve("containers")),
                calls,
                new ContainerLog.Rotation(
                    config.containerLog().maxBytes(), config.containerLog().maxFiles())));
    // Plugins change containers, and containers tell plugins.
    CompletableFuture<Containers> served = new CompletableFuture<>();
    PluginHost plugins =
        new PluginHost(
            podTable,
            containerTable,
            launcher,
            NriWiring.settings(config.nri()),
            NriWiring.changes(served::join));
    Containers containers =
        new Containers(
            containerTable, podTable, launcher, Clock.systemUTC(), telemetry.phases(), plugins);
    served.complete(containers);
    Pods pods =
        new Pods(podTable, kernel, containers, Clock.systemUTC(), telemetry.phases(), plugins);
    NriWiring nri =
        new NriWiring(
            config.nri(),
            plugins,
            new SupervisedPrograms(shims, calls, config.state().resolve("nri-start")));
    telemetry.watch(podTable, containerTable);
    LifeEvents events = new LifeEvents(podTable, containerTable, Clock.systemUTC());

    OverlayWiring.Running overlay = OverlayWiring.start(config, calls);
    DaemonNode node = new DaemonNode(config, users, network, cgroups.parents(), overlay.summary());
    KernelStats stats =
        new KernelStats(pods, containers, containerCgroups, namespaces.links(), images, calls);
    StreamServer streams =
        StreamWiring.server(config.streaming(), containers, new PodPorts(podTable, namespaces));
    Edge edge =
        new Edge(
            pods,
            containers,
            images,
            node,
            new KernelDetails(podTable, launcher),
            stats,
            streams,
            events,
            Rest.after(telemetry.calls()));
    return new Services(
        edge,
        () -> {
          recover(pods, containers, telemetry);
          nri.start();
        },
        () -> {
          nri.close();
          streams.close();
          overlay.end().run();
          telemetry.close();
          stats.close();
          images.close();
          shims.close();
          starts.close();
          pins.close();
          if (loaded && podTable.values().isEmpty() && containerTable.values().isEmpty()) {
            network.remove();
            cgroups.removeRoots();
            SmallMounts.release(mounts);
          }
          network.close();
        });
  }

  private CgroupChoice cgroups(ShimLauncher shims) throws IOException {
    Cgroups files = MachineCgroups.detect();
    return CgroupChoice.of(
        config.cgroup(), files, () -> SystemdCgroups.of(files, shims::keep, calls));
  }

  /**
   * Building the first program takes a cold JVM half a second: not in the way of the first
   * container.
   */
  private static SeccompFilters filters() {
    SeccompFilters filters = new SeccompFilters();
    Thread.ofPlatform()
        .name("seccomp warm-up")
        .daemon()
        .start(() -> {
          try {
            filters.warmUp();
          } catch (IOException e) {
            log.warn("the default seccomp filter cannot be built: {}", e.getMessage());
          }
        });
    return filters;
  }

  private void recover(Pods pods, Containers containers, Telemetry telemetry) {
    podTable.load();
    containerTable.load();
    loaded = true;
    containers.recover().forEach(found -> recovered("container", found, telemetry));
    pods.recover().forEach(found -> recovered("pod", found, telemetry));
    network.recover(pods::attachments).forEach(found -> recovered("network", found, telemetry));
    NetworkStatus status = network.status();
    if (!status.ready()) {
      log.warn("network not ready: {}", status.message());
    }
  }

  private static void recovered(String kind, String found, Telemetry telemetry) {
    log.warn("recovery: {}", found);
    telemetry.recovered(kind);
  }

  private ImageStoreSettings imageSettings() {
    ImageStoreSettings defaults = ImageStoreSettings.at(config.root().resolve("images"));
    return new ImageStoreSettings(
        defaults.root(),
        defaults.platform(),
        RegistryWiring.settings(config),
        defaults.privileges(),
        new UnpackLimits(config.image().maxLayerBytes(), config.image().maxLayerEntries()),
        config.image().parallelLayers(),
        config.image().pinned(),
        config.image().keepBlobs(),
        config.image().policyFile().isEmpty() ? null : Path.of(config.image().policyFile()));
  }
}
