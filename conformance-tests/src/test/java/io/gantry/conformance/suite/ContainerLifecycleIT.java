package io.gantry.conformance.suite;

import static io.gantry.conformance.harness.Refusals.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.ContainerStatus;
import io.gantry.api.cri.v1.Int64Value;
import io.gantry.api.cri.v1.KeyValue;
import io.gantry.api.cri.v1.Mount;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.LogFile;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.Differs;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The life of a container, and what of its configuration its process sees. */
class ContainerLifecycleIT {

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private TestPod pod;

  @BeforeEach
  void makeAPod() throws Exception {
    pod = runtime.pod("container");
  }

  private ContainerConfig.Builder sleeper(String name) {
    return Drafts.script(name, runtime.image(), "sleep 600");
  }

  @Test
  void itIsCreatedThenRunsThenHasExited() throws Exception {
    TestContainer container =
        pod.create(
            Drafts.script("stages", runtime.image(), "while [ ! -e /go ]; do sleep 0.1; done"));
    ContainerStatus created = container.status();
    assertThat(created.getState()).isEqualTo(ContainerState.CONTAINER_CREATED);
    assertThat(created.getCreatedAt()).isPositive();
    assertThat(created.getStartedAt()).isZero();
    container.start();
    ContainerStatus running = container.status();
    assertThat(running.getState()).isEqualTo(ContainerState.CONTAINER_RUNNING);
    assertThat(running.getStartedAt()).isGreaterThanOrEqualTo(created.getCreatedAt());
    container.tell("/go");
    ContainerStatus exited = container.ended();
    assertThat(exited.getExitCode()).isZero();
    assertThat(exited.getReason()).isEqualTo("Completed");
    assertThat(exited.getFinishedAt()).isGreaterThanOrEqualTo(running.getStartedAt());
  }

  @Test
  void statusTellsWhatWasAskedFor() {
    ContainerConfig.Builder config =
        sleeper("told").putLabels("tier", "front").putAnnotations("why", "just so");
    ContainerStatus status = pod.create(config).status();
    assertThat(status.getMetadata()).isEqualTo(config.getMetadata());
    assertThat(status.getLabelsMap()).isEqualTo(config.getLabelsMap());
    assertThat(status.getAnnotationsMap()).isEqualTo(config.getAnnotationsMap());
    assertThat(status.getImage().getImage()).isEqualTo(runtime.image());
    assertThat(status.getImageRef()).isNotEmpty();
  }

  @Test
  @Differs(runtime = "containerd", why = "it refuses a name that is taken")
  void theSameNameAgainIsTheSameContainer() {
    TestContainer first = pod.create(sleeper("again"));
    assertThat(pod.create(sleeper("again")).id()).isEqualTo(first.id());
  }

  @Test
  @Differs(runtime = "containerd", why = "1.6 answers NOT_FOUND to a stop of what is gone")
  void stoppingAndRemovingTwiceIsFine() {
    TestContainer container = pod.start(sleeper("twice"));
    container.stop(Duration.ZERO);
    container.stop(Duration.ZERO);
    container.remove();
    container.stop(Duration.ZERO);
    container.remove();
    refusal(Status.Code.NOT_FOUND, container::status);
  }

  @Test
  void aRunningContainerCanBeRemoved() {
    TestContainer container = pod.start(sleeper("forced"));
    container.remove();
    refusal(Status.Code.NOT_FOUND, container::status);
  }

  @Test
  void anExitedContainerDoesNotStartAgain() throws Exception {
    TestContainer container = pod.start(Drafts.script("once", runtime.image(), "exit 0"));
    container.ended();
    assertThatThrownBy(container::start).isInstanceOf(StatusRuntimeException.class);
  }

  @Test
  void itSeesItsEnvironmentArgumentsAndDirectory() throws Exception {
    ContainerConfig.Builder config =
        Drafts.container("words", runtime.image(), "/bin/sh", "-c", "echo $0 $1 $WORD $PWD")
            .addArgs("zero")
            .addArgs("one")
            .setWorkingDir("/made/for/it")
            .setLogPath("words.log")
            .addEnvs(
                KeyValue.newBuilder().setKey("WORD").setValue(ByteString.copyFromUtf8("of mouth")));
    TestContainer container = pod.start(config);
    container.ended();
    assertThat(LogFile.read(container.logFile()).text("stdout"))
        .isEqualTo("zero one of mouth /made/for/it\n");
  }

  @Test
  void itsProcessIsTheFirstOfItsNamespace() {
    assertThat(
            pod.start(sleeper("first")).sh("readlink /proc/1/exe; tr '\\0' ' ' < /proc/1/cmdline"))
        .contains("busybox")
        .contains("sleep 600");
  }

  @Test
  void itsFilesAreItsOwn() {
    TestContainer one = pod.start(sleeper("one"));
    TestContainer two = pod.start(sleeper("two"));
    one.sh("echo mine > /file");
    assertThat(two.sh("ls /")).doesNotContain("file");
  }

  @Test
  void mountsShowDirectoriesAndFilesOfTheHost() throws Exception {
    Path directory = Files.createDirectory(runtime.directory().resolve("shown"));
    Files.writeString(directory.resolve("hello"), "from the host");
    ContainerConfig.Builder config =
        sleeper("mounted")
            .addMounts(mount(directory, "/read").setReadonly(true))
            .addMounts(mount(directory, "/write"))
            .addMounts(mount(directory.resolve("hello"), "/deep/down/file"));
    TestContainer container = pod.start(config);
    assertThat(container.sh("cat /read/hello /deep/down/file"))
        .isEqualTo("from the hostfrom the host");
    assertThat(container.exec("/bin/sh", "-c", "echo no > /read/hello").getExitCode()).isNotZero();
    container.sh("echo back > /write/answer");
    assertThat(directory.resolve("answer")).hasContent("back");
  }

  /** Kubelet leaves it to the runtime to make what a hostPath without a type names. */
  @Test
  void aDirectoryOfTheHostThatIsNotThereIsMade() {
    Path absent = runtime.directory().resolve("absent/deep");
    pod.start(sleeper("maker").addMounts(mount(absent, "/data"))).sh("touch /data/file");
    assertThat(absent.resolve("file")).exists();
  }

  private static Mount.Builder mount(Path host, String container) {
    return Mount.newBuilder().setHostPath(host.toString()).setContainerPath(container);
  }

  @Test
  void itRunsAsTheUserItWasGiven() throws Exception {
    ContainerConfig.Builder config = sleeper("user");
    config
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .setRunAsUser(Int64Value.newBuilder().setValue(1234))
        .setRunAsGroup(Int64Value.newBuilder().setValue(5678))
        .addSupplementalGroups(42);
    assertThat(pod.start(config).sh("id -u; id -g; id -G").lines())
        .containsExactly("1234", "5678", "5678 42");
  }
}
