package io.gantry.conformance.networks;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ListPodSandboxRequest;
import io.gantry.api.cri.v1.PodSandbox;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.api.cri.v1.PortMapping;
import io.gantry.api.cri.v1.RemovePodSandboxRequest;
import io.gantry.api.cri.v1.RunPodSandboxRequest;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.gantry.conformance.node.PrivateNode;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A thousand pods come and go while their daemon dies again and again. */
class NetworkLeakIT {

  private static final int PODS = 1000;
  private static final int CLIENTS = 4;
  private static final int DEATHS = 4;

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger made = new AtomicInteger();

  /** Makes and removes pods; a daemon that is away makes a call fail, and the next one is tried. */
  private Void live() throws IOException {
    for (int n = next.getAndIncrement(); n < PODS; n = next.getAndIncrement()) {
      PodSandboxConfig config =
          runtime
              .draft("pod" + n)
              .addPortMappings(PortMapping.newBuilder().setHostPort(20000 + n).setContainerPort(80))
              .build();
      try {
        String id =
            runtime
                .client()
                .runtime()
                .runPodSandbox(RunPodSandboxRequest.newBuilder().setConfig(config).build())
                .getPodSandboxId();
        made.incrementAndGet();
        remove(id);
      } catch (StatusRuntimeException away) {
        assertThat(away.getStatus().getCode().name()).isIn("UNAVAILABLE", "CANCELLED");
        Awaitility.await("the daemon to answer again")
            .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
            .until(() -> pods() != null);
      }
    }
    return null;
  }

  private static void remove(String id) {
    var _ =
        runtime
            .client()
            .runtime()
            .removePodSandbox(RemovePodSandboxRequest.newBuilder().setPodSandboxId(id).build());
  }

  private static List<PodSandbox> pods() {
    return runtime
        .client()
        .runtime()
        .listPodSandbox(ListPodSandboxRequest.getDefaultInstance())
        .getItemsList();
  }

  private static List<String> interfaces() throws Exception {
    return NetworkInterface.networkInterfaces()
        .map(NetworkInterface::getName)
        .filter(name -> name.matches("gp[0-9a-f]{12}"))
        .toList();
  }

  @Test
  void whateverTheDaemonWasAtNoAddressPortOrInterfaceStays() throws Exception {
    PrivateNode node = runtime.node();
    List<String> before = interfaces();
    try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
      List<Future<Void>> lives = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        lives.add(clients.submit(this::live));
      }
      for (int death = 1; death <= DEATHS; death++) {
        int due = death * PODS / (DEATHS + 1);
        Awaitility.await().atMost(Duration.ofMinutes(3)).until(() -> next.get() >= due);
        node.kill();
        node.startAgain();
      }
      for (Future<Void> life : lives) {
        life.get(5, TimeUnit.MINUTES);
      }
    }
    assertThat(made).hasValueGreaterThan(PODS / 2);
    pods().forEach(pod -> remove(pod.getId()));
    assertThat(pods()).isEmpty();

    Awaitility.await("the kernel takes the namespaces apart")
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(interfaces()).isEqualTo(before));
    Path addresses = node.stateDirectories().getFirst().resolve("addresses").resolve(node.name());
    try (var files = Files.list(addresses)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("lock", "last_reserved_ip.0");
    }
    assertThat(table(node)).doesNotContain("elements").contains("chain");
    // What the daemon keeps of an idle network for its next pod goes when it looks at the whole.
    node.terminate();
    node.startAgain();
    assertThat(table(node)).doesNotContain("10.").contains("chain");
  }

  private static String table(PrivateNode node) throws Exception {
    Process nft =
        new ProcessBuilder("nft", "list", "table", "inet", node.name())
            .redirectErrorStream(true)
            .start();
    String table = new String(nft.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(nft.waitFor()).as(table).isZero();
    return table;
  }
}
