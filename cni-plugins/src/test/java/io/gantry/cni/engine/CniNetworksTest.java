package io.gantry.cni.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.cni.AddressesExhaustedException;
import io.gantry.cni.Attachment;
import io.gantry.cni.AttachmentFailedException;
import io.gantry.cni.NetworkException;
import io.gantry.cni.NetworkStatus;
import io.gantry.cni.NetworkSummary;
import io.gantry.cni.NetworkUnavailableException;
import io.gantry.cni.PodRequest;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.netlink.BridgeLink;
import io.gantry.linux.netlink.Conntrack;
import io.gantry.linux.netlink.FakeNamespace;
import io.gantry.linux.netlink.FakeNetworks;
import io.gantry.linux.netlink.Flow;
import io.gantry.linux.netlink.InterfaceAddress;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.MacAddress;
import io.gantry.linux.netlink.Route;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CniNetworksTest {

  /** A node that tracks no connection. */
  private static final class NoFlows implements Conntrack {
    @Override
    public List<Flow> to(int protocol, int port) {
      return List.of();
    }

    @Override
    public void forget(Flow flow) {
      throw new AssertionError("there is none: " + flow);
    }
  }

  @TempDir Path temp;

  private final FakeNetworks networks = new FakeNetworks();
  private final FakeNamespace node = networks.own();
  private final List<Fd> namespaces = new ArrayList<>();
  private String chains = "";
  private NetworksFixture fixture;
  private CniNetworks network;

  @BeforeEach
  void open() throws IOException {
    Path ipForward = temp.resolve("sys/net/ipv4/ip_forward");
    Files.createDirectories(ipForward.getParent());
    Files.writeString(ipForward, "1\n");
    fixture = new NetworksFixture(temp);
    network = opened();
  }

  @AfterEach
  void close() {
    network.close();
    namespaces.forEach(Fd::close);
  }

  private CniNetworks opened() throws NetworkException {
    return NodeNetworks.open(
        fixture.settings(),
        networks,
        new NodeNetworks.NodeView(node, this::filter, new NoFlows(), temp.resolve("sys")),
        () -> {});
  }

  /** A packet filter that takes everything and shows only that it has the table. */
  private String filter(String commands) {
    if (commands.startsWith("list chains")) {
      return chains;
    }
    return commands.startsWith("list table") ? "table inet gtest\n" : "";
  }

  private void restart() throws NetworkException {
    network.close();
    network = opened();
    assertThat(network.recover(() -> fixture.records)).isEmpty();
  }

  private Fd netns() {
    Fd netns = networks.make();
    namespaces.add(netns);
    return netns;
  }

  /** As a daemon does it: record, ADD, record. */
  private InetAddress attach(String pod) throws NetworkException {
    List<Attachment> planned = network.plan(NetworksFixture.pod(pod));
    fixture.records.put(pod, planned);
    List<Attachment> attached = network.attach(pod, netns(), planned);
    fixture.records.put(pod, attached);
    return network.addresses(attached.getFirst()).getFirst();
  }

  private void detach(String pod) throws NetworkException {
    network.detach(pod, null, fixture.of(pod));
    fixture.records.remove(pod);
  }

  private void configure(String file, String json) throws IOException {
    Files.createDirectories(fixture.configurations());
    Files.writeString(fixture.configurations().resolve(file), json.replace('\'', '"'));
  }

  private static InetAddress ip(String text) {
    return InetAddress.ofLiteral(text);
  }

  @Test
  void withoutConfigurationTheFirstPodWorks() throws Exception {
    assertThat(network.status()).isEqualTo(NetworkStatus.up());
    assertThat(attach("pod")).isEqualTo(ip("10.88.0.2"));
    assertThat(attach("other")).isEqualTo(ip("10.88.0.3"));
    assertThat(networks.at(namespaces.getFirst()).links().list()).allMatch(Link::up).hasSize(2);
    Attachment attachment = fixture.of("pod").getFirst();
    assertThat(attachment.network()).isEqualTo("gtest");
    assertThat(network.hostInterface(attachment)).startsWith("gp");
  }

  @Test
  void podsKeepTheirAddressesOverARestartAndWhatNobodyHasIsFreed() throws Exception {
    attach("old");
    attach("lost");
    fixture.records.remove("lost");
    restart();
    assertThat(attach("new")).as("addresses go round").isEqualTo(ip("10.88.0.4"));
    try (var files = Files.list(fixture.addresses().resolve("gtest"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .contains("10.88.0.2")
          .doesNotContain("10.88.0.3");
    }
    assertThat(node.links().list()).extracting(Link::name).as("lo, bridge, old, new").hasSize(4);
  }

  @Test
  void aPodThatWasOnlyPlannedCanBeUndone() throws Exception {
    fixture.records.put("pod", network.plan(NetworksFixture.pod("pod")));
    restart();
    detach("pod");
    assertThat(network.remove()).isTrue();
    assertThat(node.links().list()).extracting(Link::name).containsExactly("lo");
  }

  @Test
  void aNetworkInUseIsNotRemoved() throws Exception {
    network.recover(() -> fixture.records);
    attach("pod");
    assertThat(network.remove()).isFalse();
    detach("pod");
    detachAgain("pod");
    assertThat(network.remove()).isTrue();
    assertThat(network.remove()).isTrue();
  }

  private void detachAgain(String pod) throws NetworkException {
    network.detach(pod, null, network.plan(NetworksFixture.pod(pod)));
  }

  @Test
  void theBlockAvoidsWhatTheNodeUsesAndIsKeptForPods() throws Exception {
    node.links().bringUp(1);
    node.routes().add(new Route(IpPrefix.parse("10.88.3.0/24"), null, 1));
    assertThat(attach("pod")).isEqualTo(ip("10.89.0.2"));
    node.routes().add(new Route(IpPrefix.parse("10.89.7.0/24"), null, 1));
    restart();
    assertThat(network.status().ready()).isTrue();
    assertThat(network.status().message())
        .isEqualTo("pods live in 10.89.0.0/16, which overlaps with route to 10.89.7.0/24");
    detach("pod");
    restart();
    assertThat(network.status()).isEqualTo(NetworkStatus.up());
    assertThat(attach("pod")).isEqualTo(ip("10.90.0.2"));
    assertThat(node.addresses().list())
        .extracting(InterfaceAddress::prefix)
        .containsExactly(IpPrefix.parse("10.90.0.1/16"));
  }

  @Test
  void aNodeThatUsesAllPrivateAddressesIsTold() throws Exception {
    node.links().bringUp(1);
    for (String used : new String[] {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"}) {
      node.routes().add(new Route(IpPrefix.parse(used), null, 1));
    }
    assertThat(network.status().reason()).isEqualTo("NoFreeAddressBlock");
    assertThat(network.status().message()).contains("route to 10.0.0.0/8, route to 172.16.0.0/12");
    assertThatExceptionOfType(NetworkUnavailableException.class).isThrownBy(() -> attach("pod"));
  }

  @Test
  void aConfigurationIsTakenUpAtOnceAndPodsLeaveAsTheyCame() throws Exception {
    attach("before");
    configure(
        "10-own.conflist",
        """
        {'cniVersion':'1.0.0','name':'own','plugins':[{'type':'bridge','bridge':'own0',
          'ipam':{'type':'host-local','subnet':'10.7.0.0/24','dataDir':'%s'}}]}
        """
            .formatted(fixture.addresses()));
    assertThat(attach("after")).isEqualTo(ip("10.7.0.2"));
    Files.delete(fixture.configurations().resolve("10-own.conflist"));
    detach("after");
    assertThat(fixture.addresses().resolve("own/10.7.0.2")).doesNotExist();
    assertThat(attach("later")).isEqualTo(ip("10.88.0.3"));
  }

  @Test
  void aBrokenConfigurationIsNamedAndNotReplacedByAnother() throws Exception {
    configure("10-own.conflist", "{\n'name':");
    NetworkStatus status = network.status();
    assertThat(status.ready()).isFalse();
    assertThat(status.reason()).isEqualTo("BadNetworkConfiguration");
    assertThat(status.message()).contains("10-own.conflist:2: ");
    assertThat(network.networks())
        .extracting(NetworkSummary::problem)
        .anySatisfy(problem -> assertThat(problem).contains("10-own.conflist:2: "));
  }

  @Test
  void aPodWhoseConfigurationIsRefusedCanGo() throws Exception {
    for (String fields :
        List.of(
            "'vlan':5000,'ipam':{'type':'host-local','subnet':'10.7.0.0/24'}",
            "'mtu':5,'ipam':{'type':'host-local','subnet':'10.7.0.0/24'}",
            "'ipam':{'type':'host-local','subnet':'10.7.0.0'}",
            "'ipam':{'type':'bridge'}",
            "'ipam':{'type':'nowhere'}")) {
      configure(
          "10-own.conflist",
          "{'cniVersion':'1.1.0','name':'own','plugins':[{'type':'bridge','bridge':'own0',"
              + fields
              + "}]}");
      assertThatExceptionOfType(NetworkException.class).as(fields).isThrownBy(() -> attach("pod"));
      detach("pod");
      assertThat(network.recover(() -> fixture.records)).as(fields).isNotNull();
    }
  }

  @Test
  void networksThatShareABridgeLeaveEachOthersPodsAlone() throws Exception {
    String list =
        """
        {'cniVersion':'1.1.0','name':'%s','plugins':[{'type':'bridge','bridge':'own0',
          'ipam':{'type':'host-local','subnet':'10.7.%d.0/24','dataDir':'%s'}}]}
        """;
    configure("10-own.conflist", list.formatted("first", 1, fixture.addresses()));
    attach("pod");
    configure("10-own.conflist", list.formatted("second", 2, fixture.addresses()));
    attach("other");
    restart();
    assertThat(networks.at(namespaces.getFirst()).links().find("eth0")).isPresent();
    assertThat(networks.at(namespaces.getLast()).links().find("eth0")).isPresent();
  }

  @Test
  void aMissingPluginIsNamed() throws Exception {
    configure(
        "10-own.conflist", "{'cniVersion':'1.0.0','name':'own','plugins':[{'type':'calico'}]}");
    assertThat(network.status().reason()).isEqualTo("PluginNotAvailable");
    assertThat(network.status().message())
        .isEqualTo(
            "network own, plugin calico: plugin calico is neither built in nor an executable file"
                + " in "
                + temp.resolve("bin"));
    assertThatExceptionOfType(NetworkUnavailableException.class)
        .isThrownBy(() -> attach("pod"))
        .withMessageContaining("plugin calico");
  }

  @Test
  void aNodeThatIsToWaitForItsNetworkWaits() throws Exception {
    fixture.withoutZeroConfig();
    restart();
    assertThat(network.status().reason()).isEqualTo("NoNetworkConfiguration");
    fixture.use("other");
    restart();
    configure("10-a.conflist", "{'cniVersion':'1.0.0','name':'a','plugins':[{'type':'loopback'}]}");
    assertThat(network.status().message()).startsWith("no network named other in ");
    configure(
        "20-b.conflist", "{'cniVersion':'1.0.0','name':'other','plugins':[{'type':'loopback'}]}");
    assertThat(network.status()).isEqualTo(NetworkStatus.up());
    assertThat(network.networks())
        .filteredOn(NetworkSummary::chosen)
        .extracting(NetworkSummary::name)
        .containsExactly("other");
  }

  @Test
  void aUsedUpRangeAndAFailureOfTheKernelAreToldApart() throws Exception {
    fixture.candidates("10.99.0.0/30");
    restart();
    attach("pod");
    assertThatExceptionOfType(AddressesExhaustedException.class)
        .isThrownBy(() -> attach("other"))
        .withMessageContaining("no address left in 10.99.0.0/30: 1 in use by pod");
    assertThat(network.status().ready()).as("healthy pods are not to be driven away").isTrue();
    detach("other");
    detach("pod");
    networks.failAfter(2, Errno.ENOMEM);
    assertThatExceptionOfType(AttachmentFailedException.class)
        .isThrownBy(() -> attach("pod"))
        .withMessageContaining(
            "cannot attach pod pod to its network: network gtest, plugin bridge:")
        .withMessageContaining("ENOMEM");
  }

  @Test
  void theOrchestratorsBlocksAreUsedFromThenOnAndOverARestart() throws Exception {
    assertThat(attach("before")).isEqualTo(ip("10.88.0.2"));
    network.podBlocks(List.of(IpPrefix.parse("10.244.3.0/24")));
    assertThat(attach("after")).isEqualTo(ip("10.244.3.2"));
    restart();
    assertThat(attach("later")).isEqualTo(ip("10.244.3.3"));
  }

  @Test
  void aPodHasTheAddressesItAsksForWhereTheNetworkLetsItChoose() throws Exception {
    var wishes =
        new PodRequest.Wishes(
            List.of("10.7.0.77"),
            "02:00:00:00:00:77",
            List.of(IpPrefix.parse("10.9.0.0/24")),
            List.of("db"));
    String list =
        """
        {'cniVersion':'1.1.0','name':'own','plugins':[{'type':'bridge','bridge':'own0',%s
          'ipam':{'type':'host-local','subnet':'10.7.0.0/24','dataDir':'%s'}}]}
        """;
    configure("10-own.conflist", list.formatted("", fixture.addresses()));
    assertThat(wishing("none", wishes)).containsExactly(ip("10.7.0.2"));
    configure(
        "10-own.conflist",
        list.formatted(
            "'capabilities':{'ips':true,'mac':true,'ipRanges':true},", fixture.addresses()));
    assertThat(wishing("pod", wishes)).containsExactly(ip("10.7.0.77"), ip("10.9.0.2"));
    Link eth0 = networks.at(namespaces.getLast()).links().find("eth0").orElseThrow();
    assertThat(eth0.mac()).isEqualTo(MacAddress.parse("02:00:00:00:00:77"));
    assertThat(fixture.of("pod").getFirst().capabilities()).contains("\"aliases\":[\"db\"]");
  }

  private List<InetAddress> wishing(String pod, PodRequest.Wishes wishes) throws NetworkException {
    List<Attachment> planned = network.plan(NetworksFixture.pod(pod, wishes));
    List<Attachment> attached = network.attach(pod, netns(), planned);
    fixture.records.put(pod, attached);
    return network.addresses(attached.getFirst());
  }

  @Test
  void newPodsFitTheWayOutAsItIsByNow() throws Exception {
    node.links().create(new BridgeLink("up0", MacAddress.derivedFrom("up0"), 1500));
    int up = node.links().find("up0").orElseThrow().index();
    node.links().bringUp(up);
    node.routes().add(new Route(IpPrefix.parse("0.0.0.0/0"), null, up));
    attach("before");
    node.links().resize(up, 1380);
    assertThat(network.recover(() -> fixture.records)).isEmpty();
    attach("after");
    assertThat(mtuOfPod(0)).isEqualTo(1500);
    assertThat(mtuOfPod(1)).isEqualTo(1380);
  }

  private int mtuOfPod(int number) throws IOException {
    return networks.at(namespaces.get(number)).links().find("eth0").orElseThrow().mtu();
  }

  @Test
  void aSlowProgramsCollectionKeepsNoPodOfAnotherNetworkWaiting() throws Exception {
    Path programs = Files.createDirectories(temp.resolve("bin"));
    for (String type : List.of("quick", "slow")) {
      Path program = programs.resolve(type);
      Files.writeString(
          program,
          """
          #!/bin/sh
          if [ "$CNI_COMMAND" = GC ] && [ -e "$0.wait" ]; then
            touch "$0.begun"
            while [ -e "$0.wait" ]; do sleep 0.05; done
          fi
          echo '{"cniVersion":"1.1.0","ips":[{"address":"10.1.2.3/24"}]}'
          """);
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
      configure(
          type + ".conflist",
          "{'cniVersion':'1.1.0','name':'%1$s','plugins':[{'type':'%1$s'}]}".formatted(type));
    }
    fixture.use("slow");
    restart();
    attach("slow pod");
    fixture.use("quick");
    restart();
    Path gate = Files.createFile(programs.resolve("slow.wait"));
    Thread collecting = Thread.ofPlatform().start(() -> network.recover(() -> fixture.records));
    Awaitility.await().until(() -> Files.exists(programs.resolve("slow.begun")));
    assertThat(network.plan(NetworksFixture.pod("pod")).getFirst().network()).isEqualTo("quick");
    List<Attachment> planned = network.plan(NetworksFixture.pod("pod"));
    assertThat(CompletableFuture.supplyAsync(() -> attached(planned)))
        .succeedsWithin(Duration.ofSeconds(5));
    assertThat(collecting.isAlive()).isTrue();
    Files.delete(gate);
    collecting.join();
  }

  private List<Attachment> attached(List<Attachment> planned) {
    try {
      return network.attach("pod", netns(), planned);
    } catch (NetworkException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatDropsForwardedPacketsIsNamed() throws Exception {
    chains =
        """
        table ip filter {
        	chain INPUT {
        		type filter hook input priority filter; policy drop;
        	}
        	chain FORWARD {
        		type filter hook forward priority filter; policy drop;
        	}
        }
        """;
    restart();
    assertThat(network.status())
        .isEqualTo(
            NetworkStatus.upBut(
                "nftables chain ip filter FORWARD drops what pods send to the outside"));
  }
}
