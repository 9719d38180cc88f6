package io.gantry.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.NamespaceMode;
import io.gantry.api.cri.v1.NamespaceOption;
import io.gantry.api.cri.v1.PodSandboxState;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.HostProcess;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.gantry.conformance.node.PrivateNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The one process that keeps the pods' pinned namespaces while no daemon runs dies: somebody's
 * clean-up took it for forgotten, or the kernel's for memory.
 */
class KeeperDeathIT {

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private static final String NETWORK = "readlink /proc/self/ns/net";

  private static Path record(PrivateNode node) {
    return node.stateDirectories().getFirst().resolve("mounts").resolve("keeper");
  }

  private static ProcessHandle keeper(PrivateNode node) throws IOException {
    String pid = Files.readString(record(node)).split(" ", 2)[0];
    assertThat(Path.of("/proc", pid, "cmdline")).content().startsWith("gantry-shim\0keep\0");
    return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
  }

  /** A child that its parent has not waited for yet still has its pid. */
  private static void end(ProcessHandle process) {
    assertThat(process.destroyForcibly()).isTrue();
    Awaitility.await("the end of the keeper " + process.pid())
        .until(() -> !Files.isReadable(Path.of("/proc/" + process.pid() + "/ns/mnt")));
  }

  private static TestContainer sleeper(TestPod pod, String name) {
    return pod.start(Drafts.script(name, runtime.image(), "sleep 600"));
  }

  @Test
  void theDaemonReplacesItAndNoPodIsLost() throws Exception {
    PrivateNode node = runtime.node();
    TestPod busy = runtime.pod("busy");
    TestPod empty = runtime.pod("empty");
    TestContainer before = sleeper(busy, "before");
    String network = before.sh(NETWORK);
    ProcessHandle first = keeper(node);

    end(first);
    TestPod next = runtime.pod("next");
    assertThat(keeper(node).pid()).isNotEqualTo(first.pid());
    node.kill();
    node.startAgain();

    for (TestPod pod : new TestPod[] {busy, empty, next}) {
      assertThat(pod.status().getState()).isEqualTo(PodSandboxState.SANDBOX_READY);
      assertThat(sleeper(pod, "after").exec("ping", "-c", "1", "-W", "5", busy.ip()).getExitCode())
          .isZero();
    }
    assertThat(before.sh(NETWORK)).isEqualTo(network);
  }

  /** What runs is all that still knows the pod's namespaces, and it is enough. */
  @ParameterizedTest
  @EnumSource(
      value = NamespaceMode.class,
      names = {"POD", "CONTAINER"})
  void withTheDaemonDeadTooAPodLivesOnInItsContainers(NamespaceMode processes) throws Exception {
    PrivateNode node = runtime.node();
    HostProcess.Mark mark = HostProcess.Mark.fresh();
    TestPod busy = runtime.pod("busy-" + processes);
    ContainerConfig.Builder config = Drafts.script("before", runtime.image(), "sleep 600");
    config
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .setNamespaceOptions(NamespaceOption.newBuilder().setPid(processes));
    TestContainer before = busy.start(mark.on(config));
    TestPod empty = runtime.pod("empty-" + processes);
    String network = before.sh(NETWORK);
    String address = busy.ip();
    long pid = mark.process().pid();
    ProcessHandle keeper = keeper(node);

    node.kill();
    end(keeper);
    node.startAgain();

    assertThat(busy.status().getState()).isEqualTo(PodSandboxState.SANDBOX_READY);
    assertThat(busy.ip()).isEqualTo(address);
    assertThat(before.state()).isEqualTo(ContainerState.CONTAINER_RUNNING);
    assertThat(mark.process().pid()).isEqualTo(pid);
    TestContainer beside = sleeper(busy, "beside");
    assertThat(beside.sh(NETWORK)).isEqualTo(network);
    assertThat(beside.sh("hostname")).isEqualTo(before.sh("hostname"));
    assertThat(empty.status().getState()).isEqualTo(PodSandboxState.SANDBOX_NOTREADY);
    TestPod next = runtime.pod("next-" + processes);
    assertThat(sleeper(next, "next").exec("ping", "-c", "1", "-W", "5", address).getExitCode())
        .isZero();

    node.kill();
    node.startAgain();
    assertThat(busy.status().getState()).isEqualTo(PodSandboxState.SANDBOX_READY);
    assertThat(sleeper(busy, "last").sh(NETWORK)).isEqualTo(network);
    empty.remove();
    busy.remove();
  }

  /** A pid that belongs to somebody else by now is no keeper, and is left alone. */
  @Test
  void aRecordOfAProcessThatIsAnotherByNowIsNotBelieved() throws Exception {
    PrivateNode node = runtime.node();
    TestPod busy = runtime.pod("believed");
    TestContainer before = sleeper(busy, "before");
    ProcessHandle keeper = keeper(node);
    node.kill();
    end(keeper);
    Files.writeString(record(node), ProcessHandle.current().pid() + " 1\n");
    node.startAgain();
    assertThat(before.state()).isEqualTo(ContainerState.CONTAINER_RUNNING);
    assertThat(busy.status().getState()).isEqualTo(PodSandboxState.SANDBOX_READY);
    runtime.pod("after-it");
    assertThat(keeper(node).pid()).isNotEqualTo(ProcessHandle.current().pid());
  }

  @Test
  void itEndsWithTheLastPodsDaemon() throws Exception {
    PrivateNode node = runtime.node();
    runtime.pod("last").remove();
    ProcessHandle keeper = keeper(node);
    node.terminate();
    Awaitility.await("the end of the keeper").until(() -> !keeper.isAlive());
    assertThat(record(node)).doesNotExist();
    node.startAgain();
    runtime.pod("again");
  }
}
