package io.gantry.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.gantry.cni.PodNetwork;
import io.gantry.cni.engine.NodeNetworks;
import io.gantry.config.Config;
import io.gantry.container.ContainerFilter;
import io.gantry.container.ContainerFixtures;
import io.gantry.container.ContainerService;
import io.gantry.container.ContainerSpec;
import io.gantry.error.GantryException;
import io.gantry.image.archive.PackImage;
import io.gantry.linux.Linux;
import io.gantry.pod.PodFilter;
import io.gantry.pod.PodFixtures;
import io.gantry.pod.PodService;
import io.gantry.state.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Every kernel call that makes a pod or a container is made to fail once. Afterwards nothing of the
 * attempt is there, and the same request succeeds.
 */
class FaultIT {

  /** More calls than any of the operations makes; reaching it means that the loop never ended. */
  private static final int MOST = 400;

  private static final Path SHIM = Path.of("../shim/target/native/gantry-shim");

  private final FailingCalls faults = new FailingCalls(Linux.syscalls());
  private final FailingNetwork network = new FailingNetwork();
  private Path directory;
  private Config config;
  private Services services;
  private PodService pods;
  private ContainerService containers;

  @BeforeEach
  void start() throws IOException {
    System.setProperty(ShimBinary.PROPERTY, SHIM.toRealPath().toString());
    directory = Files.createDirectory(Files.createTempDirectory("gantry-fault").resolve("node"));
    config =
        new Config(
            directory.resolve("root"),
            directory.resolve("state"),
            directory.resolve("socket"),
            Config.DEFAULT.socketMode(),
            Config.DEFAULT.log(),
            new Config.NetworkSettings(
                "gantryfault",
                "gtfault0",
                "",
                "",
                0,
                directory.resolve("cni"),
                List.of(),
                30,
                "",
                true,
                ""),
            Config.DEFAULT.overlay(),
            new Config.CgroupSettings("/gantry-fault", "cgroupfs"),
            Config.DEFAULT.cdi(),
            Config.DEFAULT.hooks(),
            new Config.NriSettings(
                true,
                directory.resolve("nri"),
                directory.resolve("nri-plugins"),
                directory.resolve("nri-conf"),
                5,
                2),
            Config.DEFAULT.image(),
            Config.DEFAULT.registry(),
            Config.DEFAULT.metrics(),
            Config.DEFAULT.streaming(),
            Config.DEFAULT.containerLog());
    Files.createDirectories(config.state());
    PodNetwork real = NodeNetworks.onThisNode(NetworkWiring.settings(config));
    services = Wiring.services(config, faults.calls(), network.around(real));
    services.recovery().run();
    pods = services.edge().pods();
    containers = services.edge().containers();
    importImage();
  }

  private void importImage() throws IOException {
    Path archive = directory.resolve("image.tar");
    PackImage.main(
        new String[] {
          "--tag",
          "busybox",
          "--add",
          "/bin/busybox:bin/busybox:0755",
          "--link",
          "busybox:bin/sleep",
          "-o",
          archive.toString()
        });
    try (InputStream in = Files.newInputStream(archive)) {
      services.edge().images().importArchive(in, null);
    }
  }

  @AfterEach
  void stop() throws IOException {
    faults.stop();
    for (var pod : pods.list(PodFilter.ALL)) {
      pods.remove(pod.id().value());
    }
    services.closing().close();
    Trees.delete(directory);
    Files.delete(directory.getParent());
    assertThat(cgroup()).doesNotExist();
  }

  @Test
  void aPodWithoutANetworkLeavesNothing() throws IOException {
    podFails("plan", new TreeMap<>(), "choosing the network");
  }

  @Test
  void aPodWhoseNamespacesCannotBeSetUpLeavesNothing() throws IOException {
    podFails(
        "", new TreeMap<>(Map.of("net.ipv4.no_such_knob", "1")), "setting sysctl net.ipv4.no_such");
  }

  @Test
  void aPodThatCannotBeAttachedLeavesNothing() throws IOException {
    podFails("attach", new TreeMap<>(), "attaching the network");
  }

  private void podFails(String call, SortedMap<String, String> sysctls, String step)
      throws IOException {
    Set<String> before = traces();
    // comes with the first pod and stays for the next
    before.add(config.state().resolve("mounts/keeper").toString());
    pods.remove(pods.run(PodFixtures.spec("first")).value());
    network.fail(call);

    assertThatThrownBy(() -> pods.run(PodFixtures.spec("p", sysctls)))
        .isInstanceOf(GantryException.class)
        .hasMessageContaining(step)
        .hasNoSuppressedExceptions();
    network.fail("");
    assertThat(pods.list(PodFilter.ALL)).isEmpty();
    awaitTraces(before);

    pods.remove(pods.run(PodFixtures.spec("p")).value());
    awaitTraces(before);
  }

