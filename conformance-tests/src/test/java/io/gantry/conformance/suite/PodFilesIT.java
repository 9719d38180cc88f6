package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.DNSConfig;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.Differs;
import io.gantry.conformance.harness.RuntimeUnderTest;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Names and addresses as programs inside find them. */
class PodFilesIT {

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private static TestContainer sleeperIn(TestPod pod) {
    return pod.start(Drafts.script("sleeper", runtime.image(), "sleep 600"));
  }

  @Test
  void theHostnameIsThePods() throws Exception {
    TestContainer container = sleeperIn(runtime.pod("called-this"));
    assertThat(container.sh("hostname; cat /etc/hostname").lines())
        .containsExactly("called-this", "called-this");
  }

  @Test
  @Differs(runtime = "containerd", why = "it shows the file of the host; kubelet mounts its own")
  void hostsHasLocalhostAndThePod() throws Exception {
    TestPod pod = runtime.pod("hosts");
    String hosts = sleeperIn(pod).sh("cat /etc/hosts");
    assertThat(hosts).containsPattern("127\\.0\\.0\\.1\\s+localhost");
    assertThat(hosts).containsPattern(pod.ip().replace(".", "\\.") + "\\s+hosts");
  }

  @Test
  void theResolverIsSetAsAskedFor() throws Exception {
    PodSandboxConfig config =
        runtime
            .draft("resolver")
            .setDnsConfig(
                DNSConfig.newBuilder()
                    .addServers("10.9.8.7")
                    .addServers("10.9.8.6")
                    .addSearches("cluster.test")
                    .addOptions("ndots:3"))
            .build();
    assertThat(sleeperIn(TestPod.run(runtime.client(), config)).sh("cat /etc/resolv.conf").lines())
        .containsExactlyInAnyOrder(
            "nameserver 10.9.8.7", "nameserver 10.9.8.6", "search cluster.test", "options ndots:3");
  }

  @Test
  void withoutWishesTheResolverIsTheHosts() throws Exception {
    assertThat(sleeperIn(runtime.pod("plain")).sh("cat /etc/resolv.conf"))
        .isEqualTo(Files.readString(Path.of("/etc/resolv.conf")).stripTrailing());
  }

  @Test
  void sharedMemoryIsThePods() throws Exception {
    TestPod pod = runtime.pod("shared");
    TestContainer one = sleeperIn(pod);
    TestContainer two = pod.start(Drafts.script("two", runtime.image(), "sleep 600"));
    one.sh("echo word > /dev/shm/note");
    assertThat(two.sh("cat /dev/shm/note")).isEqualTo("word");
  }
}
