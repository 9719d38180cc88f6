package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.ListContainersRequest;
import io.gantry.api.cri.v1.ListPodSandboxRequest;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.api.cri.v1.PullImageRequest;
import io.gantry.api.cri.v1.VersionRequest;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.AnyCall;
import io.gantry.conformance.harness.Differs;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Requests that no runtime can do anything with: each is answered, nothing comes of it, and the
 * runtime goes on. In which words is each runtime's own matter.
 */
class NonsenseIT {

  /** What a client gets when a runtime crashed, hangs or does not know what went wrong. */
  private static final Set<Status.Code> NO_ANSWER =
      Set.of(
          Status.Code.DEADLINE_EXCEEDED,
          Status.Code.UNAVAILABLE,
          Status.Code.CANCELLED,
          Status.Code.INTERNAL,
          Status.Code.DATA_LOSS);

  /** To end what is not there is no failure. */
  private static final Set<String> FORGIVING =
      Set.of("StopPodSandbox", "RemovePodSandbox", "StopContainer", "RemoveContainer");

  private static final String UNKNOWN = "0123456789abcdef".repeat(4);

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  @AfterEach
  void itGoesOn() {
    assertThat(
            runtime
                .client()
                .runtime()
                .version(VersionRequest.getDefaultInstance())
                .getRuntimeApiVersion())
        .isEqualTo("v1");
  }

  @TestFactory
  Stream<DynamicTest> anEmptyRequestIsAnswered() {
    return AnyCall.all().stream()
        .map(call ->
            DynamicTest.dynamicTest(
                call.name(), () -> assertThat(code(call, call.nothing())).isNotIn(NO_ANSWER)));
  }

  private static Status.Code code(AnyCall call, Message request) {
    return call.answer(runtime.client(), request).getCode();
  }

  @TestFactory
  Stream<DynamicTest> anIdThatNobodyHasIsAnswered() {
    return Stream.of(UNKNOWN, "0", "..", "../../etc", "%s%n", "ü", " ")
        .flatMap(id -> callsWithId(id, " of '" + id + "'"));
  }

  @TestFactory
  @Differs(
      runtime = "containerd",
      why = "it repeats the id in an answer that is too long for a client",
      cases = {
        "StopPodSandbox",
        "CreateContainer",
        "StartContainer",
        "StopContainer",
        "ContainerStatus",
        "ReopenContainerLog",
        "ExecSync",
        "Exec",
        "PortForward",
        "PodSandboxStats"
      })
  Stream<DynamicTest> aLongIdThatNobodyHasIsAnswered() {
    return callsWithId("x".repeat(100_000), "");
  }

  private static Stream<DynamicTest> callsWithId(String id, String suffix) {
    return AnyCall.all().stream()
        .filter(call -> call.id().isPresent())
        .map(call ->
            DynamicTest.dynamicTest(
                call.name() + suffix,
                () -> {
                  Message request =
                      call.nothing().toBuilder().setField(call.id().orElseThrow(), id).build();
                  Status.Code code = code(call, request);
                  assertThat(code).isNotIn(NO_ANSWER);
                  if (!FORGIVING.contains(call.name())) {
                    assertThat(code).isNotEqualTo(Status.Code.OK);
                  }
                }));
  }

  @TestFactory
  Stream<DynamicTest> aReferenceThatIsNoneIsNotPulled() {
    return Stream.of(
            "",
            " ",
            "example.org/UPPER",
            "two:colons:here",
            "a//b",
            "/leading",
            "trailing/",
            "name:",
            "name@",
            "name@sha256:short",
            "name@sha999:" + "0".repeat(64),
            "https://example.org/name",
            "spaces in it",
            "bücher",
            "../../etc/passwd",
            "-dash",
            "name:tag/with/slashes:",
            "a".repeat(5000))
        .map(reference ->
            DynamicTest.dynamicTest(
                "'" + reference.substring(0, Math.min(reference.length(), 40)) + "'",
                () -> {
                  ImageSpec image = ImageSpec.newBuilder().setImage(reference).build();
                  PullImageRequest pull = PullImageRequest.newBuilder().setImage(image).build();
                  assertThatThrownBy(() -> runtime.client().images().pullImage(pull))
                      .isInstanceOfSatisfying(
                          StatusRuntimeException.class,
                          e -> assertThat(e.getStatus().getCode()).isNotIn(NO_ANSWER));
                }));
  }

  private static final Map<String, Consumer<PodSandboxConfig.Builder>> PODS =
      Map.of(
          "without metadata",
          PodSandboxConfig.Builder::clearMetadata,
          "without a name",
          pod -> pod.getMetadataBuilder().clearName());

  @TestFactory
  @Differs(
      runtime = "containerd",
      why = "it takes an empty name",
      cases = {"without a name"})
  Stream<DynamicTest> aPodIsNotMade() {
    return PODS.entrySet().stream()
        .map(wrong ->
            DynamicTest.dynamicTest(
                wrong.getKey(),
                () -> {
                  PodSandboxConfig.Builder pod = runtime.draft("bad");
                  wrong.getValue().accept(pod);
                  int before = countOfPods();
                  assertThatThrownBy(() -> TestPod.run(runtime.client(), pod.build()))
                      .isInstanceOf(StatusRuntimeException.class);
                  assertThat(countOfPods()).isEqualTo(before);
                }));
  }

  private static int countOfPods() {
    return runtime
        .client()
        .runtime()
        .listPodSandbox(ListPodSandboxRequest.getDefaultInstance())
        .getItemsCount();
  }

  private static final Map<String, Consumer<ContainerConfig.Builder>> CONTAINERS =
      Map.of(
          "without metadata", ContainerConfig.Builder::clearMetadata,
          "without a name", container -> container.getMetadataBuilder().clearName(),
          "without an image", ContainerConfig.Builder::clearImage,
          "of an image that is not here",
              container -> container.getImageBuilder().setImage("example.org/nobody/has:this"),
          "with a mount without a path",
              container -> container.addMountsBuilder().setHostPath("/tmp"));

  @TestFactory
  @Differs(
      runtime = "containerd",
      why = "it takes an empty name",
      cases = {"without a name"})
  Stream<DynamicTest> aContainerIsNotMade() {
    return CONTAINERS.entrySet().stream()
        .map(wrong ->
            DynamicTest.dynamicTest(
                wrong.getKey(),
                () -> {
                  TestPod pod = runtime.pod("whole");
                  ContainerConfig.Builder container = Drafts.script("bad", runtime.image(), "true");
                  wrong.getValue().accept(container);
                  assertThatThrownBy(() -> pod.create(container).start())
                      .isInstanceOf(StatusRuntimeException.class);
                  assertThat(
                          runtime
                              .client()
                              .runtime()
                              .listContainers(ListContainersRequest.getDefaultInstance())
                              .getContainersList())
                      .noneMatch(row ->
                          row.getPodSandboxId().equals(pod.id())
                              && row.getState() == ContainerState.CONTAINER_RUNNING);
                  pod.remove();
                }));
  }
}