  @Test
  void aContainerWhoseMakingOrStartFailsAnywhereLeavesNothing() throws IOException {
    String pod = pods.run(PodFixtures.spec("p")).value();
    warmUp(pod);
    Set<String> before = traces();
    List<String> failed = new ArrayList<>();
    for (int n = 1; n < MOST; n++) {
      faults.failAt(n);
      boolean reached = attempt(pod, ContainerFixtures.spec("c" + n), failed);
      faults.stop();
      containers.list(ContainerFilter.ALL).forEach(left -> containers.remove(left.id().value()));
      assertThat(traces()).as("traces after a failed %s", faults.failed()).isEqualTo(before);
      if (!reached) {
        assertThat(failed).as("calls that were made to fail").contains("openTree", "spawn");
        return;
      }
    }
    fail("the last call of a container's start was not reached");
  }

  /**
   * The holder and the shared memory are made by the pod's first container and stay with the pod.
   */
  private void warmUp(String pod) {
    String id = containers.create(pod, ContainerFixtures.spec("first")).value();
    containers.start(id);
    containers.remove(id);
  }

  /** Returns whether a call has failed. */
  private boolean attempt(String pod, ContainerSpec spec, List<String> failed) {
    try {
      containers.start(containers.create(pod, spec).value());
    } catch (GantryException e) {
      assertThat(e.getMessage()).as("call %s", faults.failed()).contains("EIO");
      failed.add(faults.failed());
    }
    return !faults.failed().isEmpty();
  }

  /** The kernel removes the interfaces of a dropped namespace a little later, by itself. */
  private void awaitTraces(Set<String> expected) throws IOException {
    Instant patience = Instant.now().plusSeconds(10);
    while (!traces().equals(expected) && Instant.now().isBefore(patience)) {
      Thread.onSpinWait();
    }
    assertThat(traces()).isEqualTo(expected);
  }

  /** In a hierarchy of version 1 that every container has a limit in, or in that of version 2. */
  private static Path cgroup() {
    Path root = Path.of("/sys/fs/cgroup");
    Path memory = root.resolve("memory");
    return (Files.isDirectory(memory) ? memory : root).resolve("gantry-fault");
  }

  /** Everything that a pod or a container could leave behind. */
  private Set<String> traces() throws IOException {
    Set<String> traces = new TreeSet<>();
    for (Path tree :
        List.of(
            config.state(),
            config.root().resolve("pods"),
            config.root().resolve("containers"),
            config.root().resolve("images/snapshots"))) {
      traces.addAll(below(tree));
    }
    // the network's own: where it writes down who has which address
    traces.removeIf(path -> path.startsWith(config.state().resolve("addresses").toString()));
    traces.addAll(addresses());
    traces.addAll(below(cgroup()));
    Path ports = Path.of("/sys/class/net/gtfault0/brif");
    traces.addAll(below(ports));
    // the bridge comes with the first pod and stays for the next
    traces.remove(ports.toString());
    traces.addAll(shims());
    return traces;
  }

  /** Those that pods have. */
  private Set<String> addresses() throws IOException {
    Path all = config.state().resolve("addresses").resolve(config.network().name());
    if (!Files.isDirectory(all)) {
      return Set.of();
    }
    try (Stream<Path> files = Files.list(all)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("[0-9.]+"))
          .collect(Collectors.toSet());
    }
  }

  private static Set<String> below(Path tree) throws IOException {
    if (!Files.isDirectory(tree)) {
      return Set.of();
    }
    while (true) {
      try (Stream<Path> paths = Files.walk(tree, 2)) {
        return paths.map(Path::toString).collect(Collectors.toSet());
      } catch (UncheckedIOException e) {
        // The kernel took something away under the walk: look again.
        if (!(e.getCause() instanceof NoSuchFileException)) {
          throw e;
        }
      }
    }
  }

  /** Processes of shims that are ours: their ids are those of our pods and containers. */
  private Set<String> shims() {
    Set<String> found = new HashSet<>();
    ProcessHandle.current()
        .descendants()
        .flatMap(process -> process.info().commandLine().stream())
        .filter(line -> line.contains("gantry-shim"))
        .forEach(found::add);
    return found;
  }
}
