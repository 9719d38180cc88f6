package io.gantry.conformance.networks;

import static io.gantry.conformance.harness.Refusals.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.api.cri.v1.PortMapping;
import io.gantry.api.cri.v1.RunPodSandboxRequest;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.grpc.Status.Code;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Ports of the node that lead into pods. */
class HostPortIT {

  private static final String SERVER =
      "mkdir /www; echo hello from $(hostname) > /www/index.html; httpd -f -p 8080 -h /www";

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  /** One that nobody listens on now. */
  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static PodSandboxConfig publishing(String name, int port) throws IOException {
    return runtime
        .draft(name)
        .addPortMappings(PortMapping.newBuilder().setHostPort(port).setContainerPort(8080))
        .build();
  }

  private static void serveIn(TestPod pod) {
    TestContainer server = pod.start(Drafts.script("server", runtime.image(), SERVER));
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() ->
            server.exec("wget", "-q", "-O", "-", "http://127.0.0.1:8080/").getExitCode() == 0);
  }

  private static String ask(String address, int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), 5000);
      socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void aPublishedPortLeadsIntoThePodFromTheNodeAndFromPodsAndOverARestart() throws Exception {
    int port = freePort();
    TestPod pod = TestPod.run(runtime.client(), publishing("published", port));
    serveIn(pod);
    assertThat(ask("127.0.0.1", port)).contains("hello from published");
    TestPod neighbour = runtime.pod("neighbour");
    TestContainer client = neighbour.start(Drafts.script("client", runtime.image(), "sleep 600"));
    String gateway = client.sh("ip route | sed -n 's/default via \\([^ ]*\\).*/\\1/p'");
    assertThat(client.sh("timeout 10 wget -q -O - http://" + gateway + ":" + port + "/"))
        .isEqualTo("hello from published");

    runtime.node().kill();
    assertThat(ask("127.0.0.1", port)).as("while no daemon runs").contains("hello");
    runtime.node().startAgain();
    assertThat(ask("127.0.0.1", port)).contains("hello from published");

    pod.remove();
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> ask("127.0.0.1", port));
  }

  @Test
  void aPortThatAPodHasIsRefusedWithItsNameAndFreeAfterIt() throws Exception {
    int port = freePort();
    TestPod first = TestPod.run(runtime.client(), publishing("first", port));
    String refused =
        refusal(
            Code.FAILED_PRECONDITION,
            () ->
                runtime
                    .client()
                    .runtime()
                    .runPodSandbox(
                        RunPodSandboxRequest.newBuilder()
                            .setConfig(publishing("second", port))
                            .build()));
    assertThat(refused).contains(String.valueOf(port), first.id());
    first.remove();
    TestPod second = TestPod.run(runtime.client(), publishing("second", port));
    assertThat(second.ip()).isNotEmpty();
  }
}
