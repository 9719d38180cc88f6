package io.gantry.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.gantry.api.cri.v1.CgroupDriver;
import io.gantry.api.cri.v1.Container;
import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.ContainerStatus;
import io.gantry.api.cri.v1.ContainerStatusRequest;
import io.gantry.api.cri.v1.ContainerStatusResponse;
import io.gantry.api.cri.v1.CreateContainerRequest;
import io.gantry.api.cri.v1.ExecSyncRequest;
import io.gantry.api.cri.v1.ExecSyncResponse;
import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.LinuxContainerResources;
import io.gantry.api.cri.v1.ListContainersRequest;
import io.gantry.api.cri.v1.ListPodSandboxRequest;
import io.gantry.api.cri.v1.PodSandbox;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.api.cri.v1.PodSandboxFilter;
import io.gantry.api.cri.v1.PodSandboxState;
import io.gantry.api.cri.v1.PodSandboxStateValue;
import io.gantry.api.cri.v1.PodSandboxStatus;
import io.gantry.api.cri.v1.PodSandboxStatusRequest;
import io.gantry.api.cri.v1.PodSandboxStatusResponse;
import io.gantry.api.cri.v1.RemovePodSandboxRequest;
import io.gantry.api.cri.v1.ReopenContainerLogRequest;
import io.gantry.api.cri.v1.RunPodSandboxRequest;
import io.gantry.api.cri.v1.RuntimeCondition;
import io.gantry.api.cri.v1.RuntimeConfigRequest;
import io.gantry.api.cri.v1.RuntimeServiceGrpc;
import io.gantry.api.cri.v1.RuntimeServiceGrpc.RuntimeServiceBlockingStub;
import io.gantry.api.cri.v1.StartContainerRequest;
import io.gantry.api.cri.v1.StatusRequest;
import io.gantry.api.cri.v1.StatusResponse;
import io.gantry.api.cri.v1.StopContainerRequest;
import io.gantry.api.cri.v1.StopPodSandboxRequest;
import io.gantry.api.cri.v1.StreamPodSandboxesRequest;
import io.gantry.api.cri.v1.UpdateContainerResourcesRequest;
import io.gantry.api.cri.v1.UpdatePodSandboxResourcesRequest;
import io.gantry.api.cri.v1.VersionRequest;
import io.gantry.api.cri.v1.VersionResponse;
import io.gantry.container.ContainerId;
import io.gantry.pod.PodId;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client of the socket sees. */
class RuntimeRpcTest {

  @TempDir Path directory;

  private TestServer server;
  private RuntimeServiceBlockingStub client;

  @BeforeEach
  void serve() throws IOException {
    server = new TestServer(directory);
    client = RuntimeServiceGrpc.newBlockingStub(server.channel);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void versionFillsAllFourFields() {
    VersionResponse version = client.version(VersionRequest.getDefaultInstance());

    assertThat(version.getVersion()).isEqualTo("0.1.0");
    assertThat(version.getRuntimeName()).isEqualTo("gantry");
    assertThat(version.getRuntimeVersion()).isEqualTo("1.2.3");
    assertThat(version.getRuntimeApiVersion()).isEqualTo("v1");
  }

  @Test
  void statusTellsWhatIsMissing() {
    StatusResponse status = client.status(StatusRequest.newBuilder().setVerbose(true).build());

    assertThat(status.getStatus().getConditionsList())
        .extracting(RuntimeCondition::getType, RuntimeCondition::getStatus)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("RuntimeReady", true),
            org.assertj.core.groups.Tuple.tuple("NetworkReady", false));
    assertThat(status.getStatus().getConditions(1).getMessage()).contains("gantry0");
    assertThat(status.getRuntimeHandlers(0).getName()).isEmpty();
    assertThat(status.getRuntimeHandlers(0).getFeatures().getRecursiveReadOnlyMounts()).isTrue();
    assertThat(status.getRuntimeHandlers(1).getName()).isEqualTo("crun");
    assertThat(status.getFeatures().getSupplementalGroupsPolicy()).isTrue();
    assertThat(status.getInfoOrThrow("config")).isEqualTo("{\"root\":\"/somewhere\"}");
  }

  @Test
  void theCgroupDriverIsCgroupfs() {
    assertThat(
            client
                .runtimeConfig(RuntimeConfigRequest.getDefaultInstance())
                .getLinux()
                .getCgroupDriver())
        .isEqualTo(CgroupDriver.CGROUPFS);
  }

  @Test
  void theCgroupDriverIsSystemdWhereThatIsInUse() {
    FakeNode node = new FakeNode();
    node.parents = new CgroupParents(io.gantry.linux.cgroup.CgroupDriver.SYSTEMD, "/gantry.slice");
    assertThat(new RuntimeCalls(node).config().getLinux().getCgroupDriver())
        .isEqualTo(CgroupDriver.SYSTEMD);
  }

