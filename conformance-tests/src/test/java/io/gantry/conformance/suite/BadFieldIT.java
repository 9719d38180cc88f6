package io.gantry.conformance.suite;

import static io.gantry.conformance.harness.Refusals.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.ImageStatusRequest;
import io.gantry.api.cri.v1.KeyValue;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.api.cri.v1.PullImageRequest;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.AboutGantry;
import io.gantry.conformance.harness.AnyCall;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A refusal is of use to a person: it has the code that says whose fault it is, names the field by
 * its path and what is wrong with it, and is short whatever came in.
 */
@AboutGantry
class BadFieldIT {

  private static final int LONGEST_WORDS = 8192;

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private static void assertRefused(Status status, Code code, String word) {
    assertThat(status.getCode()).as(status.toString()).isEqualTo(code);
    assertThat(status.getDescription()).contains(word).hasSizeLessThan(LONGEST_WORDS);
  }

  /** Calls that are there: what is not says UNIMPLEMENTED, and is tested by that. */
  private static Stream<AnyCall> callsWithId() {
    return AnyCall.all().stream()
        .filter(call -> call.id().isPresent())
        .filter(
            call -> call.answer(runtime.client(), call.nothing()).getCode() != Code.UNIMPLEMENTED);
  }

  private static Message asking(AnyCall call, String id) {
    return call.nothing().toBuilder().setField(call.id().orElseThrow(), id).build();
  }

  @TestFactory
  Stream<DynamicTest> anEmptyIdIsMissing() {
    return callsWithId()
        .map(call ->
            DynamicTest.dynamicTest(
                call.name(),
                () ->
                    assertRefused(
                        call.answer(runtime.client(), asking(call, "")),
                        Code.INVALID_ARGUMENT,
                        call.id().orElseThrow().getName())));
  }

  @TestFactory
  Stream<DynamicTest> anIdWithANulIsNone() {
    return callsWithId()
        .map(call ->
            DynamicTest.dynamicTest(
                call.name(),
                () ->
                    assertRefused(
                        call.answer(runtime.client(), asking(call, "a\0b")),
                        Code.INVALID_ARGUMENT,
                        call.id().orElseThrow().getName())));
  }

  private record Wrong<T>(String name, String field, Consumer<T> change) {}

  private static final List<Wrong<PodSandboxConfig.Builder>> PODS =
      List.of(
          new Wrong<>("NUL in name", "name", pod -> pod.getMetadataBuilder().setName("a\0b")),
          new Wrong<>(
              "NUL in namespace", "namespace", pod -> pod.getMetadataBuilder().setNamespace("a\0")),
          new Wrong<>("long hostname", "hostname", pod -> pod.setHostname("h".repeat(65))),
          new Wrong<>("hostname with a NUL", "hostname", pod -> pod.setHostname("a\0b")),
          new Wrong<>("hostname of two lines", "hostname", pod -> pod.setHostname("a\nb")),
          new Wrong<>("relative logs", "log_directory", pod -> pod.setLogDirectory("logs")),
          new Wrong<>("logs with a NUL", "log_directory", pod -> pod.setLogDirectory("/a\0b")),
          new Wrong<>(
              "server of two lines",
              "servers",
              pod -> pod.getDnsConfigBuilder().addServers("10.0.0.1\nsearch evil")),
          new Wrong<>(
              "search of two lines",
              "searches",
              pod -> pod.getDnsConfigBuilder().addSearches("a\nnameserver 10.0.0.1")),
          new Wrong<>(
              "sysctl with dots and slashes",
              "sysctl",
              pod -> pod.getLinuxBuilder().putSysctls("net/../kernel/panic", "1")));

  @TestFactory
  Stream<DynamicTest> aPodWithABadField() {
    return PODS.stream()
        .map(wrong ->
            DynamicTest.dynamicTest(
                wrong.name(),
                () -> {
                  PodSandboxConfig.Builder pod = runtime.draft("bad");
                  wrong.change().accept(pod);
                  assertThat(
                          refusal(
                              Code.INVALID_ARGUMENT,
                              () -> TestPod.run(runtime.client(), pod.build())))
                      .contains(wrong.field())
                      .hasSizeLessThan(LONGEST_WORDS);
                }));
  }

  private static KeyValue.Builder variable(String key, String value) {
    return KeyValue.newBuilder().setKey(key).setValue(ByteString.copyFromUtf8(value));
  }

