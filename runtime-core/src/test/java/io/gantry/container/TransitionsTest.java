package io.gantry.container;

import static io.gantry.container.ContainerFixtures.THEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.container.ContainerEvent.Ended;
import io.gantry.container.ContainerEvent.Prepared;
import io.gantry.container.ContainerEvent.RemovalBegun;
import io.gantry.container.ContainerEvent.StartBegun;
import io.gantry.container.ContainerEvent.StartFailed;
import io.gantry.container.ContainerEvent.StartUndone;
import io.gantry.container.ContainerEvent.Started;
import io.gantry.container.ContainerState.Created;
import io.gantry.container.ContainerState.Creating;
import io.gantry.container.ContainerState.Exited;
import io.gantry.container.ContainerState.Removing;
import io.gantry.container.ContainerState.Running;
import io.gantry.container.ContainerState.Starting;
import io.gantry.error.WrongStateException;
import io.gantry.pod.PodId;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TransitionsTest {

  private static final Instant LATER = THEN.plusSeconds(5);

  private static final ContainerState CREATING = new Creating();
  private static final ContainerState CREATED = new Created();
  private static final ContainerState STARTING = new Starting();
  private static final ContainerState RUNNING = new Running(7, THEN);
  private static final Exited EXITED = new Exited(THEN, LATER, 3, "Error", "");
  private static final ContainerState REMOVING = new Removing(EXITED);

  private static final ContainerEvent PREPARED = new Prepared();
  private static final ContainerEvent BEGUN = new StartBegun();
  private static final ContainerEvent UNDONE = new StartUndone();
  private static final ContainerEvent STARTED = new Started(7, THEN);
  private static final ContainerEvent FAILED = new StartFailed(LATER, 127, "exec /x: ENOENT");
  private static final ContainerEvent ENDED = new Ended(LATER, 3, "Error", "");
  private static final ContainerEvent REMOVAL = new RemovalBegun(LATER);

  /** A row for each state; a null is a refusal. Columns in the order of {@link #EVENTS}. */
  private static final List<ContainerEvent> EVENTS =
      List.of(PREPARED, BEGUN, UNDONE, STARTED, FAILED, ENDED, REMOVAL);

  record Row(ContainerState state, List<Object> expected) {}

  private static final String NO = "refused";

  static Stream<Row> rows() {
    Exited neverRan = new Exited(null, LATER, 127, "StartError", "exec /x: ENOENT");
    Exited endedEarly = new Exited(null, LATER, 3, "Error", "");
    Removing unstarted = new Removing(new Exited(null, LATER, 0, "Removed", "never started"));
    return Stream.of(
        new Row(CREATING, List.of(CREATED, NO, NO, CREATING, CREATING, CREATING, unstarted)),
        new Row(CREATED, List.of(NO, STARTING, NO, CREATED, CREATED, CREATED, unstarted)),
        new Row(STARTING, List.of(NO, NO, CREATED, RUNNING, neverRan, endedEarly, NO)),
        new Row(RUNNING, List.of(NO, NO, NO, RUNNING, RUNNING, EXITED, NO)),
        new Row(EXITED, List.of(NO, NO, NO, EXITED, EXITED, EXITED, REMOVING)),
        new Row(REMOVING, List.of(NO, NO, NO, REMOVING, REMOVING, REMOVING, REMOVING)));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void everyEventInEveryStateHasItsAnswer(Row row) {
    for (int i = 0; i < EVENTS.size(); i++) {
      assertThat(outcome(row.state(), EVENTS.get(i)))
          .as("%s after %s", row.state(), EVENTS.get(i))
          .isEqualTo(row.expected().get(i));
    }
  }

  private static Object outcome(ContainerState state, ContainerEvent event) {
    try {
      return Transitions.after(ContainerFixtures.container(PodId.random(), "a", state), event)
          .state();
    } catch (WrongStateException e) {
      return NO;
    }
  }

  @Test
  void aRefusalSaysWhatTheContainerIsAndWhatToDo() {
    Container running = ContainerFixtures.container(PodId.random(), "a", RUNNING);

    assertThatThrownBy(() -> Transitions.after(running, REMOVAL))
        .hasMessage("container " + running.id().brief() + " is running, so it cannot be removed")
        .extracting("nextStep")
        .isEqualTo("stop it first");
  }
}
