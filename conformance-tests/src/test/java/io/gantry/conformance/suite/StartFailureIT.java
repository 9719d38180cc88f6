package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.ContainerStatus;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.AboutGantry;
import io.gantry.conformance.harness.Differs;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Containers whose program cannot be executed. */
class StartFailureIT {

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private TestPod pod;

  @BeforeEach
  void makeAPod() throws Exception {
    pod = runtime.pod("unstartable");
  }

  private String complaint(TestContainer container) {
    StatusRuntimeException failure =
        catchThrowableOfType(StatusRuntimeException.class, container::start);
    assertThat(failure).isNotNull();
    return String.valueOf(failure.getMessage());
  }

  private static void assertStartError(TestContainer container, int exitCode) {
    ContainerStatus status = container.status();
    assertThat(status.getState()).isEqualTo(ContainerState.CONTAINER_EXITED);
    assertThat(status.getReason()).isEqualTo("StartError");
    assertThat(status.getExitCode()).isEqualTo(exitCode);
    assertThat(status.getMessage()).isNotEmpty();
    assertThat(status.getFinishedAt()).isPositive();
  }

  @Test
  @Differs(
      runtime = "containerd",
      why = "it has the code 128 for whatever keeps a program from starting")
  void aProgramThatIsNotThereIsNamedWithItsImage() {
    TestContainer container =
        pod.create(Drafts.container("absent", runtime.image(), "/no/such/program"));
    assertThat(complaint(container)).contains("/no/such/program").contains("busybox");
    assertStartError(container, 127);
  }

  @Test
  @Differs(
      runtime = "containerd",
      why = "it has the code 128 for whatever keeps a program from starting")
  void aNameThatIsNowhereInThePathIsNamed() {
    TestContainer container =
        pod.create(Drafts.container("nowhere", runtime.image(), "no-such-program"));
    assertThat(complaint(container)).contains("no-such-program");
    assertStartError(container, 127);
  }

  @Test
  @Differs(
      runtime = "containerd",
      why = "it has the code 128 for whatever keeps a program from starting")
  void aFileThatIsNoProgramIsNamed() {
    TestContainer container = pod.create(Drafts.container("data", runtime.image(), "/etc/hosts"));
    assertThat(complaint(container)).contains("/etc/hosts");
    assertStartError(container, 126);
  }

  @Test
  @AboutGantry
  void aWorkingDirectoryThatIsAFileIsNamed() {
    TestContainer container =
        pod.create(
            Drafts.container("file", runtime.image(), "/bin/true").setWorkingDir("/bin/busybox"));
    StatusRuntimeException failure =
        catchThrowableOfType(StatusRuntimeException.class, container::start);
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(failure).hasMessageContaining("chdir /bin/busybox: ENOTDIR");
    assertStartError(container, 128);
  }

  @Test
  void aContainerThatDidNotStartLeavesRoomForTheNext() {
    TestContainer failed = pod.create(Drafts.container("next", runtime.image(), "/no/such"));
    complaint(failed);
    failed.remove();
    ContainerConfig.Builder next = Drafts.script("next", runtime.image(), "sleep 600");
    next.getMetadataBuilder().setAttempt(1);
    assertThat(pod.start(next).state()).isEqualTo(ContainerState.CONTAINER_RUNNING);
  }
}
