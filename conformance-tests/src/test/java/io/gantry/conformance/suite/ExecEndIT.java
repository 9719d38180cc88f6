package io.gantry.conformance.suite;

import static io.gantry.conformance.harness.Refusals.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ExecSyncResponse;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.AboutGantry;
import io.gantry.conformance.harness.Crowd;
import io.gantry.conformance.harness.Differs;
import io.gantry.conformance.harness.HostProcess;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** However a command ends, nothing of it stays, and whoever waits for it gets an answer. */
@Timeout(120)
class ExecEndIT {

  private static final int MANY = 1000;

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private final HostProcess.Mark mark = HostProcess.Mark.fresh();
  private TestContainer container;

  @BeforeEach
  void startAContainer() throws Exception {
    TestPod pod = runtime.pod("exec-end");
    container = pod.start(mark.on(Drafts.script("sleeper", runtime.image(), "sleep 600")));
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  private void awaitOnlyTheContainer() {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(mark.processes()).hasSize(1));
  }

  @Test
  @Differs(
      runtime = "containerd",
      why = "1.6 waits for everybody who holds the output of a command")
  void aTimeoutStrikesThoughAChildHoldsTheOutput() {
    long before = System.nanoTime();
    refusal(
        Status.Code.DEADLINE_EXCEEDED,
        () ->
            container.exec(
                Duration.ofSeconds(1), "/bin/sh", "-c", "sleep 614 & sleep 615 & echo on; wait"));
    assertThat(since(before)).isBetween(Duration.ofMillis(900), Duration.ofSeconds(15));
    awaitOnlyTheContainer();
  }

  @Test
  @Differs(
      runtime = "containerd",
      why = "1.6 waits for everybody who holds the output of a command")
  void aTimeoutStrikesThoughTheCommandIsDeafAndInASessionOfItsOwn() {
    long before = System.nanoTime();
    refusal(
        Status.Code.DEADLINE_EXCEEDED,
        () ->
            container.exec(
                Duration.ofSeconds(1),
                "/bin/sh",
                "-c",
                "trap '' TERM HUP INT; setsid sh -c \"trap '' TERM HUP; sleep 616\" & sleep 617"));
    assertThat(since(before)).isLessThan(Duration.ofSeconds(15));
    awaitOnlyTheContainer();
  }

  @Test
  void afterATimeoutTheContainerTakesTheNextCommand() {
    refusal(
        Status.Code.DEADLINE_EXCEEDED, () -> container.exec(Duration.ofSeconds(1), "sleep", "618"));
    assertThat(container.sh("echo still here")).isEqualTo("still here");
  }

  @Test
  void whatWasNotSlowIsNotTouchedByItsTimeout() {
    ExecSyncResponse response =
        container.exec(Duration.ofSeconds(30), "/bin/sh", "-c", "sleep 0.2; echo done; exit 4");
    assertThat(response.getStdout().toStringUtf8()).isEqualTo("done\n");
    assertThat(response.getExitCode()).isEqualTo(4);
  }

  @Test
  void theEndOfTheContainerEndsItsCommands() throws Exception {
    try (ExecutorService callers = Executors.newFixedThreadPool(4)) {
      List<Future<Boolean>> waiting =
          Stream.generate(() -> callers.submit(this::endsBadly)).limit(4).toList();
      Awaitility.await().until(() -> mark.processes().size() == 5);
      container.stop(Duration.ZERO);
      for (Future<Boolean> one : waiting) {
        assertThat(one.get(20, TimeUnit.SECONDS)).isTrue();
      }
    }
    assertThat(mark.processes()).isEmpty();
  }

  /** Either a code that is not zero or a refusal will do. */
  private boolean endsBadly() {
    try {
      return container.exec("sleep", "619").getExitCode() != 0;
    } catch (io.grpc.StatusRuntimeException refused) {
      return refused.getStatus().getCode() != Status.Code.DEADLINE_EXCEEDED;
    }
  }

  @Test
  void aThousandCommandsLeaveNoProcess() throws Exception {
    assertThat(Crowd.of(8).ask(MANY, i -> container.exec("true").getExitCode()))
        .hasSize(MANY)
        .containsOnly(0);
    awaitOnlyTheContainer();
    assertThat(container.sh("ls -d /proc/[0-9]* | wc -l")).isLessThan("6").hasSize(1);
  }

  /** What a daemon holds for what is over grows with each and ends it some day. */
  @Test
  @AboutGantry
  void aThousandCommandsLeaveTheDaemonAsItWas() throws Exception {
    Path daemon = Path.of("/proc/" + runtime.node().pid());
    Crowd crowd = Crowd.of(8);
    crowd.ask(100, i -> container.exec("true").getExitCode());
    long descriptors = entries(daemon.resolve("fd"));
    long threads = entries(daemon.resolve("task"));
    crowd.ask(MANY, i -> container.exec("true").getExitCode());
    crowd.ask(20, i -> failing());
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> {
          assertThat(entries(daemon.resolve("fd"))).isLessThanOrEqualTo(descriptors + 4);
          assertThat(entries(daemon.resolve("task"))).isLessThanOrEqualTo(threads + 4);
        });
  }

  private boolean failing() {
    refusal(Status.Code.INVALID_ARGUMENT, () -> container.exec("/no/such/command"));
    return true;
  }

  private static long entries(Path directory) throws IOException {
    try (Stream<Path> found = Files.list(directory)) {
      return found.count();
    }
  }
}