  @Test
  void aPodIsShownAsItWasAskedFor() {
    String id = runPod();

    PodSandboxStatusResponse response =
        client.podSandboxStatus(
            PodSandboxStatusRequest.newBuilder().setPodSandboxId(id).setVerbose(true).build());
    PodSandboxStatus status = response.getStatus();
    assertThat(status.getId()).isEqualTo(id);
    assertThat(status.getMetadata()).isEqualTo(Requests.pod().getMetadata());
    assertThat(status.getCreatedAt()).isEqualTo(1_700_000_000_123_456_789L);
    assertThat(status.getState()).isEqualTo(PodSandboxState.SANDBOX_READY);
    assertThat(status.getNetwork().getIp()).isEqualTo("10.88.0.5");
    assertThat(status.getNetwork().getAdditionalIps(0).getIp()).isEqualTo("fd00::5");
    assertThat(status.getLinux().getNamespaces().getOptions())
        .isEqualTo(Requests.pod().getLinux().getSecurityContext().getNamespaceOptions());
    assertThat(status.getLabelsMap()).containsEntry("app", "web");
    assertThat(response.getInfoOrThrow("info"))
        .contains(
            "\"pid\":0", "\"state\":\"ready\"", "\"netns\":\"/proc/1/fd/3\"", "\"name\":\"web-0\"");
  }

  @Test
  void listsAreFiltered() {
    String stopped = runPod();
    String ready = runPod();
    client.stopPodSandbox(StopPodSandboxRequest.newBuilder().setPodSandboxId(stopped).build());

    assertThat(pods(PodSandboxFilter.getDefaultInstance())).containsOnly(stopped, ready);
    assertThat(pods(inState(PodSandboxState.SANDBOX_READY))).containsOnly(ready);
    assertThat(pods(inState(PodSandboxState.SANDBOX_NOTREADY))).containsOnly(stopped);
    assertThat(pods(PodSandboxFilter.newBuilder().setId(ready.substring(0, 20)).build()))
        .containsOnly(ready);
    assertThat(pods(PodSandboxFilter.newBuilder().putLabelSelector("app", "x").build())).isEmpty();
    client.removePodSandbox(RemovePodSandboxRequest.newBuilder().setPodSandboxId(ready).build());
    assertThat(pods(PodSandboxFilter.getDefaultInstance())).containsOnly(stopped);
  }

  private void runPodsWithLongNotes(int count, int length) {
    PodSandboxConfig pod =
        Requests.pod().toBuilder().putAnnotations("long", "x".repeat(length)).build();
    for (int i = 0; i < count; i++) {
      server.pods.run(PodMessages.spec(pod, "", FakeNode.PARENTS));
    }
  }

  @Test
  void aLongListComesInParts() {
    runPodsWithLongNotes(40, 450_000);
    List<Integer> parts = new ArrayList<>();
    client
        .streamPodSandboxes(StreamPodSandboxesRequest.getDefaultInstance())
        .forEachRemaining(part -> {
          assertThat(part.getSerializedSize()).isLessThan(2 << 20);
          parts.add(part.getPodSandboxesCount());
        });

    assertThat(parts).hasSize(20).containsOnly(2);
  }

