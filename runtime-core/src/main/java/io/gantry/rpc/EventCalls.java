package io.gantry.rpc;

import io.gantry.api.cri.v1.ContainerEventResponse;
import io.gantry.api.cri.v1.ContainerEventType;
import io.gantry.api.cri.v1.ContainerStatus;
import io.gantry.container.Container;
import io.gantry.error.GantryException;
import io.gantry.event.LifeEvent;
import io.gantry.event.LifeEvents;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/** GetContainerEvents: a thread for each client, which goes as fast as the client takes. */
final class EventCalls {

  private static final String NAME = "runtime.v1.RuntimeService/GetContainerEvents";

  private final LifeEvents events;
  private final Function<Container, ContainerStatus> status;

  EventCalls(LifeEvents events, Function<Container, ContainerStatus> status) {
    this.events = events;
    this.status = status;
  }

  /** Tells until the client hangs up, has lost events, or the daemon stops. */
  void stream(StreamObserver<ContainerEventResponse> observer) {
    ServerCallStreamObserver<ContainerEventResponse> call =
        (ServerCallStreamObserver<ContainerEventResponse>) observer;
    LifeEvents.Listener listener = events.listen();
    Semaphore readiness = new Semaphore(0);
    Thread teller =
        Thread.ofVirtual().name("events").unstarted(() -> tell(call, listener, readiness));
    call.setOnReadyHandler(readiness::release);
    call.setOnCancelHandler(teller::interrupt);
    teller.start();
  }

  private void tell(
      ServerCallStreamObserver<ContainerEventResponse> call,
      LifeEvents.Listener listener,
      Semaphore readiness) {
    try {
      while (true) {
        // What the client does not take stays in the ring, where all find it, and not here.
        while (!call.isReady()) {
          readiness.acquire();
        }
        readiness.drainPermits();
        call.onNext(message(listener.next()));
      }
    } catch (InterruptedException e) {
      // The client has hung up.
      Thread.currentThread().interrupt();
    } catch (GantryException e) {
      call.onError(Failures.status(NAME, e).asRuntimeException());
    } catch (RuntimeException e) {
      if (!call.isCancelled()) {
        call.onError(Failures.status(NAME, e).asRuntimeException());
      }
    }
  }

  private ContainerEventResponse message(LifeEvent event) {
    ContainerEventResponse.Builder message =
        ContainerEventResponse.newBuilder()
            .setContainerId(event.id())
            .setContainerEventType(type(event.kind()))
            .setCreatedAt(Times.nanoseconds(event.at()));
    if (event.pod() != null) {
      message.setPodSandboxStatus(PodMessages.status(event.pod()));
    }
    event.containers().forEach(each -> message.addContainersStatuses(status.apply(each)));
    return message.build();
  }

  private static ContainerEventType type(LifeEvent.Kind kind) {
    return switch (kind) {
      case CREATED -> ContainerEventType.CONTAINER_CREATED_EVENT;
      case STARTED -> ContainerEventType.CONTAINER_STARTED_EVENT;
      case STOPPED -> ContainerEventType.CONTAINER_STOPPED_EVENT;
      case DELETED -> ContainerEventType.CONTAINER_DELETED_EVENT;
    };
  }
}
