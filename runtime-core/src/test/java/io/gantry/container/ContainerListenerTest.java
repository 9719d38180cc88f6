package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.error.InvalidException;
import io.gantry.error.NotFoundException;
import io.gantry.error.Subject;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.pod.Pod;
import io.gantry.state.PhaseWatch;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ContainerListenerTest extends ContainersCase {

  private final List<String> told = new ArrayList<>();
  private String refused = "";
  private UnaryOperator<ContainerSpec> change = spec -> spec;

  @BeforeEach
  void listen() {
    containers =
        new Containers(
            table,
            pods,
            launcher,
            Clock.fixed(ContainerFixtures.THEN, ZoneOffset.UTC),
            PhaseWatch.NONE,
            new Recorder());
  }

  private final class Recorder implements ContainerListener {

    private void hear(String what) {
      told.add(what);
      if (refused.equals(what)) {
        throw new InvalidException(new Subject("NRI plugin", "strict"), "strict refuses", "");
      }
    }

    @Override
    public ContainerSpec creating(Container container, Pod pod) {
      assertThat(launcher.things).isEmpty();
      assertThatThrownBy(() -> containers.container(container.id().value()))
          .isInstanceOf(NotFoundException.class);
      hear("creating");
      return change.apply(container.spec());
    }

    @Override
    public void created(Container container) {
      assertThat(container.state()).isInstanceOf(ContainerState.Created.class);
      hear("created");
    }

    @Override
    public void starting(Container container) {
      hear("starting");
    }

    @Override
    public void started(Container container) {
      assertThat(container.state()).isInstanceOf(ContainerState.Running.class);
      // Who is told may change its limits, for which nobody may hold them.
      containers.limit(container.id().value(), CgroupLimits.NONE);
      hear("started");
    }

    @Override
    public CgroupLimits resizing(Container container, CgroupLimits wanted) {
      hear("resizing");
      return wanted.changedBy(cpus("1"));
    }

    @Override
    public void resized(Container container) {
      hear("resized to " + container.spec().resources().limits().cpus());
    }

    @Override
    public void stopped(Container container) {
      assertThat(container.state()).isInstanceOf(ContainerState.Exited.class);
      if (!told.contains("stopped")) {
        hear("stopped");
      }
    }

    @Override
    public void removed(Container container) {
      hear("removed");
    }
  }

  private static CgroupLimits cpus(String cpus) {
    return new CgroupLimits(
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        cpus,
        "",
        Map.of(),
        Map.of());
  }

  @Test
  void allThatHappensIsTold() {
    String id = running("a");
    containers.resize(id, CgroupLimits.NONE);
    containers.stop(id, Duration.ofMillis(50));
    containers.remove(id);

    assertThat(told)
        .containsExactly(
            "creating",
            "created",
            "starting",
            "started",
            "resizing",
            "resized to 1",
            "stopped",
            "removed");
  }

  @Test
  void aRequestIsKeptAsItWasChanged() {
    change =
        spec ->
            spec.changed(
                List.of("sh"),
                new ResourceSpec(cpus("1"), 7),
                new PluginChanges(
                    new TreeMap<>(Map.of("a", "1")),
                    Set.of("PATH"),
                    List.of(new Rlimit("RLIMIT_CORE", 1, 2))));
    String id = created("a");
    reopen();

    ContainerSpec kept = containers.container(id).spec();
    assertThat(kept.command()).containsExactly("sh");
    assertThat(kept.resources()).isEqualTo(new ResourceSpec(cpus("1"), 7));
    assertThat(kept.runtimeAnnotations()).isEqualTo(Map.of("a", "1"));
    assertThat(kept.annotations()).isEmpty();
    assertThat(kept.withoutEnvironment()).containsExactly("PATH");
    assertThat(kept.rlimits()).containsExactly(new Rlimit("RLIMIT_CORE", 1, 2));
  }

  @Test
  void limitsThatAListenerWantsAreChecked() {
    change = spec -> spec.changed(List.of(), new ResourceSpec(cpus("99"), 0), none());

    assertThatThrownBy(() -> created("a"))
        .isInstanceOf(InvalidException.class)
        .hasMessage("no such CPU");
    assertThat(told).containsExactly("creating", "removed");
  }

  private static PluginChanges none() {
    return new PluginChanges(new TreeMap<>(), Set.of(), List.of());
  }

  @Test
  void aContainerThatIsRefusedIsTakenBackAndCanBeMadeAgain() {
    refused = "creating";

    assertThatThrownBy(() -> created("a"))
        .isInstanceOf(InvalidException.class)
        .hasMessage("strict refuses");
    assertThat(told).containsExactly("creating", "removed");
    assertThat(table.values()).isEmpty();
    assertThat(launcher.things).isEmpty();
    refused = "";
    assertThat(containers.container(created("a")).state()).isEqualTo(new ContainerState.Created());
  }

  @Test
  void aStartThatIsRefusedLeavesTheContainerAsItIs() {
    String id = created("a");
    refused = "starting";

    assertThatThrownBy(() -> containers.start(id)).isInstanceOf(InvalidException.class);

    assertThat(containers.container(id).state()).isEqualTo(new ContainerState.Created());
    assertThat(launcher.processes).isEmpty();
    refused = "";
    containers.start(id);
    assertThat(containers.container(id).state()).isInstanceOf(ContainerState.Running.class);
  }

  @Test
  void aStartThatFailsIsToldAsTheEnd() {
    String id = created("a");
    launcher.failStart = new IOException("execve: ENOENT");

    assertThatThrownBy(() -> containers.start(id)).hasMessageContaining("ENOENT");

    assertThat(told).containsExactly("creating", "created", "starting", "stopped");
  }

  @Test
  void aSizeThatIsRefusedStaysAsItWas() {
    String id = running("a");
    refused = "resizing";

    assertThatThrownBy(() -> containers.resize(id, cpus("0"))).isInstanceOf(InvalidException.class);

    assertThat(containers.container(id).spec().resources().limits().cpus()).isEmpty();
  }
}
