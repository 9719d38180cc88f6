package io.gantry.conformance.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.PortMapping;
import io.gantry.conformance.cri.CriClient;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestPod;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where others have set up a table already, as Docker does, exactly that must be there again. */
class PluginTablesIT {

  private static final int HOST_PORT = 18_232;

  /** As Docker begins. */
  private static final List<List<String>> NOT_OURS =
      List.of(
          List.of("--new-chain", "DOCKER"),
          List.of("--append", "DOCKER", "--in-interface", "docker0", "--jump", "RETURN"),
          List.of(
              "--append",
              "OUTPUT",
              "--match",
              "addrtype",
              "--dst-type",
              "LOCAL",
              "--jump",
              "DOCKER"));

  @TempDir private Path directory;
  private Process holder;

  @BeforeEach
  void makeANetworkNamespace() throws Exception {
    List<String> missing = PrivateContainerd.missingPrograms();
    Assumptions.assumeTrue(missing.isEmpty(), "no containerd to compare with: " + missing);
    holder =
        new ProcessBuilder(
                "unshare", "--net", "sh", "-c", "ip link set lo up && echo && exec sleep 600")
            .start();
    assertThat(holder.getInputStream().read()).as("the namespace is there").isEqualTo('\n');
    for (List<String> words : NOT_OURS) {
      List<String> command = inside("iptables", "--table", "nat");
      command.addAll(words);
      var _ = Command.output(command);
    }
  }

  @AfterEach
  void endTheNamespace() throws Exception {
    if (holder != null) {
      holder.destroyForcibly().waitFor();
    }
  }

  private List<String> inside(String... words) {
    List<String> command =
        new ArrayList<>(List.of("nsenter", "--net=/proc/" + holder.pid() + "/ns/net"));
    command.addAll(List.of(words));
    return command;
  }

  private String ruleset() throws IOException, InterruptedException {
    return Command.output(inside("nft", "--stateless", "list", "ruleset"));
  }

  @Test
  void aTableThatWasThereIsAsItWasWhenThePodsAreGone() throws Exception {
    String before = ruleset();
    String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
    Process runtime =
        new ProcessBuilder(
                inside(
                    java,
                    "-cp",
                    System.getProperty("java.class.path"),
                    "io.gantry.conformance.node.RunContainerd"))
            .redirectError(directory.resolve("errors").toFile())
            .start();
    try (BufferedReader answer = runtime.inputReader()) {
      String endpoint = answer.readLine();
      assertThat(endpoint).as(Files.readString(directory.resolve("errors"))).isNotNull();
      forwardAPort(endpoint);
      assertThat(ruleset()).contains("jump CNI-HOSTPORT-DNAT", "tcp dport " + HOST_PORT);
    } finally {
      runtime.destroy();
      runtime.waitFor(1, TimeUnit.MINUTES);
    }
    assertThat(ruleset()).isEqualTo(before);
  }

  private static void forwardAPort(String endpoint) {
    PortMapping port = PortMapping.newBuilder().setContainerPort(80).setHostPort(HOST_PORT).build();
    try (CriClient client = CriClient.of(endpoint)) {
      TestPod.run(client, Drafts.pod("forwarded").addPortMappings(port).build());
    }
  }
}
