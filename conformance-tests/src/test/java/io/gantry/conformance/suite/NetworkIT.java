package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.NamespaceMode;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.RuntimeUnderTest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Pods reach each other and the node reaches them; with the host's network they have the host's.
 */
class NetworkIT {

  private static final String SERVER =
      "mkdir /www; echo hello from $(hostname) > /www/index.html; httpd -f -p 8080 -h /www";

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private static void serveIn(TestPod pod) {
    TestContainer server = pod.start(Drafts.script("server", runtime.image(), SERVER));
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() ->
            server.exec("wget", "-q", "-O", "-", "http://127.0.0.1:8080/").getExitCode() == 0);
  }

  @Test
  void onePodReachesAnother() throws Exception {
    TestPod serving = runtime.pod("serving");
    serveIn(serving);
    TestContainer client =
        runtime.pod("asking").start(Drafts.script("client", runtime.image(), "sleep 600"));
    assertThat(client.sh("timeout 10 wget -q -O - http://" + serving.ip() + ":8080/"))
        .isEqualTo("hello from serving");
  }

  @Test
  void theNodeReachesAPod() throws Exception {
    TestPod serving = runtime.pod("reached");
    serveIn(serving);
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(serving.ip(), 8080), 5000);
      socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .contains("hello from reached");
    }
  }

  @Test
  void containersOfAPodShareItsLocalhost() throws Exception {
    TestPod pod = runtime.pod("shared");
    serveIn(pod);
    TestContainer neighbour = pod.start(Drafts.script("neighbour", runtime.image(), "sleep 600"));
    assertThat(neighbour.sh("wget -q -O - http://localhost:8080/")).isEqualTo("hello from shared");
  }

  @Test
  void aPodHasLoopbackItsAddressAndAWayOut() throws Exception {
    TestPod pod = runtime.pod("equipped");
    TestContainer container = pod.start(Drafts.script("sleeper", runtime.image(), "sleep 600"));
    assertThat(container.sh("ip -4 -o addr show up"))
        .contains("127.0.0.1/8")
        .contains(pod.ip() + "/");
    assertThat(container.sh("ip route")).contains("default via");
  }

  @Test
  void thePodOutlivesItsFirstContainer() throws Exception {
    TestPod pod = runtime.pod("staying");
    String before = pod.ip();
    pod.start(Drafts.script("first", runtime.image(), "exit 0")).ended();
    TestContainer second = pod.start(Drafts.script("second", runtime.image(), "sleep 600"));
    assertThat(pod.ip()).isEqualTo(before);
    assertThat(second.sh("ip -4 -o addr show")).contains(before + "/");
  }

  @Test
  void withTheHostsNetworkEverythingIsTheHosts() throws IOException {
    PodSandboxConfig.Builder config = runtime.draft("hostly").clearHostname();
    config
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .getNamespaceOptionsBuilder()
        .setNetwork(NamespaceMode.NODE);
    TestPod pod = TestPod.run(runtime.client(), config.build());
    var container = Drafts.script("sleeper", runtime.image(), "sleep 600");
    container
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .getNamespaceOptionsBuilder()
        .setNetwork(NamespaceMode.NODE);
    assertThat(pod.ip()).isEmpty();
    String links = pod.start(container).sh("cat /proc/net/dev");
    for (NetworkInterface link : NetworkInterface.networkInterfaces().toList()) {
      assertThat(links).contains(link.getName() + ":");
    }
  }
}
