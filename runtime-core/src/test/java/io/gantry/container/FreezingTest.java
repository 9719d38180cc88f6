package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.gantry.error.WrongStateException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A container stands still while its files are read, and nobody else has to wait for that. */
class FreezingTest extends ContainersCase {

  @Test
  void aRunningContainerIsFrozenWhileItIsToStandStill() throws Exception {
    String id = created("a");
    containers.whileStill(id, () -> assertThat(launcher.things).doesNotContain("frozen"));
    containers.start(id);

    containers.whileStill(
        id,
        () -> {
          assertThat(launcher.things).contains("frozen");
          assertThatThrownBy(() -> containers.whileStill(id, () -> {}))
              .isInstanceOf(WrongStateException.class);
          assertThat(launcher.things).contains("frozen");
        });

    assertThat(launcher.things).doesNotContain("frozen");
  }

  @Test
  void whateverFailsTheContainerGoesOn() {
    String id = created("a");
    containers.start(id);
    IOException broken = new IOException("no");

    assertThatThrownBy(() ->
            containers.whileStill(
                id,
                () -> {
                  throw broken;
                }))
        .isSameAs(broken);
    assertThat(launcher.things).doesNotContain("frozen");
    launcher.failFreeze = broken;
    assertThatThrownBy(() -> containers.whileStill(id, () -> {})).isSameAs(broken);
    assertThat(launcher.things).doesNotContain("frozen");
  }

  @Test
  void stoppingAFrozenContainerDoesNotWait() {
    String id = created("a");
    containers.start(id);

    assertThatThrownBy(() ->
            containers.whileStill(
                id,
                () -> {
                  containers.stop(id, Duration.ZERO);
                  assertThat(launcher.things).doesNotContain("frozen");
                }))
        .isInstanceOf(WrongStateException.class)
        .hasMessageContaining("was stopped while its files were read");
  }

  @Test
  void aStopThatComesBeforeTheFreezeIsThroughLeavesNothingFrozen() {
    String early = running("a");
    launcher.beforeFreeze = () -> containers.stop(early, Duration.ZERO);
    assertStoppedUnread(early);
    String late = running("b");
    launcher.beforeFreeze = () -> {};
    launcher.afterFreeze =
        () -> {
          containers.stop(late, Duration.ZERO);
          assertThat(launcher.things).doesNotContain("frozen");
        };
    assertStoppedUnread(late);
  }

  private void assertStoppedUnread(String id) {
    assertThatThrownBy(() -> containers.whileStill(id, () -> fail("read")))
        .isInstanceOf(WrongStateException.class)
        .hasMessageContaining("was stopped while its files were read");
    assertThat(launcher.things).doesNotContain("frozen");
    assertThat(containers.container(id).state()).isInstanceOf(ContainerState.Exited.class);
  }

  @Test
  void aFreezeThatCannotSucceedBecauseOfAStopIsToldAsThat() {
    String id = running("a");
    launcher.failFreeze = new IOException("a process does not stand still");
    launcher.beforeFreeze = () -> containers.stop(id, Duration.ZERO);

    assertStoppedUnread(id);
  }

  @Test
  void whoIsBeingStoppedIsNotFrozen() throws Exception {
    launcher.ignoresSignals = true;
    String id = running("a");
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> stop = clients.submit(() -> containers.stop(id, Duration.ofMinutes(1)));
      while (launcher.signals.isEmpty()) {
        Thread.onSpinWait();
      }
      launcher.beforeFreeze = () -> fail("frozen");

      assertThatThrownBy(() -> containers.whileStill(id, () -> fail("read")))
          .isInstanceOf(WrongStateException.class);
      process(id).exit(0);
      stop.get();
    }
  }

  @Test
  void whoKeepsItStillHasItUntilItGoesOn() throws Exception {
    String id = running("a");
    AtomicInteger tried = new AtomicInteger();
    launcher.beforeThaw =
        () -> {
          tried.incrementAndGet();
          CompletableFuture<Void> next =
              CompletableFuture.runAsync(() ->
                  assertThatThrownBy(() -> containers.whileStill(id, () -> {}))
                      .isInstanceOf(WrongStateException.class));
          assertThat(next).succeedsWithin(Duration.ofSeconds(20));
        };

    containers.whileStill(id, () -> {});
    assertThat(tried).hasValue(1);
    launcher.beforeThaw = () -> {};
    containers.whileStill(id, () -> assertThat(launcher.things).contains("frozen"));
  }

  @Test
  void aStartOrARemovalMeanwhileGoesOnAndIsTold() {
    String started = created("started");
    assertThatThrownBy(() -> containers.whileStill(started, () -> containers.start(started)))
        .isInstanceOf(WrongStateException.class)
        .hasMessageContaining("was started while its files were read");
    assertThat(containers.container(started).state()).isInstanceOf(ContainerState.Running.class);

    String over = created("over");
    assertThatThrownBy(() ->
            containers.whileStill(
                over,
                () -> {
                  containers.start(over);
                  containers.stop(over, Duration.ZERO);
                }))
        .hasMessageContaining("was started while its files were read");

    String removed = created("removed");
    assertThatThrownBy(() -> containers.whileStill(removed, () -> containers.remove(removed)))
        .isInstanceOf(WrongStateException.class)
        .hasMessageContaining("was removed while its files were read");
    assertThat(table.get(removed)).isEmpty();
  }

  @Test
  void whatIsChangingIsNotRead() {
    String removing =
        halfway(
            new ContainerState.Removing(
                new ContainerState.Exited(null, ContainerFixtures.THEN, 0, "Completed", "")));

    assertThatThrownBy(() -> containers.whileStill(removing, () -> fail("read")))
        .isInstanceOf(WrongStateException.class)
        .hasMessageContaining("is removing just now");
  }

  @Test
  void anExitedContainerMayBeStoppedAgainMeanwhile() throws Exception {
    String id = running("a");
    containers.stop(id, Duration.ZERO);

    containers.whileStill(id, () -> containers.stop(id, Duration.ZERO));
  }
}
