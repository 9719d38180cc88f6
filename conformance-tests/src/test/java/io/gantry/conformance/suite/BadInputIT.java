package io.gantry.conformance.suite;

import static io.gantry.conformance.harness.Refusals.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.ContainerStatusRequest;
import io.gantry.api.cri.v1.CreateContainerRequest;
import io.gantry.api.cri.v1.ExecSyncRequest;
import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.LinuxContainerResources;
import io.gantry.api.cri.v1.ListPodSandboxRequest;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.api.cri.v1.PodSandboxStatusRequest;
import io.gantry.api.cri.v1.PullImageRequest;
import io.gantry.api.cri.v1.RunPodSandboxRequest;
import io.gantry.api.cri.v1.StartContainerRequest;
import io.gantry.api.cri.v1.StopContainerRequest;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.AboutGantry;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.grpc.Status.Code;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Requests that make no sense are refused, and the answer names the field. */
@AboutGantry
class BadInputIT {

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private static final String UNKNOWN = "0123456789abcdef".repeat(4);

  /** A draft, made wrong in one place. */
  private record Wrong<T>(String field, Consumer<T> change) {}

  @TestFactory
  Stream<DynamicTest> aPodWithABadField() {
    List<Wrong<PodSandboxConfig.Builder>> table =
        List.of(
            new Wrong<>("metadata", PodSandboxConfig.Builder::clearMetadata),
            new Wrong<>("name", pod -> pod.getMetadataBuilder().clearName()),
            new Wrong<>("namespace", pod -> pod.getMetadataBuilder().clearNamespace()),
            new Wrong<>("uid", pod -> pod.getMetadataBuilder().clearUid()),
            new Wrong<>("log_directory", pod -> pod.setLogDirectory("relative/logs")),
            new Wrong<>("hostname", pod -> pod.setHostname("not a hostname/")));
    return table.stream()
        .map(wrong ->
            DynamicTest.dynamicTest(
                wrong.field(),
                () -> {
                  PodSandboxConfig.Builder pod = runtime.draft("bad");
                  wrong.change().accept(pod);
                  assertThat(refusal(Code.INVALID_ARGUMENT, () -> run(pod)))
                      .contains(wrong.field());
                  assertThat(pods()).isEmpty();
                }));
  }

  private static void run(PodSandboxConfig.Builder pod) {
    TestPod.run(runtime.client(), pod.build());
  }

  private static List<?> pods() {
    return runtime
        .client()
        .runtime()
        .listPodSandbox(ListPodSandboxRequest.getDefaultInstance())
        .getItemsList();
  }

  @TestFactory
  Stream<DynamicTest> aContainerWithABadField() {
    List<Wrong<ContainerConfig.Builder>> table =
        List.of(
            new Wrong<>("metadata", ContainerConfig.Builder::clearMetadata),
            new Wrong<>("name", container -> container.getMetadataBuilder().clearName()),
            new Wrong<>("image", ContainerConfig.Builder::clearImage),
            new Wrong<>("log_path", container -> container.setLogPath("/absolute.log")),
            new Wrong<>("log_path", container -> container.setLogPath("../outside.log")),
            new Wrong<>("working_dir", container -> container.setWorkingDir("relative")),
            new Wrong<>(
                "container_path", container -> container.addMountsBuilder().setHostPath("/tmp")),
            new Wrong<>(
                "memory_limit_in_bytes",
                container -> resources(container).setMemoryLimitInBytes(-5)),
            new Wrong<>("cpu_period", container -> resources(container).setCpuPeriod(-5)),
            new Wrong<>("cpu_shares", container -> resources(container).setCpuShares(-5)));
    return table.stream()
        .map(wrong ->
            DynamicTest.dynamicTest(
                wrong.field(),
                () -> {
                  TestPod pod = runtime.pod("bad");
                  ContainerConfig.Builder container = Drafts.script("bad", runtime.image(), "true");
                  wrong.change().accept(container);
                  assertThat(refusal(Code.INVALID_ARGUMENT, () -> pod.create(container)))
                      .contains(wrong.field());
                  pod.remove();
                }));
  }

  private static LinuxContainerResources.Builder resources(ContainerConfig.Builder container) {
    return container.getLinuxBuilder().getResourcesBuilder();
  }

  @TestFactory
  Stream<DynamicTest> anIdThatNobodyKnows() {
    var client = runtime.client();
    PodSandboxConfig pod = Drafts.pod("x").build();
    return Stream.of(
        unknown(
            "PodSandboxStatus",
            () ->
                client
                    .runtime()
                    .podSandboxStatus(
                        PodSandboxStatusRequest.newBuilder().setPodSandboxId(UNKNOWN).build())),
        unknown(
            "CreateContainer",
            () ->
                client
                    .runtime()
                    .createContainer(
                        CreateContainerRequest.newBuilder()
                            .setPodSandboxId(UNKNOWN)
                            .setSandboxConfig(pod)
                            .setConfig(Drafts.script("x", runtime.image(), "true"))
                            .build())),
        unknown(
            "StartContainer",
            () ->
                client
                    .runtime()
                    .startContainer(
                        StartContainerRequest.newBuilder().setContainerId(UNKNOWN).build())),
        unknown(
            "ContainerStatus",
            () ->
                client
                    .runtime()
                    .containerStatus(
                        ContainerStatusRequest.newBuilder().setContainerId(UNKNOWN).build())),
        unknown(
            "ExecSync",
            () ->
                client
                    .runtime()
                    .execSync(
                        ExecSyncRequest.newBuilder()
                            .setContainerId(UNKNOWN)
                            .addCmd("true")
                            .build())));
  }

  private static DynamicTest unknown(String rpc, ThrowingCallable call) {
    return DynamicTest.dynamicTest(
        rpc, () -> assertThat(refusal(Code.NOT_FOUND, call)).contains(UNKNOWN.substring(0, 12)));
  }

  @TestFactory
  Stream<DynamicTest> otherNonsense() {
    var client = runtime.client();
    return Stream.of(
        invalid(
            "no configuration at all",
            "config",
            () -> client.runtime().runPodSandbox(RunPodSandboxRequest.getDefaultInstance())),
        invalid(
            "a bad image reference",
            "image",
            () -> client.images().pullImage(pull("UPPER/case:and:colons"))),
        invalid(
            "no image reference",
            "image",
            () -> client.images().pullImage(PullImageRequest.getDefaultInstance())),
        invalid(
            "a negative grace period",
            "timeout",
            () ->
                client
                    .runtime()
                    .stopContainer(
                        StopContainerRequest.newBuilder()
                            .setContainerId(UNKNOWN)
                            .setTimeout(-1)
                            .build())),
        invalid(
            "no command",
            "cmd",
            () ->
                client
                    .runtime()
                    .execSync(ExecSyncRequest.newBuilder().setContainerId(UNKNOWN).build())),
        invalid(
            "a negative timeout",
            "timeout",
            () ->
                client
                    .runtime()
                    .execSync(
                        ExecSyncRequest.newBuilder()
                            .setContainerId(UNKNOWN)
                            .addCmd("true")
                            .setTimeout(-1)
                            .build())));
  }

  private static PullImageRequest pull(String image) {
    return PullImageRequest.newBuilder().setImage(ImageSpec.newBuilder().setImage(image)).build();
  }

  private static DynamicTest invalid(String name, String field, ThrowingCallable call) {
    return DynamicTest.dynamicTest(
        name, () -> assertThat(refusal(Code.INVALID_ARGUMENT, call)).contains(field));
  }
}
