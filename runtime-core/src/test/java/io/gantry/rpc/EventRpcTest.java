package io.gantry.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerEventResponse;
import io.gantry.api.cri.v1.ContainerEventType;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.GetEventsRequest;
import io.gantry.api.cri.v1.PodSandboxState;
import io.gantry.api.cri.v1.RuntimeServiceGrpc;
import io.gantry.api.cri.v1.VersionRequest;
import io.gantry.container.Container;
import io.gantry.container.ContainerId;
import io.gantry.container.ContainerState.Created;
import io.gantry.container.ContainerState.Creating;
import io.gantry.container.ContainerState.Running;
import io.gantry.container.ImageUse;
import io.gantry.pod.Pod;
import io.gantry.pod.PodId;
import io.gantry.pod.PodState;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stream of events, and what is told of calls. */
class EventRpcTest {

  @TempDir private Path directory;
  private TestServer server;
  private Pod pod;

  @BeforeEach
  void start() throws Exception {
    server = new TestServer(directory);
    pod =
        new Pod(
            PodId.random(),
            PodMessages.spec(Requests.pod(), "", FakeNode.PARENTS),
            FakePods.MADE,
            null,
            null,
            new PodState.Creating());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void ready() {
    server.podTable.insert(pod);
    server.podTable.update(pod.id().value(), each -> each.in(new PodState.Ready()));
  }

  private Container created() {
    ContainerId id = ContainerId.random();
    server.containerTable.insert(
        new Container(
            id,
            pod.id(),
            ContainerMessages.spec(
                Requests.container().toBuilder().putAnnotations("long", "x".repeat(10_000)).build(),
                pod),
            new ImageUse(FakeContainers.IMAGE_ID, FakeContainers.IMAGE_ID, ""),
            FakeContainers.MADE,
            new Creating()));
    return server.containerTable.update(id.value(), each -> each.in(new Created()));
  }

  private Iterator<ContainerEventResponse> listen() {
    return RuntimeServiceGrpc.newBlockingStub(server.channel)
        .withDeadlineAfter(20, TimeUnit.SECONDS)
        .getContainerEvents(GetEventsRequest.getDefaultInstance());
  }

  /** Also what happened a moment before: somebody may just have listed. */
  @Test
  void eachEventHasTheWholeStateAfterIt() {
    ready();
    Iterator<ContainerEventResponse> events = listen();
    Container container = created();
    server.containerTable.update(
        container.id().value(), each -> each.in(new Running(7, FakeContainers.MADE)));

    ContainerEventResponse made = events.next();
    assertThat(made.getContainerEventType()).isEqualTo(ContainerEventType.CONTAINER_CREATED_EVENT);
    assertThat(made.getContainerId()).isEqualTo(pod.id().value());
    assertThat(made.getPodSandboxStatus().getMetadata().getName()).isEqualTo("web-0");
    assertThat(made.getPodSandboxStatus().getState()).isEqualTo(PodSandboxState.SANDBOX_READY);
    assertThat(made.getContainersStatusesList()).isEmpty();
    assertThat(made.getCreatedAt()).isPositive();
    assertThat(events.next().getContainerEventType())
        .isEqualTo(ContainerEventType.CONTAINER_STARTED_EVENT);
    ContainerEventResponse born = events.next();
    assertThat(born.getContainerId()).isEqualTo(container.id().value());
    assertThat(born.getContainersStatuses(0).getState())
        .isEqualTo(ContainerState.CONTAINER_CREATED);
    ContainerEventResponse started = events.next();
    assertThat(started.getContainerEventType())
        .isEqualTo(ContainerEventType.CONTAINER_STARTED_EVENT);
    assertThat(started.getContainersStatuses(0).getState())
        .isEqualTo(ContainerState.CONTAINER_RUNNING);
    assertThat(started.getContainersStatuses(0).getUser().getLinux().getUid()).isEqualTo(1000);
  }

  @Test
  void aClientThatTakesTooLittleIsToldThatItLostEvents() throws Exception {
    ready();
    CompletableFuture<Status> end = new CompletableFuture<>();
    List<ContainerEventResponse> taken = new ArrayList<>();
    CompletableFuture<Boolean> first = new CompletableFuture<>();
    ClientCall<GetEventsRequest, ContainerEventResponse> call =
        server.channel.newCall(
            RuntimeServiceGrpc.getGetContainerEventsMethod(), CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(ContainerEventResponse message) {
            taken.add(message);
            first.complete(true);
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            end.complete(status);
          }
        },
        new Metadata());
    call.request(1);
    call.sendMessage(GetEventsRequest.getDefaultInstance());
    call.halfClose();
    first.get(20, TimeUnit.SECONDS);
    Container container = created();
    for (int i = 0; i < 3000; i++) {
      boolean even = i % 2 == 0;
      server.containerTable.update(
          container.id().value(),
          each -> each.in(even ? new Running(7, FakeContainers.MADE) : new Created()));
    }
    call.request(100_000);

    Status status = end.get(20, TimeUnit.SECONDS);
    assertThat(status.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(status.getDescription()).matches("[0-9]+ events are lost.*list pods.*again");
    assertThat(taken).hasSizeLessThan(1000);
    assertThat(taken).extracting(ContainerEventResponse::getCreatedAt).isSorted();
  }

  @Test
  void theEndOfTheDaemonEndsTheStreamAtOnce() {
    ready();
    Iterator<ContainerEventResponse> events = listen();
    events.next();
    events.next();
    long begin = System.nanoTime();
    CompletableFuture<Status> end =
        CompletableFuture.supplyAsync(() -> {
          try {
            events.next();
            return Status.OK;
          } catch (io.grpc.StatusRuntimeException e) {
            return e.getStatus();
          }
        });
    server.stopServing();

    assertThat(end.join().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(4));
  }

  @Test
  void callsAreToldWhenTheyComeAndHowTheyEnd() {
    var client = RuntimeServiceGrpc.newBlockingStub(server.channel);
    assertThat(client.version(VersionRequest.getDefaultInstance()).getRuntimeName())
        .isEqualTo("gantry");
    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(() ->
                client.containerStatus(
                    io.gantry.api.cri.v1.ContainerStatusRequest.newBuilder()
                        .setContainerId("ffff")
                        .build())))
        .isNotNull();

    assertThat(server.calls.lines)
        .containsExactly(
            "+RuntimeService/Version",
            "-RuntimeService/Version OK",
            "+RuntimeService/ContainerStatus",
            "-RuntimeService/ContainerStatus NOT_FOUND");
  }
}
