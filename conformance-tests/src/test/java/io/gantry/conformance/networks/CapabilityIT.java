package io.gantry.conformance.networks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gantry.api.cri.v1.DNSConfig;
import io.gantry.api.cri.v1.PodIP;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.api.cri.v1.PortMapping;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.RuntimeUnderTest;
import java.io.IOException;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a pod asks for reaches the plugins that say they can do it (CNI conventions). */
class CapabilityIT {

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private NodeNetworkFiles files;

  @BeforeEach
  void files() {
    files = NodeNetworkFiles.of(runtime.node());
  }

  private static String bridge() {
    return runtime.node().name() + "c";
  }

  @AfterEach
  void unconfigure() throws Exception {
    files.delete("10-own.conflist");
    if (NetworkInterface.getByName(bridge()) != null) {
      assertThat(new ProcessBuilder("ip", "link", "del", bridge()).inheritIO().start().waitFor())
          .isZero();
    }
  }

  private static PodSandboxConfig.Builder asking(String name) throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return runtime
          .draft(name)
          .putAnnotations("gantry.io/ips", "10.213.11.77")
          .putAnnotations("gantry.io/mac", "02:11:22:33:44:55")
          .putAnnotations("gantry.io/ip-ranges", "fd00:213:b::/64")
          .putAnnotations("gantry.io/aliases", "web,front")
          .putAnnotations("kubernetes.io/ingress-bandwidth", "8M")
          .putAnnotations("kubernetes.io/egress-bandwidth", "16M")
          .setDnsConfig(
              DNSConfig.newBuilder()
                  .addServers("10.213.11.53")
                  .addSearches("example.org")
                  .addOptions("ndots:2"))
          .addPortMappings(
              PortMapping.newBuilder().setHostPort(free.getLocalPort()).setContainerPort(80));
    }
  }

  private static String queuesTo(TestPod pod) throws IOException {
    String name = "gp" + pod.id().substring(0, 12);
    Process tc = new ProcessBuilder("tc", "qdisc", "show", "dev", name).start();
    return new String(tc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void aPodHasTheAddressesAndLimitsThatItAsksFor() throws Exception {
    files.write(
        "10-own.conflist",
        """
        {'cniVersion':'1.1.0','name':'own','plugins':[
          {'type':'bridge','bridge':'%s','isDefaultGateway':true,
           'capabilities':{'ips':true,'mac':true,'ipRanges':true},
           'ipam':{'type':'host-local','dataDir':'DATA','subnet':'10.213.11.0/24'}},
          {'type':'bandwidth','capabilities':{'bandwidth':true}}]}
        """
            .formatted(bridge()));
    TestPod pod = TestPod.run(runtime.client(), asking("asking").build());
    assertThat(pod.ip()).isEqualTo("10.213.11.77");
    assertThat(pod.status().getNetwork().getAdditionalIpsList())
        .extracting(PodIP::getIp)
        .containsExactly("fd00:213:b::2");
    TestContainer container = pod.start(Drafts.script("sleeper", runtime.image(), "sleep 600"));
    assertThat(container.sh("cat /sys/class/net/eth0/address")).isEqualTo("02:11:22:33:44:55");
    assertThat(queuesTo(pod)).contains("qdisc tbf", "rate 8Mbit", "qdisc ingress");
    pod.remove();
  }

  @Test
  void aPluginThatIsAProgramGetsWhatItsEntryNamesAndNothingElse() throws Exception {
    Path asked = files.directory().resolveSibling("asked.json");
    files.plugin(
        "spy",
        """
        if [ "$CNI_COMMAND" = ADD ]; then cat > %s; fi
        echo '{"cniVersion":"1.1.0"}'
        """
            .formatted(asked));
    files.write(
        "10-own.conflist",
        """
        {'cniVersion':'1.1.0','name':'own','plugins':[
          {'type':'spy','capabilities':{'portMappings':true,'bandwidth':true,'aliases':true,
           'mac':true,'ips':false,'ipRanges':true,'dns':true,'unheardOf':true}},
          {'type':'bridge','bridge':'%s',
           'ipam':{'type':'host-local','dataDir':'DATA','subnet':'10.213.11.0/24'}}]}
        """
            .formatted(bridge()));
    PodSandboxConfig config = asking("spied").build();
    TestPod pod = TestPod.run(runtime.client(), config);
    assertThat(pod.ip()).as("ips is no capability of this bridge").isEqualTo("10.213.11.2");
    JsonNode given = new ObjectMapper().readTree(Files.readString(asked));
    assertThat(given.has("capabilities")).isFalse();
    String expected =
        """
        {"portMappings":[{"hostPort":%d,"containerPort":80,"protocol":"tcp"}],
         "bandwidth":{"ingressRate":8000000,"ingressBurst":%2$d,
                      "egressRate":16000000,"egressBurst":%2$d},
         "dns":{"servers":["10.213.11.53"],"searches":["example.org"],"options":["ndots:2"]},
         "mac":"02:11:22:33:44:55",
         "ipRanges":[[{"subnet":"fd00:213:b::/64"}]],
         "aliases":["web","front"]}
        """
            .formatted(config.getPortMappings(0).getHostPort(), Integer.MAX_VALUE);
    assertThat(given.path("runtimeConfig")).isEqualTo(new ObjectMapper().readTree(expected));
    pod.remove();
  }
}
