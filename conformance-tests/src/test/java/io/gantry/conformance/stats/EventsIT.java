package io.gantry.conformance.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerEventResponse;
import io.gantry.api.cri.v1.ContainerEventType;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.GetEventsRequest;
import io.gantry.api.cri.v1.PodSandboxState;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.AboutGantry;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.grpc.Context;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The events of a real life, as kubelet takes them. */
@AboutGantry
class EventsIT {

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  /** The events of one pod and its containers, the first so many. */
  private static List<ContainerEventResponse> eventsOf(TestPod pod, int count) {
    List<ContainerEventResponse> taken = new ArrayList<>();
    try (Context.CancellableContext listening = Context.current().withCancellation()) {
      listening.run(() -> {
        Iterator<ContainerEventResponse> events =
            runtime.client().runtime().getContainerEvents(GetEventsRequest.getDefaultInstance());
        while (taken.size() < count) {
          ContainerEventResponse event = events.next();
          if (event.getPodSandboxStatus().getId().equals(pod.id())) {
            taken.add(event);
          }
        }
      });
    }
    return taken;
  }

  /** The client lists, and only then listens: it must not have missed what was in between. */
  @Test
  void whoListsAndThenListensMissesNothing() throws Exception {
    TestPod pod = runtime.pod("told");
    TestContainer container = pod.start(Drafts.script("main", runtime.image(), "exit 3"));
    container.ended();
    pod.stop();
    pod.remove();

    List<ContainerEventResponse> events = eventsOf(pod, 8);
    assertThat(events)
        .extracting(ContainerEventResponse::getContainerEventType)
        .containsExactly(
            ContainerEventType.CONTAINER_CREATED_EVENT,
            ContainerEventType.CONTAINER_STARTED_EVENT,
            ContainerEventType.CONTAINER_CREATED_EVENT,
            ContainerEventType.CONTAINER_STARTED_EVENT,
            ContainerEventType.CONTAINER_STOPPED_EVENT,
            ContainerEventType.CONTAINER_STOPPED_EVENT,
            ContainerEventType.CONTAINER_DELETED_EVENT,
            ContainerEventType.CONTAINER_DELETED_EVENT);
    assertThat(events).extracting(ContainerEventResponse::getCreatedAt).isSorted();
    assertThat(events)
        .extracting(ContainerEventResponse::getContainerId)
        .containsExactly(
            pod.id(),
            pod.id(),
            container.id(),
            container.id(),
            container.id(),
            pod.id(),
            container.id(),
            pod.id());
    ContainerEventResponse ended = events.get(4);
    assertThat(ended.getContainersStatuses(0).getState())
        .isEqualTo(ContainerState.CONTAINER_EXITED);
    assertThat(ended.getContainersStatuses(0).getExitCode()).isEqualTo(3);
    assertThat(ended.getPodSandboxStatus().getState()).isEqualTo(PodSandboxState.SANDBOX_READY);
    assertThat(ended.getPodSandboxStatus().getNetwork().getIp()).isNotEmpty();
    assertThat(events.get(5).getPodSandboxStatus().getState())
        .isEqualTo(PodSandboxState.SANDBOX_NOTREADY);
  }

  @Test
  void whoListensHearsOfWhatComes() throws Exception {
    try (Context.CancellableContext listening = Context.current().withCancellation()) {
      listening.run(() -> {
        Iterator<ContainerEventResponse> events =
            runtime.client().runtime().getContainerEvents(GetEventsRequest.getDefaultInstance());
        try {
          TestPod pod = runtime.pod("coming");
          ContainerEventResponse event = events.next();
          while (!event.getContainerId().equals(pod.id())) {
            event = events.next();
          }
          assertThat(event.getPodSandboxStatus().getMetadata().getName()).isEqualTo("coming");
        } catch (java.io.IOException e) {
          throw new java.io.UncheckedIOException(e);
        }
      });
    }
  }
}
