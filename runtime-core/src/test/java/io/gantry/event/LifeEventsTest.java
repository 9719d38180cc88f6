package io.gantry.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.container.Container;
import io.gantry.container.ContainerFixtures;
import io.gantry.container.ContainerId;
import io.gantry.container.ContainerState;
import io.gantry.container.ImageUse;
import io.gantry.error.ExhaustedException;
import io.gantry.error.UnavailableException;
import io.gantry.event.LifeEvent.Kind;
import io.gantry.pod.Pod;
import io.gantry.pod.PodFixtures;
import io.gantry.pod.PodState;
import io.gantry.state.RecordFiles;
import io.gantry.state.Table;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is told of changes of records, and to whom. */
@Timeout(60)
class LifeEventsTest {

  @TempDir private Path root;
  private Instant now = Instant.ofEpochSecond(1_700_000_000L);
  private Table<Pod> pods;
  private Table<Container> containers;
  private LifeEvents events;

  @BeforeEach
  void open() {
    pods =
        new Table<>(
            "pod", p -> p.id().value(), new RecordFiles<>(root.resolve("p"), "pod", Pod.class));
    containers =
        new Table<>(
            "container",
            c -> c.id().value(),
            new RecordFiles<>(root.resolve("c"), "container", Container.class));
    InstantSource source = () -> now;
    events = new LifeEvents(pods, containers, source.withZone(ZoneOffset.UTC));
  }

  private Pod pod() {
    Pod ready = PodFixtures.ready("web");
    pods.insert(ready.in(new PodState.Creating()));
    return pods.update(ready.id().value(), each -> each.in(new PodState.Ready()));
  }

  private Container making(Pod pod) {
    Container container =
        new Container(
            ContainerId.random(),
            pod.id(),
            ContainerFixtures.spec("c"),
            new ImageUse("sha256:1", "sha256:1", ""),
            now,
            new ContainerState.Creating());
    containers.insert(container);
    return container;
  }

  private void move(Container container, ContainerState state) {
    containers.update(container.id().value(), each -> each.in(state));
  }

  private ContainerState.Exited exited() {
    return new ContainerState.Exited(now, now, 0, "Completed", "");
  }

  private static List<LifeEvent> take(LifeEvents.Listener listener, int count)
      throws InterruptedException {
    List<LifeEvent> taken = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      taken.add(listener.next());
    }
    return taken;
  }

  @Test
  void aWholeLifeIsToldInItsOrderWithTheStateOfEachMoment() throws Exception {
    LifeEvents.Listener listener = events.listen();
    Pod pod = pod();
    Container container = making(pod);
    move(container, new ContainerState.Created());
    move(container, new ContainerState.Starting());
    move(container, new ContainerState.Running(7, now));
    move(container, exited());
    pods.update(pod.id().value(), each -> each.in(new PodState.Stopping()));
    pods.update(pod.id().value(), each -> each.in(new PodState.Stopped()));
    move(container, new ContainerState.Removing(exited()));
    containers.remove(container.id().value());
    pods.update(pod.id().value(), each -> each.in(new PodState.Removing()));
    pods.remove(pod.id().value());

    List<LifeEvent> told = take(listener, 8);
    assertThat(told)
        .extracting(LifeEvent::kind)
        .containsExactly(
            Kind.CREATED,
            Kind.STARTED,
            Kind.CREATED,
            Kind.STARTED,
            Kind.STOPPED,
            Kind.STOPPED,
            Kind.DELETED,
            Kind.DELETED);
    String ofPod = pod.id().value();
    String ofContainer = container.id().value();
    assertThat(told)
        .extracting(LifeEvent::id)
        .containsExactly(
            ofPod, ofPod, ofContainer, ofContainer, ofContainer, ofPod, ofContainer, ofPod);
    assertThat(told)
        .extracting(LifeEvent::sequence)
        .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
    assertThat(told.get(3).containers())
        .singleElement()
        .matches(each -> each.state() instanceof ContainerState.Running);
    assertThat(told.get(4).containers())
        .singleElement()
        .matches(each -> each.state() instanceof ContainerState.Exited);
    assertThat(told.get(6).containers()).isEmpty();
    assertThat(told).allMatch(event -> event.pod() != null);
    assertThat(told.get(7).pod()).isNotNull().matches(each -> !each.ready());
  }

  @Test
  void whatCouldNotBeMadeWasNeverThere() throws Exception {
    LifeEvents.Listener listener = events.listen();
    Pod half = PodFixtures.ready("half").in(new PodState.Creating());
    pods.insert(half);
    pods.remove(half.id().value());
    Pod pod = pod();
    Container container = making(pod);
    move(container, new ContainerState.Removing(exited()));
    containers.remove(container.id().value());
    Container other = making(pod);
    move(other, new ContainerState.Created());

    assertThat(take(listener, 3))
        .extracting(LifeEvent::id)
        .containsExactly(pod.id().value(), pod.id().value(), other.id().value());
  }

  @Test
  void whoBeginsToListenIsToldOfTheLastSecondsToo() throws Exception {
    Pod old = pod();
    now = now.plus(LifeEvents.REPLAYED).plus(Duration.ofMillis(1));
    Pod young = pod();

    assertThat(take(events.listen(), 2))
        .extracting(LifeEvent::id)
        .containsOnly(young.id().value())
        .doesNotContain(old.id().value());
  }

  @Test
  void whoIsTooSlowIsToldHowMuchIsLost() throws Exception {
    LifeEvents.Listener listener = events.listen();
    Container container = making(pod());
    for (int i = 0; i < LifeEvents.KEPT; i++) {
      move(container, new ContainerState.Running(7, now));
      move(container, new ContainerState.Created());
    }

    // 2 of the pod and 1024 starts; the ring has the last 1024.
    assertThatThrownBy(listener::next)
        .isInstanceOf(ExhaustedException.class)
        .hasMessageContaining("2 events are lost")
        .hasMessageContaining("1026");
  }

  @Test
  void theEndIsToldToThoseWhoWait() {
    LifeEvents.Listener listener = events.listen();
    events.close();

    assertThatThrownBy(listener::next).isInstanceOf(UnavailableException.class);
  }

  @Test
  void everyListenerSeesTheSameOrderWhateverHappensAtOnce() throws Exception {
    int each = 100;
    LifeEvents.Listener one = events.listen();
    LifeEvents.Listener two = events.listen();
    Pod pod = pod();
    try (ExecutorService busy = Executors.newFixedThreadPool(4)) {
      for (int thread = 0; thread < 4; thread++) {
        busy.execute(() -> {
          for (int i = 0; i < each; i++) {
            Container container = making(pod);
            move(container, new ContainerState.Created());
            move(container, new ContainerState.Running(7, now));
          }
        });
      }
    }

    List<LifeEvent> told = take(one, 2 + 4 * each * 2);
    assertThat(take(two, told.size())).isEqualTo(told);
    assertThat(told).extracting(LifeEvent::sequence).isSorted().doesNotHaveDuplicates();
    for (LifeEvent event : told) {
      long sameBefore =
          told.stream()
              .filter(other -> other.id().equals(event.id()))
              .filter(other -> other.sequence() < event.sequence())
              .count();
      assertThat(sameBefore).isEqualTo(event.kind() == Kind.CREATED ? 0 : 1);
    }
  }
}
