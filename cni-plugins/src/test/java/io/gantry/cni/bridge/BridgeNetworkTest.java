package io.gantry.cni.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.cni.AttachmentFailedException;
import io.gantry.cni.NetworkException;
import io.gantry.cni.NetworkStatus;
import io.gantry.cni.NetworkUnavailableException;
import io.gantry.cni.PodAttachment;
import io.gantry.cni.ipam.PrivateBlocks;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.netlink.FakeNamespace;
import io.gantry.linux.netlink.FakeNetworks;
import io.gantry.linux.netlink.InterfaceAddress;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.Route;
import io.gantry.linux.nftables.Nftables;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BridgeNetworkTest {

  @TempDir Path temp;

  private final FakeNetworks networks = new FakeNetworks();
  private final FakeNamespace node = networks.own();
  private final List<String> rules = new ArrayList<>();
  private Nftables nftables =
      commands -> {
        rules.add(commands);
        return "";
      };
  private List<IpPrefix> candidates = PrivateBlocks.candidates();
  private Path ipForward;
  private BridgeNetwork network;

  @BeforeEach
  void open() throws IOException {
    ipForward = temp.resolve("sys/net/ipv4/ip_forward");
    Files.createDirectories(ipForward.getParent());
    Files.writeString(ipForward, "0\n");
    network = opened();
  }

  private BridgeNetwork opened() throws NetworkException {
    BridgeSettings settings =
        new BridgeSettings("gtest0", "gtest", temp.resolve("block.json"), candidates, 0);
    Forwarding forwarding = new Forwarding(node, temp.resolve("sys"));
    return BridgeNetworks.open(
        settings, networks, node, commands -> nftables.run(commands), forwarding);
  }

  private PodAttachment pod(Fd netns) throws NetworkException {
    return new PodAttachment("pod", netns, "eth0", network.reserve("pod"));
  }

  @Test
  void theNodesSideIsMadeWhole() throws Exception {
    network.ensure();
    Link bridge = node.links().find("gtest0").orElseThrow();
    assertThat(bridge.up()).isTrue();
    assertThat(node.addresses().list())
        .containsExactly(new InterfaceAddress(bridge.index(), IpPrefix.parse("10.88.0.1/16")));
    assertThat(Files.readString(ipForward)).isEqualTo("1\n");
    assertThat(rules.getFirst())
        .contains("ip saddr 10.88.0.0/16 oifname != \"gtest0\"", "masquerade");
    assertThat(network.status()).isEqualTo(NetworkStatus.up());
  }

  @Test
  void aPodGetsLoopbackAddressAndDefaultRoute() throws Exception {
    network.ensure();
    try (Fd netns = networks.make()) {
      network.attach(pod(netns));
      FakeNamespace inside = networks.at(netns);
      assertThat(inside.links().list()).allMatch(Link::up).hasSize(2);
      int eth0 = inside.links().find("eth0").orElseThrow().index();
      assertThat(inside.addresses().list())
          .containsExactly(new InterfaceAddress(eth0, IpPrefix.parse("10.88.0.2/16")));
      assertThat(inside.routes().list())
          .contains(
              new Route(IpPrefix.parse("0.0.0.0/0"), InetAddress.ofLiteral("10.88.0.1"), eth0));
    }
  }

  @Test
  void whicheverStepOfAnAttachFailsNothingOfItStays() throws Exception {
    network.ensure();
    List<Link> before = node.links().list();
    int steps = stepsOfAnAttach();
    assertThat(steps).isGreaterThan(4);
    for (int step = 0; step < steps; step++) {
      try (Fd netns = networks.make()) {
        PodAttachment pod = pod(netns);
        networks.failAfter(step, Errno.ENOMEM);
        assertThatExceptionOfType(AttachmentFailedException.class)
            .as("step %d", step)
            .isThrownBy(() -> network.attach(pod))
            .withMessageContaining("cannot attach pod pod to bridge gtest0: RTM_NEW")
            .withMessageContaining("ENOMEM");
        assertThat(node.links().list()).as("step %d", step).isEqualTo(before);
        assertThat(networks.at(netns).links().list()).as("step %d", step).hasSize(1);
      }
    }
  }

  private int stepsOfAnAttach() throws IOException {
    int before = networks.changes().size();
    try (Fd netns = networks.make()) {
      network.attach(pod(netns));
      return networks.changes().size() - before;
    }
  }

  @Test
  void whicheverStepOfTheNodesSideFailsTheNextTryMendsIt() throws Exception {
    for (int step = 0; step < 3; step++) {
      network.remove();
      networks.failAfter(step, Errno.ENOMEM);
      assertThatExceptionOfType(NetworkUnavailableException.class).isThrownBy(network::ensure);
      assertThat(network.status().ready()).isFalse();
      assertThat(network.status().reason()).isEqualTo("BridgeFailed");
      assertThat(network.status().message()).contains("ENOMEM");
      network.ensure();
      assertThat(network.status()).isEqualTo(NetworkStatus.up());
    }
  }

  @Test
  void beforeItIsUpThePodHearsWhy() throws Exception {
    assertThatExceptionOfType(NetworkUnavailableException.class)
        .isThrownBy(() -> network.reserve("pod"))
        .withMessage("the network has not been started yet");
    Files.delete(ipForward);
    assertThatExceptionOfType(NetworkUnavailableException.class).isThrownBy(network::ensure);
    assertThatExceptionOfType(NetworkUnavailableException.class)
        .isThrownBy(() -> network.reserve("pod"))
        .withMessageContaining(ipForward.toString());
    assertThat(network.status().reason()).isEqualTo("IpForwardFailed");
  }

  @Test
  void forwardingThatIsOnNeedNotBeWritable() throws Exception {
    Files.writeString(ipForward, "1\n");
    assertThat(ipForward.toFile().setWritable(false)).isTrue();
    network.ensure();
    assertThat(network.status().ready()).isTrue();
  }

  @Test
  void aBridgeThatSomeoneRemovedIsNoticedAndMadeAgain() throws Exception {
    network.ensure();
    node.links().delete(node.links().find("gtest0").orElseThrow().index());
    try (Fd netns = networks.make()) {
      PodAttachment pod = pod(netns);
      assertThatExceptionOfType(AttachmentFailedException.class)
          .isThrownBy(() -> network.attach(pod));
      assertThat(network.status())
          .isEqualTo(NetworkStatus.down("BridgeGone", "bridge gtest0 was removed"));
      network.ensure();
      assertThat(network.attach(pod).addresses().getFirst().address())
          .isEqualTo(pod.addresses().getFirst());
    }
  }

  @Test
  void aBlockThatIsNotConfiguredAnyMoreIsLeft() throws Exception {
    network.ensure();
    candidates = List.of(IpPrefix.parse("172.30.0.0/24"));
    network = opened();
    network.ensure();
    assertThat(network.reserve("pod")).containsExactly(InetAddress.ofLiteral("172.30.0.2"));
    assertThat(node.addresses().list())
        .extracting(InterfaceAddress::prefix)
        .containsExactly(IpPrefix.parse("172.30.0.1/24"));
  }

  @Test
  void rulesThatAreRefusedAreNamedAndTriedAgain() throws Exception {
    Nftables working = nftables;
    nftables =
        commands -> {
          throw new IOException("cannot load libnftables");
        };
    assertThatExceptionOfType(NetworkUnavailableException.class).isThrownBy(network::ensure);
    assertThat(network.status())
        .isEqualTo(NetworkStatus.down("NftablesFailed", "cannot load libnftables"));
    nftables = working;
    network.ensure();
    assertThat(network.status().ready()).isTrue();
  }

  @Test
  void anInterfaceOfAnotherKindIsNotTakenForTheBridge() throws Exception {
    try (Fd netns = networks.make()) {
      network.ensure();
      network.attach(pod(netns));
      String taken = node.links().list().getLast().name();
      BridgeSettings settings =
          new BridgeSettings(
              taken, "other", temp.resolve("other.json"), PrivateBlocks.candidates(), 0);
      BridgeNetwork other =
          BridgeNetworks.open(
              settings, networks, node, nftables, new Forwarding(node, temp.resolve("sys")));
      assertThatExceptionOfType(NetworkUnavailableException.class)
          .isThrownBy(other::ensure)
          .withMessageContaining(taken + " is there and is no bridge");
    }
  }

  @Test
  void aNodeThatUsesAllPrivateAddressesIsTold() throws Exception {
    node.links().bringUp(1);
    for (String used : new String[] {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"}) {
      node.routes().add(new Route(IpPrefix.parse(used), null, 1));
    }
    assertThatExceptionOfType(NetworkUnavailableException.class)
        .isThrownBy(network::ensure)
        .withMessageContaining("route to 10.0.0.0/8, route to 172.16.0.0/12");
    assertThat(network.status().reason()).isEqualTo("NoFreeAddressBlock");
  }

  @Test
  void restoredPodsKeepTheirAddressesWheneverTheNetworkComesUp() throws Exception {
    network.restore("old", List.of(InetAddress.ofLiteral("10.88.0.2")));
    network.restore("gone", List.of(InetAddress.ofLiteral("10.88.0.3")));
    network.release("gone");
    network.ensure();
    assertThat(network.reserve("new")).containsExactly(InetAddress.ofLiteral("10.88.0.3"));
    assertThat(network.reserve("old")).containsExactly(InetAddress.ofLiteral("10.88.0.2"));
    assertThat(network.remove()).isFalse();
  }

  @Test
  void whatDropsForwardedPacketsIsNamed() throws Exception {
    String listing =
        """
        table inet gtest {
        	chain postrouting {
        		type nat hook postrouting priority srcnat; policy accept;
        	}
        }
        table ip filter {
        	chain INPUT {
        		type filter hook input priority filter; policy drop;
        	}
        	chain FORWARD {
        		type filter hook forward priority filter; policy drop;
        	}
        }
        """;
    nftables = commands -> commands.startsWith("list") ? listing : "";
    network.ensure();
    assertThat(network.status().ready()).isTrue();
    assertThat(network.status().message())
        .isEqualTo("nftables chain ip filter FORWARD drops what pods send to the outside");
  }
}
