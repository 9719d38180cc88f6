package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.NamespaceMode;
import io.gantry.api.cri.v1.NamespaceOption;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.RuntimeUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whose processes and whose shared memory a container sees. */
class NamespaceIT {

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private static TestPod pod(String name, NamespaceOption options) throws IOException {
    PodSandboxConfig.Builder config = runtime.draft(name);
    config.getLinuxBuilder().getSecurityContextBuilder().setNamespaceOptions(options);
    return TestPod.run(runtime.client(), config.build());
  }

  private static ContainerConfig.Builder sleeper(String name, NamespaceOption options) {
    ContainerConfig.Builder config =
        Drafts.container(name, runtime.image(), "/bin/sleep", "600" + name.length());
    config.getLinuxBuilder().getSecurityContextBuilder().setNamespaceOptions(options);
    return config;
  }

  private static NamespaceOption pid(NamespaceMode mode) {
    return NamespaceOption.newBuilder().setPid(mode).build();
  }

  @Test
  void containersOfAPodCanShareItsProcesses() throws Exception {
    NamespaceOption shared = pid(NamespaceMode.POD);
    TestPod pod = pod("sharing", shared);
    TestContainer one = pod.start(sleeper("one", shared));
    TestContainer three = pod.start(sleeper("three", shared));
    assertThat(three.sh("ps -o args")).contains("sleep 6003").contains("sleep 6005");
    assertThat(one.sh("ps -o pid,args | awk '$1 == 1'")).doesNotContain("sleep");
  }

  @Test
  void whoDiesInASharedNamespaceIsReapedByItsFirstProcess() throws Exception {
    NamespaceOption shared = pid(NamespaceMode.POD);
    TestContainer container = pod("reaping", shared).start(sleeper("one", shared));
    container.sh("(sleep 0.2 &) ; true");
    container.sh("sleep 0.5");
    assertThat(container.sh("ps -o stat,args")).doesNotContain("Z");
  }

  @Test
  void aContainerOfASharedNamespaceEndsAlone() throws Exception {
    NamespaceOption shared = pid(NamespaceMode.POD);
    TestPod pod = pod("ending", shared);
    TestContainer one = pod.start(sleeper("one", shared));
    TestContainer three = pod.start(sleeper("three", shared));
    one.stop(Duration.ZERO);
    assertThat(three.sh("ps -o args")).contains("sleep 6005").doesNotContain("sleep 6003");
  }

  @Test
  void aContainerCanSeeAllOfTheNode() throws Exception {
    NamespaceOption node = pid(NamespaceMode.NODE);
    TestContainer container = pod("seeing", node).start(sleeper("one", node));
    assertThat(container.sh("cat /proc/" + ProcessHandle.current().pid() + "/comm"))
        .isEqualTo("java");
  }

  @Test
  void aContainerCanJoinTheProcessesOfAnother() throws Exception {
    TestPod pod = runtime.pod("debugged");
    TestContainer target =
        pod.start(Drafts.container("target", runtime.image(), "/bin/sleep", "6111"));
    NamespaceOption joining =
        NamespaceOption.newBuilder().setPid(NamespaceMode.TARGET).setTargetId(target.id()).build();
    TestContainer debugger = pod.start(sleeper("debugger", joining));
    assertThat(debugger.sh("ps -o args")).contains("sleep 6111");
  }

  @Test
  void withTheNodesIpcItIsTheNodes() throws Exception {
    NamespaceOption ipc =
        NamespaceOption.newBuilder()
            .setPid(NamespaceMode.CONTAINER)
            .setIpc(NamespaceMode.NODE)
            .build();
    TestContainer container = pod("node-ipc", ipc).start(sleeper("one", ipc));
    assertThat(container.sh("readlink /proc/self/ns/ipc"))
        .isEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/ipc")).toString());
  }
}
