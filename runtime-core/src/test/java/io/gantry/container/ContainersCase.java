package io.gantry.container;

import io.gantry.pod.Pod;
import io.gantry.pod.PodFixtures;
import io.gantry.state.PhaseWatch;
import io.gantry.state.RecordFiles;
import io.gantry.state.Table;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The containers of one pod, with a launcher that only pretends. */
abstract class ContainersCase {

  @TempDir Path root;

  final FakeLauncher launcher = new FakeLauncher();
  final Pod pod = PodFixtures.ready("web");
  Table<Pod> pods;
  Table<Container> table;
  Containers containers;

  @BeforeEach
  void open() {
    pods =
        new Table<>(
            "pod", p -> p.id().value(), new RecordFiles<>(root.resolve("pods"), "pod", Pod.class));
    pods.insert(pod);
    reopen();
  }

  /** What a restarted daemon would see. */
  final void reopen() {
    table =
        new Table<>(
            "container",
            c -> c.id().value(),
            new RecordFiles<>(root.resolve("containers"), "container", Container.class));
    table.load();
    containers =
        new Containers(
            table,
            pods,
            launcher,
            Clock.fixed(ContainerFixtures.THEN, ZoneOffset.UTC),
            PhaseWatch.NONE,
            ContainerListener.NONE);
  }

  String created(String name) {
    return containers.create(pod.id().value(), ContainerFixtures.spec(name)).value();
  }

  String running(String name) {
    String id = created(name);
    containers.start(id);
    return id;
  }

  FakeLauncher.FakeProcess process(String id) {
    return Objects.requireNonNull(launcher.processes.get(new ContainerId(id)));
  }

  String halfway(ContainerState state) {
    Container container = ContainerFixtures.container(pod.id(), "half" + state, state);
    table.insert(container);
    return container.id().value();
  }
}
