package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.error.BrokenException;
import io.gantry.error.InvalidException;
import io.gantry.error.NotFoundException;
import io.gantry.error.WrongStateException;
import io.gantry.pod.PodState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ContainersTest extends ContainersCase {

  private static final Duration GRACE = Duration.ofMillis(50);

  @Test
  void aContainerGoesFromRequestToExitAndAway() {
    String id = created("a");
    assertThat(containers.container(id).state()).isEqualTo(new ContainerState.Created());

    containers.start(id);
    assertThat(containers.container(id).state())
        .isEqualTo(new ContainerState.Running(42, ContainerFixtures.THEN));

    containers.stop(id, GRACE);
    assertThat(containers.container(id).state())
        .isInstanceOfSatisfying(
            ContainerState.Exited.class, exited -> assertThat(exited.exitCode()).isEqualTo(143));
    assertThat(launcher.signals).containsExactly(Signals.TERM);

    containers.remove(id);
    assertThat(containers.list(ContainerFilter.ALL)).isEmpty();
    assertThat(launcher.things).isEmpty();
  }

  private String runningWithLog(String log) {
    ContainerSpec spec = ContainerFixtures.spec("logged", log);
    String id = containers.create(pod.id().value(), spec).value();
    containers.start(id);
    return id;
  }

  @Test
  void aLogIsReopenedWhereItWas() {
    String id = runningWithLog("/var/log/pods/web/0.log");
    containers.reopenLog(id);
    assertThat(process(id).logs).containsExactly(Path.of("/var/log/pods/web/0.log"));
  }

  @Test
  void withoutALogThereIsNothingToReopen() {
    String id = running("silent");
    containers.reopenLog(id);
    assertThat(process(id).logs).isEmpty();
  }

  @Test
  void onlyARunningContainerReopensItsLog() {
    String created = created("created");
    assertThatThrownBy(() -> containers.reopenLog(created))
        .isInstanceOf(WrongStateException.class)
        .hasMessageContaining("not running");
    String exited = runningWithLog("/var/log/pods/web/0.log");
    containers.stop(exited, Duration.ZERO);
    assertThatThrownBy(() -> containers.reopenLog(exited)).isInstanceOf(WrongStateException.class);
    assertThat(process(exited).logs).isEmpty();
  }

  @Test
  void aLogThatCannotBeReopenedIsNamed() {
    String id = runningWithLog("/gone/0.log");
    launcher.failReopen = new IOException("reopen_log: ENOENT");
    assertThatThrownBy(() -> containers.reopenLog(id))
        .isInstanceOf(BrokenException.class)
        .hasMessageContaining("/gone/0.log")
        .hasMessageContaining("ENOENT");
  }

  @Test
  void aNameUsedTwiceIsTheSameContainer() throws Exception {
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> ids =
          IntStream.range(0, 20).mapToObj(_ -> clients.submit(() -> created("a"))).toList();
      for (Future<String> id : ids) {
        assertThat(id.get()).isEqualTo(ids.getFirst().get());
      }
    }
    assertThat(created("b")).isNotEqualTo(created("a"));
  }

  @Test
  void aFailedPreparationLeavesNothing() {
    launcher.failPrepare = new IOException("mount: ENOSPC");

    assertThatThrownBy(() -> created("a"))
        .isInstanceOf(BrokenException.class)
        .hasMessageContaining("preparing")
        .hasMessageContaining("mount: ENOSPC");
    assertThat(launcher.things).isEmpty();
    assertThat(table.values()).isEmpty();
    assertThat(root.resolve("containers")).isEmptyDirectory();
  }

  @Test
  void aMissingImageIsNotFoundAndLeavesNothing() {
    ContainerSpec spec = ContainerFixtures.spec("a");
    ContainerSpec other =
        new ContainerSpec(
            spec.metadata(),
            "missing",
            spec.command(),
            spec.arguments(),
            spec.workingDirectory(),
            spec.environment(),
            spec.mounts(),
            spec.devices(),
            spec.cdiDevices(),
            spec.labels(),
            spec.annotations(),
            spec.logPath(),
            spec.stdin(),
            spec.stdinOnce(),
            spec.tty(),
            spec.stopSignal(),
            spec.resources(),
            spec.security(),
            spec.imageNote(),
            spec.hooks());

    assertThatThrownBy(() -> containers.create(pod.id().value(), other))
        .isInstanceOf(NotFoundException.class);
    assertThat(table.values()).isEmpty();
  }

  @Test
  void aCommandThatIsNotThereGivesStartErrorAnd127() {
    String id = created("a");
    launcher.failStart =
        new StartException(
            "exec /nope: ENOENT",
            StartException.NOT_FOUND,
            StartException.Blame.COMMAND,
            new IOException());

    assertThatThrownBy(() -> containers.start(id))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("of image busybox failed: exec /nope: ENOENT");
    assertThat(containers.container(id).state())
        .isInstanceOfSatisfying(
            ContainerState.Exited.class,
            exited -> {
              assertThat(exited.exitCode()).isEqualTo(127);
              assertThat(exited.reason()).isEqualTo("StartError");
              assertThat(exited.message()).contains("exec /nope: ENOENT");
            });
    assertThat(launcher.things).containsExactly("prepared " + id);
  }

  @Test
  void aStepThatFailsBeforeTheProgramGives128() {
    String id = created("a");
    launcher.failLaunch = new IOException("clone: EAGAIN");

    assertThatThrownBy(() -> containers.start(id)).isInstanceOf(BrokenException.class);
    assertThat(containers.container(id).state())
        .isInstanceOfSatisfying(
            ContainerState.Exited.class, exited -> assertThat(exited.exitCode()).isEqualTo(128));
    assertThat(launcher.things).containsExactly("prepared " + id);
  }

  @Test
  void aContainerIsStartedOnce() {
    String id = running("a");

    assertThatThrownBy(() -> containers.start(id))
        .isInstanceOf(WrongStateException.class)
        .hasMessageContaining("is running, so it cannot be started");
  }

  @Test
  void aContainerThatIgnoresTheSignalIsKilledAfterItsGrace() {
    launcher.ignoresSignals = true;
    String id = running("a");

    containers.stop(id, GRACE);
    assertThat(launcher.signals).containsExactly(Signals.TERM, Signals.KILL);
    assertThat(containers.container(id).state())
        .isInstanceOfSatisfying(
            ContainerState.Exited.class, exited -> assertThat(exited.exitCode()).isEqualTo(137));
  }

  @Test
  void noGraceMeansNoSignalButTheKill() {
    String id = running("a");

    containers.stop(id, Duration.ZERO);
    assertThat(launcher.signals).containsExactly(Signals.KILL);
  }

  @Test
  void stoppingAndRemovingTwiceOrNothingIsFine() {
    String id = running("a");
    containers.stop(id, GRACE);
    containers.stop(id, GRACE);
    containers.remove(id);
    containers.remove(id);
    containers.stop(id, GRACE);
    containers.stop("feed", GRACE);
    containers.remove("feed");
    assertThat(launcher.things).isEmpty();
  }

  @Test
  void aStopThatComesDuringAStartWaitsForItAndStops() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    launcher.launchGate = gate;
    String id = created("a");
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> start = clients.submit(() -> containers.start(id));
      while (launcher.things.stream().noneMatch(thing -> thing.startsWith("running"))) {
        Thread.onSpinWait();
      }
      Future<?> stop = clients.submit(() -> containers.stop(id, Duration.ZERO));
      gate.countDown();
      start.get();
      stop.get();
    }
    assertThat(containers.container(id).state()).isInstanceOf(ContainerState.Exited.class);
  }

  @Test
  void aPodThatIsNotReadyTakesNoContainer() {
    pods.update(pod.id().value(), p -> p.in(new PodState.Stopped()));

    assertThatThrownBy(() -> created("a"))
        .isInstanceOf(WrongStateException.class)
        .hasMessageContaining("is not ready");
    assertThat(table.values()).isEmpty();
  }

  @Test
  void execNeedsARunningContainerAndACommandThatIsThere() {
    String id = created("a");
    assertThatThrownBy(() -> containers.execSync(id, List.of("true"), Duration.ZERO))
        .isInstanceOf(WrongStateException.class);

    containers.start(id);
    assertThat(containers.execSync(id, List.of("true"), Duration.ZERO).exitCode()).isZero();
    assertThatThrownBy(() -> containers.execSync(id, List.of("nope"), Duration.ZERO))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("executing nope in container");
  }

  @Test
  void endingThePodEndsAllItsContainers() {
    String a = running("a");
    String b = running("b");
    String c = created("c");

    containers.killAll(pod.id());
    assertThat(containers.container(a).state()).isInstanceOf(ContainerState.Exited.class);
    assertThat(containers.container(b).state()).isInstanceOf(ContainerState.Exited.class);

    containers.removeAll(pod.id());
    assertThat(table.values()).isEmpty();
    assertThat(c).isNotEmpty();
    assertThat(launcher.things).isEmpty();
  }

  @Test
  void aRestartedDaemonTakesOverWhatRunsAndLearnsWhatEnded() {
    String runs = running("runs");
    String ended = running("ended");
    String lost = running("lost");
    launcher.processes.remove(new ContainerId(lost));
    reopen();
    process(ended).exit(3);

    assertThat(containers.recover()).isEmpty();
    assertThat(containers.container(runs).state()).isInstanceOf(ContainerState.Running.class);
    containers.stop(ended, Duration.ZERO);
    assertThat(containers.container(ended).state())
        .isInstanceOfSatisfying(
            ContainerState.Exited.class, exited -> assertThat(exited.exitCode()).isEqualTo(3));
    assertThat(containers.container(lost).state())
        .isInstanceOfSatisfying(
            ContainerState.Exited.class,
            exited -> {
              assertThat(exited.exitCode()).isEqualTo(255);
              assertThat(exited.reason()).isEqualTo("Unknown");
            });
    assertThat(containers.execSync(runs, List.of("true"), Duration.ZERO).exitCode()).isZero();
  }

  @Test
  void aRestartedDaemonFinishesOrUndoesWhatWasHalfDone() {
    String creating = halfway(new ContainerState.Creating());
    String startedUnseen = halfway(new ContainerState.Starting());
    launcher.processes.put(new ContainerId(startedUnseen), launcher.new FakeProcess());
    String neverStarted = halfway(new ContainerState.Starting());
    String removing =
        halfway(
            new ContainerState.Removing(
                new ContainerState.Exited(null, ContainerFixtures.THEN, 0, "Completed", "")));
    reopen();

    assertThat(containers.recover()).isEmpty();
    assertThat(table.get(creating)).isEmpty();
    assertThat(table.get(removing)).isEmpty();
    assertThat(containers.container(startedUnseen).state())
        .isInstanceOf(ContainerState.Running.class);
    assertThat(containers.container(neverStarted).state()).isEqualTo(new ContainerState.Created());
    containers.start(neverStarted);
    assertThat(containers.container(neverStarted).state())
        .isInstanceOf(ContainerState.Running.class);
  }
}
