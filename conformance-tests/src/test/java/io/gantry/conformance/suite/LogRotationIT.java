package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.LogFile;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.CountingLines;
import io.gantry.conformance.harness.Crowd;
import io.gantry.conformance.harness.Differs;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.gantry.conformance.node.Command;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Kubelet moves a log that has grown and asks the runtime to reopen it: the output goes on in a new
 * file, and both together have every line once.
 */
class LogRotationIT {

  /** Prints numbered lines as fast as it can until it finds the file /stop. */
  private static final String COUNTER =
      "n=0; while [ ! -e /stop ]; do seq $((n + 1)) $((n + 5000)); n=$((n + 5000)); done";

  private static final int ROTATIONS = 20;

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private TestPod pod;

  @BeforeEach
  void makeAPod() throws Exception {
    pod = runtime.pod("rotated");
  }

  private static TestContainer started(TestPod pod, String script) {
    return pod.start(Drafts.script("writer", runtime.image(), script).setLogPath("writer/0.log"));
  }

  private static Path moved(TestContainer container, int number) throws IOException {
    Path file = container.logFile();
    return Files.move(file, file.resolveSibling("0.log." + number));
  }

  private static void awaitSize(Path file, long bytes) {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(2))
        .atMost(Duration.ofSeconds(30))
        .until(() -> Files.size(file) >= bytes);
  }

  @Test
  void theOutputGoesOnInANewFile() throws Exception {
    TestContainer container =
        started(pod, "echo one; while [ ! -e /go ]; do sleep 0.05; done; echo two");
    awaitSize(container.logFile(), 1);
    Path old = moved(container, 1);
    container.reopenLog();
    assertThat(container.logFile()).as("there when the call has answered").exists();
    container.tell("/go");
    runtime.logged(container);
    assertThat(LogFile.read(old).text("stdout")).isEqualTo("one\n");
    assertThat(LogFile.read(container.logFile()).text("stdout")).isEqualTo("two\n");
  }

  @Test
  @Differs(
      runtime = "containerd",
      why = "it loses at times what is still in the pipe when a container ends",
      sometimes = true)
  void noLineIsLostOrDoubledUnderLoad() throws Exception {
    TestContainer container = started(pod, COUNTER);
    List<Path> files = new ArrayList<>();
    for (int i = 1; i <= ROTATIONS; i++) {
      awaitSize(container.logFile(), 100_000);
      files.add(moved(container, i));
      container.reopenLog();
    }
    container.tell("/stop");
    runtime.logged(container);
    files.add(container.logFile());
    CountingLines lines = new CountingLines();
    for (Path file : files) {
      LogFile.copyOutput(file, lines);
    }
    assertThat(lines.lines()).isGreaterThan(ROTATIONS * 1000L);
  }

  @Test
  @Differs(
      runtime = "containerd",
      why = "it loses lines when it is asked by many",
      sometimes = true)
  void manyAtOnceAreAsGoodAsOne() throws Exception {
    TestContainer container = started(pod, COUNTER);
    awaitSize(container.logFile(), 1);
    Path old = moved(container, 1);
    Crowd.of(8)
        .ask(
            40,
            i -> {
              container.reopenLog();
              return i;
            });
    awaitSize(container.logFile(), 1);
    container.tell("/stop");
    runtime.logged(container);
    CountingLines lines = new CountingLines();
    LogFile.copyOutput(old, lines);
    LogFile.copyOutput(container.logFile(), lines);
    assertThat(lines.lines()).isPositive();
  }

  @Test
  void withoutAMoveTheFileIsContinued() throws Exception {
    TestContainer container =
        started(pod, "echo one; while [ ! -e /go ]; do sleep 0.05; done; echo two");
    awaitSize(container.logFile(), 1);
    container.reopenLog();
    container.tell("/go");
    runtime.logged(container);
    assertThat(LogFile.read(container.logFile()).text("stdout")).isEqualTo("one\ntwo\n");
  }

  @Test
  void aDeletedLogComesBack() throws Exception {
    TestContainer container =
        started(pod, "echo one; while [ ! -e /go ]; do sleep 0.05; done; echo two");
    awaitSize(container.logFile(), 1);
    Files.delete(container.logFile());
    container.reopenLog();
    container.tell("/go");
    runtime.logged(container);
    assertThat(LogFile.read(container.logFile()).text("stdout")).isEqualTo("two\n");
  }

  /** As where /var/log is a disk of its own, mounted at any time before the pod. */
  @Test
  @Differs(
      runtime = "containerd",
      why = "it loses at times what is still in the pipe when a container ends",
      sometimes = true)
  void theLogMayBeOnAFileSystemOfItsOwn() throws Exception {
    PodSandboxConfig config = runtime.draft("mounted").build();
    String directory = config.getLogDirectory();
    var _ = Command.output("mount", "-t", "tmpfs", "none", directory);
    try {
      TestPod here = TestPod.run(runtime.client(), config);
      TestContainer container = started(here, COUNTER);
      awaitSize(container.logFile(), 1);
      Path old = moved(container, 1);
      container.reopenLog();
      awaitSize(container.logFile(), 1);
      container.tell("/stop");
      runtime.logged(container);
      CountingLines lines = new CountingLines();
      LogFile.copyOutput(old, lines);
      LogFile.copyOutput(container.logFile(), lines);
      assertThat(lines.lines()).isPositive();
      here.remove();
    } finally {
      var _ = Command.output("umount", "--lazy", directory);
    }
  }

  /** CRI: when the call fails, there must be no new file. */
  @Test
  void whatDoesNotRunIsRefusedAndGetsNoFile() throws Exception {
    TestContainer exited = started(pod, "echo gone");
    runtime.logged(exited);
    Files.delete(exited.logFile());
    assertThatThrownBy(exited::reopenLog)
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("not running");
    assertThat(exited.logFile()).doesNotExist();
    TestContainer created =
        pod.create(Drafts.script("created", runtime.image(), "true").setLogPath("created.log"));
    assertThatThrownBy(created::reopenLog)
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("not running");
    assertThat(created.logFile()).doesNotExist();
  }

  @Test
  void aFailureNamesTheLogAndLeavesTheContainerAlone() throws Exception {
    TestContainer container = started(pod, "echo one; sleep 600");
    awaitSize(container.logFile(), 1);
    Path log = container.logFile();
    Files.createDirectory(moved(container, 1).resolveSibling("0.log"));
    assertThatThrownBy(container::reopenLog)
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining(log.toString());
    assertThat(container.state()).isEqualTo(ContainerState.CONTAINER_RUNNING);
  }
}