  private static final List<Wrong<ContainerConfig.Builder>> CONTAINERS =
      List.of(
          new Wrong<>("NUL in name", "name", c -> c.getMetadataBuilder().setName("a\0b")),
          new Wrong<>("NUL in an argument", "args[1]", c -> c.addArgs("a").addArgs("b\0c")),
          new Wrong<>("NUL in the command", "command[0]", c -> c.setCommand(0, "/bin\0/sh")),
          new Wrong<>("variable without a name", "envs[0]", c -> c.addEnvs(variable("", "x"))),
          new Wrong<>("variable with a =", "envs[0]", c -> c.addEnvs(variable("A=B", "x"))),
          new Wrong<>("NUL in a variable", "envs[0]", c -> c.addEnvs(variable("A", "x\0y"))),
          new Wrong<>("relative directory", "working_dir", c -> c.setWorkingDir("here")),
          new Wrong<>("NUL in the directory", "working_dir", c -> c.setWorkingDir("/a\0b")),
          new Wrong<>(
              "relative mount",
              "mounts[0].container_path",
              c -> c.addMountsBuilder().setHostPath("/tmp").setContainerPath("data")),
          new Wrong<>(
              "mount of nothing",
              "mounts[0].host_path",
              c -> c.addMountsBuilder().setContainerPath("/data")),
          new Wrong<>(
              "mount of a relative path",
              "mounts[0].host_path",
              c -> c.addMountsBuilder().setHostPath("tmp").setContainerPath("/data")),
          new Wrong<>(
              "unknown capability",
              "capabilities",
              c ->
                  c.getLinuxBuilder()
                      .getSecurityContextBuilder()
                      .getCapabilitiesBuilder()
                      .addAddCapabilities("FLY")),
          new Wrong<>(
              "negative user",
              "run_as_user",
              c ->
                  c.getLinuxBuilder()
                      .getSecurityContextBuilder()
                      .getRunAsUserBuilder()
                      .setValue(-1)),
          new Wrong<>(
              "user beyond 32 bits",
              "run_as_user",
              c ->
                  c.getLinuxBuilder()
                      .getSecurityContextBuilder()
                      .getRunAsUserBuilder()
                      .setValue(1L << 32)),
          new Wrong<>(
              "oom_score_adj",
              "oom_score_adj",
              c -> c.getLinuxBuilder().getResourcesBuilder().setOomScoreAdj(2000)));

  @TestFactory
  Stream<DynamicTest> aContainerWithABadField() throws Exception {
    TestPod pod = runtime.pod("whole");
    return CONTAINERS.stream()
        .map(wrong ->
            DynamicTest.dynamicTest(
                wrong.name(),
                () -> {
                  ContainerConfig.Builder container = Drafts.script("bad", runtime.image(), "true");
                  wrong.change().accept(container);
                  assertThat(refusal(Code.INVALID_ARGUMENT, () -> pod.create(container)))
                      .contains(wrong.field())
                      .hasSizeLessThan(LONGEST_WORDS);
                }));
  }

  @TestFactory
  Stream<DynamicTest> aLogPathThatLeadsElsewhere() throws Exception {
    TestPod pod = runtime.pod("logs");
    Path outside = Path.of(pod.config().getLogDirectory()).resolveSibling("outside.log");
    return Stream.of(
            "..",
            ".",
            "../outside.log",
            "a/../../outside.log",
            "a/b/../../../outside.log",
            outside.toString(),
            "/",
            "nul\0.log")
        .map(path ->
            DynamicTest.dynamicTest(
                path.replace('\0', '?'),
                () -> {
                  ContainerConfig.Builder container =
                      Drafts.script("bad", runtime.image(), "echo out").setLogPath(path);
                  assertThat(refusal(Code.INVALID_ARGUMENT, () -> pod.create(container)))
                      .contains("log_path");
                  assertThat(Files.exists(outside)).isFalse();
                }));
  }

  @TestFactory
  Stream<DynamicTest> aReferenceThatIsNone() {
    return Stream.of(
            "example.org/UPPER",
            "two:colons:here",
            "name@sha256:short",
            "https://example.org/name",
            "spaces in it",
            "nul\0nul",
            "a".repeat(5000))
        .map(reference ->
            DynamicTest.dynamicTest(
                reference.substring(0, Math.min(reference.length(), 30)).replace('\0', '?'),
                () -> {
                  ImageSpec image = ImageSpec.newBuilder().setImage(reference).build();
                  PullImageRequest pull = PullImageRequest.newBuilder().setImage(image).build();
                  assertThat(
                          refusal(
                              Code.INVALID_ARGUMENT,
                              () -> runtime.client().images().pullImage(pull)))
                      .contains("image.image")
                      .hasSizeLessThan(LONGEST_WORDS);
                  ImageStatusRequest status =
                      ImageStatusRequest.newBuilder().setImage(image).build();
                  if (!reference.contains("\0")) {
                    assertThat(runtime.client().images().imageStatus(status).hasImage()).isFalse();
                  }
                }));
  }
}
