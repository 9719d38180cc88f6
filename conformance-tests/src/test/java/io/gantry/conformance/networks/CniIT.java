package io.gantry.conformance.networks;

import static io.gantry.conformance.harness.Refusals.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ListPodSandboxRequest;
import io.gantry.api.cri.v1.PodIP;
import io.gantry.api.cri.v1.RunPodSandboxRequest;
import io.gantry.api.cri.v1.RuntimeCondition;
import io.gantry.api.cri.v1.StatusRequest;
import io.gantry.api.gantry.v1.CheckPodNetworkRequest;
import io.gantry.api.gantry.v1.NetworksGrpc;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.grpc.Status.Code;
import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class CniIT {

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private static final String OWN =
      """
      {'cniVersion':'1.0.0','name':'own','plugins':[
        {'type':'bridge','bridge':'NAME','isDefaultGateway':true,
         'ipam':{'type':'host-local','dataDir':'DATA','ranges':[RANGES]}}]}
      """;

  private NodeNetworkFiles files;

  @BeforeEach
  void files() {
    files = NodeNetworkFiles.of(runtime.node());
  }

  private static String ownBridge() {
    return runtime.node().name() + "o";
  }

  private static String foreignBridge() {
    return runtime.node().name() + "f";
  }

  /** A bridge that a configuration names stays when its last pod goes, as with every runtime. */
  @AfterAll
  static void removeBridges() throws Exception {
    for (String bridge : List.of(ownBridge(), foreignBridge())) {
      if (NetworkInterface.getByName(bridge) != null) {
        assertThat(new ProcessBuilder("ip", "link", "del", bridge).inheritIO().start().waitFor())
            .isZero();
      }
    }
  }

  @AfterEach
  void unconfigure() throws IOException {
    if (Files.isDirectory(files.directory())) {
      try (var left = Files.list(files.directory())) {
        for (Path file : left.toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private void configure(String ranges) throws IOException {
    files.write("10-own.conflist", OWN.replace("NAME", ownBridge()).replace("RANGES", ranges));
  }

  private static RuntimeCondition network() {
    return runtime
        .client()
        .runtime()
        .status(StatusRequest.getDefaultInstance())
        .getStatus()
        .getConditionsList()
        .stream()
        .filter(condition -> condition.getType().equals("NetworkReady"))
        .findFirst()
        .orElseThrow();
  }

  private static TestContainer sleeper(TestPod pod) {
    return pod.start(Drafts.script("sleeper", runtime.image(), "sleep 600"));
  }

  private static void check(TestPod pod) {
    var request = CheckPodNetworkRequest.newBuilder().setPodId(pod.id()).build();
    var _ = NetworksGrpc.newBlockingStub(runtime.client().channel()).checkPodNetwork(request);
  }

  @Test
  void aConfigurationIsTakenUpWithoutARestartAndPodsLeaveWhenItIsGone() throws Exception {
    TestPod before = runtime.pod("before");
    configure("[{'subnet':'10.213.7.0/24'}]");
    TestPod configured = runtime.pod("configured");
    assertThat(configured.ip()).isEqualTo("10.213.7.2");
    assertThat(before.ip()).doesNotStartWith("10.213.");
    check(configured);
    files.delete("10-own.conflist");
    configured.remove();
    assertThat(files.data().resolve("own/10.213.7.2")).doesNotExist();
    assertThat(runtime.pod("after").ip()).doesNotStartWith("10.213.");
  }

  @Test
  void aPodHasAnAddressOfEachFamily() throws Exception {
    configure("[{'subnet':'10.213.8.0/24'}],[{'subnet':'fd00:213:8::/64'}]");
    TestPod first = runtime.pod("first");
    TestPod second = runtime.pod("second");
    assertThat(first.ip()).isEqualTo("10.213.8.2");
    assertThat(first.status().getNetwork().getAdditionalIpsList())
        .extracting(PodIP::getIp)
        .containsExactly("fd00:213:8::2");
    String other = second.status().getNetwork().getAdditionalIps(0).getIp();
    assertThat(sleeper(first).exec("ping", "-c", "1", "-W", "5", other).getExitCode()).isZero();
    check(first);
  }

  @Test
  void whatIsWrongWithAConfigurationIsInTheStatusByFileAndLine() throws Exception {
    files.write("10-own.conflist", "{\n 'name': }");
    assertThat(network().getStatus()).isFalse();
    assertThat(network().getMessage()).contains("10-own.conflist:2: ");
    assertThat(
            refusal(
                Code.UNAVAILABLE,
                () ->
                    runtime
                        .client()
                        .runtime()
                        .runPodSandbox(
                            RunPodSandboxRequest.newBuilder()
                                .setConfig(runtime.draft("unlucky"))
                                .build())))
        .contains("10-own.conflist:2: ");
    files.write("10-own.conflist", "{'cniVersion':'1.0.0','name':'n','plugins':[{'type':'nix'}]}");
    assertThat(network().getMessage()).contains("plugin nix is neither built in nor");
    configure("[{'subnet':'10.213.7.0/24'}]");
    assertThat(network().getStatus()).isTrue();
  }

  @Test
  void aRangeThatIsUsedUpSaysByWhom() throws Exception {
    configure("[{'subnet':'10.213.9.0/30'}]");
    TestPod only = runtime.pod("only");
    assertThat(
            refusal(
                Code.RESOURCE_EXHAUSTED,
                () ->
                    runtime
                        .client()
                        .runtime()
                        .runPodSandbox(
                            RunPodSandboxRequest.newBuilder()
                                .setConfig(runtime.draft("another"))
                                .build())))
        .contains("no address left in 10.213.9.0/30: 1 in use by " + only.id().substring(0, 12))
        .contains("gantry network ls");
  }

  @Test
  void foreignPluginsWorkInAChainWithOurs() throws Exception {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/lib/cni/bridge")),
        "not installed: containernetworking-plugins");
    files.foreign("their-bridge", "bridge");
    files.foreign("their-local", "host-local");
    files.foreign("their-tuning", "tuning");
    files.write(
        "10-foreign.conflist",
        """
        {'cniVersion':'0.4.0','name':'foreign','plugins':[
          {'type':'their-bridge','bridge':'%s','isGateway':true,
           'ipam':{'type':'their-local','dataDir':'DATA','subnet':'10.213.10.0/24',
                   'routes':[{'dst':'0.0.0.0/0'}]}},
          {'type':'their-tuning','sysctl':{'net.core.somaxconn':'517'}},
          {'type':'bandwidth','capabilities':{'bandwidth':true}}]}
        """
            .formatted(foreignBridge()));
    TestPod first = runtime.pod("first");
    TestPod second = runtime.pod("second");
    assertThat(first.ip()).startsWith("10.213.10.");
    TestContainer container = sleeper(first);
    assertThat(container.exec("ping", "-c", "1", "-W", "5", second.ip()).getExitCode()).isZero();
    assertThat(container.sh("cat /proc/sys/net/core/somaxconn")).isEqualTo("517");
    check(first);
    runtime.node().kill();
    runtime.node().startAgain();
    check(first);
    first.remove();
    second.remove();
    try (var left = Files.list(files.data().resolve("foreign"))) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith("10."));
    }
  }

  @Test
  void aDeathOfTheDaemonInThePluginsMidstIsUndone() throws Exception {
    Path log = files.directory().resolveSibling("slow.log");
    files.plugin(
        "slow",
        """
        echo "$CNI_COMMAND $CNI_CONTAINERID" >> %s
        if [ "$CNI_COMMAND" = ADD ]; then sleep 60; fi
        """
            .formatted(log));
    files.write(
        "10-slow.conflist", "{'cniVersion':'1.1.0','name':'slow','plugins':[{'type':'slow'}]}");
    Thread asking =
        Thread.ofPlatform()
            .start(() ->
                refusal(
                    Code.UNAVAILABLE,
                    () ->
                        runtime
                            .client()
                            .runtime()
                            .runPodSandbox(
                                RunPodSandboxRequest.newBuilder()
                                    .setConfig(runtime.draft("slow"))
                                    .build())));
    Awaitility.await().until(() -> Files.exists(log) && Files.readString(log).contains("ADD "));
    runtime.node().kill();
    asking.join(Duration.ofSeconds(10));
    runtime.node().startAgain();
    List<String> calls = Files.readAllLines(log);
    String pod = calls.getFirst().substring("ADD ".length());
    assertThat(calls).contains("DEL " + pod);
    assertThat(
            runtime
                .client()
                .runtime()
                .listPodSandbox(ListPodSandboxRequest.getDefaultInstance())
                .getItemsList())
        .noneMatch(item -> item.getId().equals(pod));
  }
}
