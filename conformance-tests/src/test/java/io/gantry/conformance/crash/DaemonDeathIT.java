package io.gantry.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.ContainerStatus;
import io.gantry.api.cri.v1.ListPodSandboxRequest;
import io.gantry.api.cri.v1.PodSandbox;
import io.gantry.api.cri.v1.PodSandboxState;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.LogFile;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.HostProcess;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.gantry.conformance.node.PrivateNode;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The daemon dies, the containers do not notice, and the next daemon knows everything. */
class DaemonDeathIT {

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private static final String COUNTER =
      "trap 'exit 0' TERM; i=0; while :; do i=$((i+1)); echo line $i; usleep 1000; done";

  @Test
  void containersRunOnAndAreKnownAfterwards() throws Exception {
    PrivateNode node = runtime.node();
    HostProcess.Mark mark = HostProcess.Mark.fresh();
    TestPod pod = runtime.pod("survivor");
    TestContainer container =
        pod.start(
            mark.on(Drafts.script("counter", runtime.image(), COUNTER).setLogPath("count.log")));
    String address = pod.ip();
    long pid = mark.process().pid();
    long started = container.status().getStartedAt();

    node.kill();
    long written = Files.size(container.logFile());
    Awaitility.await("the shim goes on logging")
        .until(() -> Files.size(container.logFile()) > written + 1000);
    node.startAgain();

    assertThat(pod.status().getState()).isEqualTo(PodSandboxState.SANDBOX_READY);
    assertThat(pod.ip()).isEqualTo(address);
    assertThat(container.state()).isEqualTo(ContainerState.CONTAINER_RUNNING);
    assertThat(container.status().getStartedAt()).isEqualTo(started);
    assertThat(mark.process().pid()).isEqualTo(pid);
    assertThat(container.sh("echo inside")).isEqualTo("inside");
    container.stop(Duration.ofSeconds(30));
    assertThat(container.status().getExitCode()).isZero();
    assertNumbered(LogFile.read(container.logFile()));
  }

  private static void assertNumbered(LogFile log) {
    List<String> lines = log.lines().stream().map(LogFile.Line::text).toList();
    assertThat(lines)
        .isEqualTo(IntStream.rangeClosed(1, lines.size()).mapToObj(i -> "line " + i).toList());
  }

  @Test
  void whatEndedMeanwhileIsKnownWithItsCodeAndItsTime() throws Exception {
    PrivateNode node = runtime.node();
    HostProcess.Mark mark = HostProcess.Mark.fresh();
    TestPod pod = runtime.pod("meanwhile");
    ContainerConfig.Builder config =
        Drafts.script(
            "ending",
            runtime.image(),
            "while [ ! -e /proc/1/root/go ]; do sleep 0.05; done; exit 42");
    TestContainer container = pod.start(mark.on(config));
    long pid = mark.process().pid();

    node.kill();
    Files.createFile(Path.of("/proc/" + pid + "/root/go"));
    Awaitility.await().until(() -> mark.processes().isEmpty());
    node.startAgain();

    ContainerStatus status = container.ended();
    assertThat(status.getExitCode()).isEqualTo(42);
    assertThat(status.getReason()).isEqualTo("Error");
    assertThat(status.getFinishedAt()).isGreaterThan(status.getStartedAt());
  }

  @Test
  void aSecondLifeCanDoAllThatTheFirstCould() throws Exception {
    PrivateNode node = runtime.node();
    TestPod before = runtime.pod("before");
    TestContainer created = before.create(Drafts.script("created", runtime.image(), "sleep 600"));
    node.kill();
    node.startAgain();
    created.start();
    assertThat(created.state()).isEqualTo(ContainerState.CONTAINER_RUNNING);
    // Its root was mounted in both lives, which overlayfs refuses once it was volatile.
    assertThat(created.sh("grep -c '^[^ ]* / overlay .*volatile' /proc/mounts")).isEqualTo("1");
    TestPod after = runtime.pod("after");
    assertThat(after.ip()).isNotEqualTo(before.ip());
    TestContainer beside = after.start(Drafts.script("beside", runtime.image(), "sleep 600"));
    assertThat(beside.exec("ping", "-c", "1", "-W", "5", before.ip()).getExitCode()).isZero();
    assertThat(TestPod.run(runtime.client(), before.config()).id()).isEqualTo(before.id());
  }

  @Test
  void aFriendlyEndLeavesContainersRunningToo() throws Exception {
    PrivateNode node = runtime.node();
    HostProcess.Mark mark = HostProcess.Mark.fresh();
    TestPod pod = runtime.pod("friendly");
    TestContainer container =
        pod.start(mark.on(Drafts.script("sleeper", runtime.image(), "sleep 600")));
    long pid = mark.process().pid();
    node.terminate();
    assertThat(mark.process().pid()).isEqualTo(pid);
    node.startAgain();
    assertThat(container.state()).isEqualTo(ContainerState.CONTAINER_RUNNING);
  }

  /** Deaths at arbitrary moments: afterwards each pod has an owner, and removal removes it. */
  @ParameterizedTest
  @ValueSource(ints = {2, 10, 25, 60})
  void aDeathAmidstManyRequestsLeavesNothingWithoutAnOwner(int milliseconds) throws Exception {
    PrivateNode node = runtime.node();
    List<Future<?>> requests = new ArrayList<>();
    try (ExecutorService callers = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 16; i++) {
        String name = "struck-" + i;
        requests.add(callers.submit(() -> runAndStop(name)));
      }
      Thread.sleep(milliseconds);
      node.kill();
    }
    node.startAgain();
    for (PodSandbox pod : pods()) {
      new TestPod(runtime.client(), runtime.draft("x").build(), pod.getId()).remove();
    }
    assertThat(pods()).isEmpty();
    assertThat(requests).allMatch(Future::isDone);
    assertThat(runtime.beyondIdle()).asString().isEmpty();
  }

  private static void runAndStop(String name) {
    try {
      TestPod pod = runtime.pod(name);
      pod.start(Drafts.script("sleeper", runtime.image(), "sleep 600"));
      pod.stop();
    } catch (StatusRuntimeException | IOException struck) {
      // The daemon is gone: what this caller wanted is no longer the question.
    }
  }

  private static List<PodSandbox> pods() {
    return runtime
        .client()
        .runtime()
        .listPodSandbox(ListPodSandboxRequest.getDefaultInstance())
        .getItemsList();
  }
}