  @Test
  void aListThatNoMessageHoldsIsRefusedWithTheWayOut() {
    runPodsWithLongNotes(17, 1_000_000);
    Status status =
        failure(() -> client.listPodSandbox(ListPodSandboxRequest.getDefaultInstance()));

    assertThat(status.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(status.getDescription()).contains("16777216").contains("Stream");
  }

  @Test
  void aLogIsReopenedById() {
    String id = createContainer(runPod(), Requests.container());
    var _ =
        client.reopenContainerLog(
            ReopenContainerLogRequest.newBuilder().setContainerId(id).build());

    assertThat(server.containers.log.reopened).containsExactly(new ContainerId(id));
  }

  @Test
  void newLimitsReachTheContainerAndThePod() {
    String pod = runPod();
    String id = createContainer(pod, Requests.container());
    LinuxContainerResources limits =
        LinuxContainerResources.newBuilder()
            .setMemoryLimitInBytes(1 << 20)
            .putUnified("pids.max", "7")
            .build();
    var _ =
        client.updateContainerResources(
            UpdateContainerResourcesRequest.newBuilder()
                .setContainerId(id)
                .setLinux(limits)
                .build());
    assertThat(status(id).getResources().getLinux().getMemoryLimitInBytes()).isEqualTo(1 << 20);
    var _ =
        client.updatePodSandboxResources(
            UpdatePodSandboxResourcesRequest.newBuilder()
                .setPodSandboxId(pod)
                .setResources(limits)
                .build());
    assertThat(server.pods.sizes)
        .extractingByKey(new PodId(pod))
        .satisfies(size -> assertThat(size.resources().pids()).hasValue(7));
  }

  @Test
  void aContainerGoesThroughItsLife() {
    String id = createContainer(runPod(), Requests.container());
    assertThat(status(id).getState()).isEqualTo(ContainerState.CONTAINER_CREATED);
    client.startContainer(StartContainerRequest.newBuilder().setContainerId(id).build());
    assertThat(status(id).getState()).isEqualTo(ContainerState.CONTAINER_RUNNING);
    assertThat(status(id).getStartedAt()).isEqualTo(1_700_000_002_000_000_005L);
    client.stopContainer(
        StopContainerRequest.newBuilder().setContainerId(id).setTimeout(7).build());

    ContainerStatus status = status(id);
    assertThat(status.getState()).isEqualTo(ContainerState.CONTAINER_EXITED);
    assertThat(status.getExitCode()).isEqualTo(137);
    assertThat(status.getFinishedAt()).isEqualTo(1_700_000_003_000_000_005L);
    assertThat(status.getReason()).isEqualTo("Error");
    assertThat(status.getMessage()).isEqualTo("killed");
    assertThat(server.containers.log.stops).containsExactly(Duration.ofSeconds(7));
  }

  @Test
  void whatKubeletVerifiesIsNeverEmpty() {
    String id = createContainer(runPod(), Requests.container());

    ContainerStatus status = status(id);
    assertThat(status.getId()).isEqualTo(id);
    assertThat(status.getMetadata().getName()).isEqualTo("main");
    assertThat(status.getCreatedAt()).isEqualTo(1_700_000_001_000_000_005L);
    assertThat(status.getImage().getImage()).isEqualTo("example.org/tool:1");
    assertThat(status.getImageRef()).startsWith("example.org/tool@sha256:");
    assertThat(status.getImageId()).isEqualTo(FakeContainers.IMAGE_ID);
    assertThat(status.getLogPath()).isEqualTo("/var/log/pods/web-0/main/0.log");
    assertThat(status.getResources().getLinux().getCpuShares()).isEqualTo(512);
    assertThat(status.getUser().getLinux().getUid()).isEqualTo(1000);
    assertThat(status.getUser().getLinux().getSupplementalGroupsList()).containsExactly(100L, 7L);
    Container row =
        client.listContainers(ListContainersRequest.getDefaultInstance()).getContainers(0);
    assertThat(row.getId()).isEqualTo(id);
    assertThat(row.getImageRef()).isEqualTo(status.getImageRef());
  }

  @Test
  void aVerboseStatusShowsPidAndConfiguration() {
    String id = createContainer(runPod(), Requests.container());
    client.startContainer(StartContainerRequest.newBuilder().setContainerId(id).build());

    ContainerStatusResponse response =
        client.containerStatus(
            ContainerStatusRequest.newBuilder().setContainerId(id).setVerbose(true).build());

    assertThat(response.getInfoOrThrow("info"))
        .contains(
            "\"pid\":4242", "\"cpuShares\":512", "\"runtimeSpec\":{\"ociVersion\":\"1.2.0\"}");
  }

  @Test
  void execSyncReturnsOutputAndCode() {
    String id = createContainer(runPod(), Requests.container());
    ExecSyncResponse response = client.execSync(exec(id, "echo", "hi").setTimeout(3).build());

    assertThat(response.getStdout()).isEqualTo(ByteString.copyFromUtf8("echo hi"));
    assertThat(response.getExitCode()).isEqualTo(3);
    assertThat(server.containers.log.execs).containsExactly(Duration.ofSeconds(3));
  }

  @Test
  void outputBeyondOneMessageIsCut() {
    String id = createContainer(runPod(), Requests.container());
    ExecSyncResponse response = client.execSync(exec(id, "flood").build());

    assertThat(response.getStdout().size()).isEqualTo(ContainerAnswers.MOST_OUTPUT);
    assertThat(response.getStderr().toStringUtf8()).contains("output is missing");
    assertThat(response.getSerializedSize()).isLessThan(16 << 20);
  }

  @Test
  void anUnknownIdIsNotFound() {
    assertThat(
            failure(() ->
                client.podSandboxStatus(
                    PodSandboxStatusRequest.newBuilder().setPodSandboxId("abc").build())))
        .satisfies(status -> assertThat(status.getCode()).isEqualTo(Status.Code.NOT_FOUND))
        .satisfies(
            status -> assertThat(status.getDescription()).isEqualTo("no pod abc; list the pods"));
  }

  @Test
  void aBadRequestNamesTheField() {
    assertThat(failure(() -> client.runPodSandbox(RunPodSandboxRequest.getDefaultInstance())))
        .hasToString(invalid("config is missing"));
    assertThat(
            failure(() ->
                client.stopContainer(
                    StopContainerRequest.newBuilder().setContainerId("a").setTimeout(-1).build())))
        .hasToString(invalid("timeout is -1; give zero or more"));
    assertThat(failure(() -> client.execSync(exec("a").build())))
        .hasToString(invalid("cmd is missing"));
    assertThat(
            failure(() ->
                client.runPodSandbox(
                    RunPodSandboxRequest.newBuilder()
                        .setConfig(Requests.pod())
                        .setRuntimeHandler("kata")
                        .build())))
        .hasToString(
            invalid(
                "runtime_handler is kata, which is not configured; leave it empty or give one of"
                    + " [crun]"));
  }

  @Test
  void theUnforeseenIsInternalWithAnIdForTheLog() {
    String id = createContainer(runPod(), Requests.container());
    Status status = failure(() -> client.execSync(exec(id, "throw").build()));

    assertThat(status.getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(status.getDescription())
        .matches("boom; the daemon's log has more under id=[0-9a-f]{8}");
  }

  @Test
  void whatIsNotThereYetSaysSoWithItsName() {
    List<String> missing = List.of("CheckpointContainer", "CheckpointPod", "RestorePod");
    for (MethodDescriptor<?, ?> method : RuntimeServiceGrpc.getServiceDescriptor().getMethods()) {
      if (method.equals(RuntimeServiceGrpc.getGetContainerEventsMethod())) {
        continue; // It is there, and has no end.
      }
      Status status = answerToNothing(method);
      String name = method.getBareMethodName();
      assertThat(status.getCode() == Status.Code.UNIMPLEMENTED)
          .as("%s answers %s", name, status)
          .isEqualTo(missing.contains(name));
      if (missing.contains(name)) {
        assertThat(status.getDescription()).contains(name);
      }
    }
  }

  private <Q, A> Status answerToNothing(MethodDescriptor<Q, A> method) {
    Q nothing = method.parseRequest(new java.io.ByteArrayInputStream(new byte[0]));
    try {
      ClientCalls.blockingServerStreamingCall(server.channel, method, CallOptions.DEFAULT, nothing)
          .forEachRemaining(answer -> {});
      return Status.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus();
    }
  }

  private static String invalid(String text) {
    return Status.INVALID_ARGUMENT.withDescription(text).toString();
  }

  private static Status failure(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return catchThrowableOfType(StatusRuntimeException.class, call).getStatus();
  }

  @Test
  void whatCameBesideTheImagesNameGoesBack() {
    ImageSpec image =
        ImageSpec.newBuilder()
            .setImage(FakeContainers.IMAGE_ID)
            .putAnnotations("note", "any")
            .setUserSpecifiedImage("tool")
            .setRuntimeHandler("special")
            .build();
    String id = createContainer(runPod(), Requests.container().toBuilder().setImage(image).build());

    ImageSpec status =
        client
            .containerStatus(ContainerStatusRequest.newBuilder().setContainerId(id).build())
            .getStatus()
            .getImage();
    ImageSpec row =
        client
            .listContainers(ListContainersRequest.getDefaultInstance())
            .getContainers(0)
            .getImage();

    assertThat(List.of(status, row)).containsOnly(image);
  }

  private String runPod() {
    return client
        .runPodSandbox(RunPodSandboxRequest.newBuilder().setConfig(Requests.pod()).build())
        .getPodSandboxId();
  }

  private String createContainer(String pod, ContainerConfig config) {
    return client
        .createContainer(
            CreateContainerRequest.newBuilder().setPodSandboxId(pod).setConfig(config).build())
        .getContainerId();
  }

  private ContainerStatus status(String id) {
    return client
        .containerStatus(ContainerStatusRequest.newBuilder().setContainerId(id).build())
        .getStatus();
  }

  private static ExecSyncRequest.Builder exec(String id, String... words) {
    return ExecSyncRequest.newBuilder().setContainerId(id).addAllCmd(List.of(words));
  }

  private static PodSandboxFilter inState(PodSandboxState state) {
    return PodSandboxFilter.newBuilder()
        .setState(PodSandboxStateValue.newBuilder().setState(state))
        .build();
  }

  private List<String> pods(PodSandboxFilter filter) {
    return client
        .listPodSandbox(ListPodSandboxRequest.newBuilder().setFilter(filter).build())
        .getItemsList()
        .stream()
        .map(PodSandbox::getId)
        .toList();
  }
}
