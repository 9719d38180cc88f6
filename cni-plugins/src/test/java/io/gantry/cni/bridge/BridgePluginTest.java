package io.gantry.cni.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.cni.filter.PacketTable;
import io.gantry.cni.ipam.HostLocal;
import io.gantry.cni.plugin.AddressPlugin;
import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.plugin.TestCalls;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.PluginConfig;
import io.gantry.cni.sysctl.Sysctls;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.Linux;
import io.gantry.linux.netlink.FakeNamespace;
import io.gantry.linux.netlink.FakeNetworks;
import io.gantry.linux.netlink.InterfaceAddress;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.MacAddress;
import io.gantry.linux.netlink.PortVlans;
import io.gantry.linux.netlink.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BridgePluginTest {

  private static final String CONTAINER = "abcdef0123456789";

  @TempDir Path temp;

  private final FakeNetworks networks = new FakeNetworks();
  private final FakeNamespace node = networks.own();
  private final List<String> rules = new ArrayList<>();
  private Path ipForward;
  private BridgePlugin plugin;

  @BeforeEach
  void open() throws IOException {
    ipForward = temp.resolve("sys/net/ipv4/ip_forward");
    Files.createDirectories(ipForward.getParent());
    Files.writeString(ipForward, "0\n");
    HostLocal addresses = new HostLocal(Linux.syscalls());
    PacketTable table =
        new PacketTable(
            commands -> {
              if (!commands.startsWith("list")) {
                rules.add(commands);
              }
              return "";
            },
            "gtest");
    plugin =
        new BridgePlugin(
            networks,
            node,
            new AddressPlugin(type -> addresses),
            table,
            new Forwarding(new Sysctls(node, temp.resolve("sys"))));
  }

  private PluginConfig config(String fields) throws IOException {
    return TestCalls.config(
        """
        {'type':'bridge','bridge':'gtest0',%s
         'ipam':{'type':'host-local','subnet':'10.88.0.0/16','dataDir':'%s'}}
        """
            .formatted(fields, temp));
  }

  private PluginCall call(Fd netns, String fields) throws IOException {
    return TestCalls.call(CONTAINER, netns, config(fields));
  }

  private List<String> addressesInUse() throws IOException {
    try (var files = Files.list(temp.resolve("net"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("[0-9.]+"))
          .toList();
    }
  }

  @Test
  void aContainerGetsAddressAndRouteAndTheNodeIsItsGateway() throws Exception {
    try (Fd netns = networks.make()) {
      CniResult result =
          plugin.add(call(netns, "'isDefaultGateway':true,'ipMasq':true,'mtu':1400,"));
      Link bridge = node.links().find("gtest0").orElseThrow();
      assertThat(bridge.up()).isTrue();
      assertThat(bridge.mtu()).isEqualTo(1400);
      assertThat(node.addresses().list())
          .containsExactly(new InterfaceAddress(bridge.index(), IpPrefix.parse("10.88.0.1/16")));
      assertThat(Files.readString(ipForward)).isEqualTo("1\n");
      FakeNamespace inside = networks.at(netns);
      int eth0 = inside.links().find("eth0").orElseThrow().index();
      assertThat(inside.addresses().list())
          .containsExactly(new InterfaceAddress(eth0, IpPrefix.parse("10.88.0.2/16")));
      assertThat(inside.routes().list())
          .contains(
              new Route(IpPrefix.parse("0.0.0.0/0"), InetAddress.ofLiteral("10.88.0.1"), eth0));
      assertThat(result.interfaces())
          .extracting(CniResult.Interface::name)
          .containsExactly("gtest0", "gpabcdef012345", "eth0");
      assertThat(result.ips().getFirst().interfaceIndex()).isEqualTo(2);
      assertThat(rules).hasSize(1).first().asString().contains("10.88.0.2", "masquerade");
    }
  }

  @Test
  void withoutGatewayTheBridgeHasNoAddressAndNothingIsForwarded() throws Exception {
    try (Fd netns = networks.make()) {
      plugin.add(call(netns, ""));
      assertThat(node.addresses().list()).isEmpty();
      assertThat(Files.readString(ipForward)).isEqualTo("0\n");
      assertThat(rules).isEmpty();
      assertThat(networks.at(netns).routes().list()).allMatch(route -> !route.isDefault());
    }
  }

  @Test
  void whicheverStepOfAnAddFailsNothingOfItStays() throws Exception {
    String fields =
        "'isDefaultGateway':true,'hairpinMode':true,'vlan':7,'preserveDefaultVlan':false,"
            + "'macspoofchk':true,";
    try (Fd netns = networks.make()) {
      plugin.add(call(netns, fields));
    }
    plugin.del(call0(fields));
    List<Link> before = node.links().list();
    int steps = 0;
    for (boolean failed = true; failed; steps++) {
      try (Fd netns = networks.make()) {
        networks.failAfter(steps, Errno.ENOMEM);
        failed = fails(call(netns, fields));
        if (failed) {
          assertThat(node.links().list()).as("step %d", steps).isEqualTo(before);
          assertThat(networks.at(netns).links().list()).as("step %d", steps).hasSize(1);
          assertThat(addressesInUse()).as("step %d", steps).isEmpty();
        }
      }
    }
    assertThat(steps).isGreaterThan(5);
  }

  private PluginCall call0(String fields) throws IOException {
    return TestCalls.call(CONTAINER, null, config(fields));
  }

  private boolean fails(PluginCall call) {
    try {
      plugin.add(call);
      return false;
    } catch (CniException e) {
      assertThat(e.getMessage())
          .contains("cannot attach container " + CONTAINER + " to bridge gtest0: RTM_", "ENOMEM");
      return true;
    }
  }

  @Test
  void undoingTwiceAndWithoutAddIsFine() throws Exception {
    plugin.del(call0(""));
    try (Fd netns = networks.make()) {
      PluginCall call = call(netns, "");
      PluginCall later = TestCalls.after(call, plugin.add(call));
      plugin.del(later);
      plugin.del(later);
      assertThat(node.links().list()).extracting(Link::name).containsExactly("lo", "gtest0");
      assertThat(addressesInUse()).isEmpty();
    }
  }

  @Test
  void aPairThatACrashLeftIsReplaced() throws Exception {
    try (Fd before = networks.make();
        Fd now = networks.make()) {
      plugin.add(call(before, ""));
      plugin.add(call(now, ""));
      assertThat(networks.at(before).links().list()).extracting(Link::name).containsExactly("lo");
      assertThat(networks.at(now).links().find("eth0")).isPresent();
    }
  }

  @Test
  void whatACheckMissesIsNamed() throws Exception {
    try (Fd netns = networks.make()) {
      PluginCall call = call(netns, "'isDefaultGateway':true,");
      PluginCall later = TestCalls.after(call, plugin.add(call));
      plugin.check(later);
      FakeNamespace inside = networks.at(netns);
      inside.addresses().remove(inside.addresses().list().getFirst());
      assertThatExceptionOfType(CniException.class)
          .isThrownBy(() -> plugin.check(later))
          .withMessage("address 10.88.0.2/16 is not on interface eth0");
      node.links().delete(node.links().find("gtest0").orElseThrow().index());
      assertThatExceptionOfType(CniException.class)
          .isThrownBy(() -> plugin.check(later))
          .withMessage("bridge gtest0 is gone");
    }
  }

  @Test
  void portsOfNobodyAreCollectedWithTheirAddresses() throws Exception {
    try (Fd kept = networks.make();
        Fd lost = networks.make()) {
      plugin.add(TestCalls.call("kept", kept, config("")));
      plugin.add(TestCalls.call("lost", lost, config("")));
      plugin.gc(config(""), Set.of(new Plugin.Attachment("kept", "eth0")));
      assertThat(networks.at(kept).links().find("eth0")).isPresent();
      assertThat(networks.at(lost).links().find("eth0")).isEmpty();
      assertThat(addressesInUse()).containsExactly("10.88.0.2");
    }
  }

  @Test
  void theLinkAddressFollowsTheAddressUnlessTheCallerAsksForOne() throws Exception {
    try (Fd netns = networks.make();
        Fd other = networks.make()) {
      CniResult result = plugin.add(call(netns, ""));
      assertThat(result.interfaces().getLast().mac())
          .isEqualTo(MacAddress.derivedFrom(InetAddress.ofLiteral("10.88.0.2")).toString());
      PluginCall asked =
          new PluginCall(
              "other",
              TestCalls.call("other", other, config("")).netns(),
              "eth0",
              Map.of("MAC", "02:11:22:33:44:55"),
              config(""));
      assertThat(plugin.add(asked).interfaces().getLast().mac()).isEqualTo("02:11:22:33:44:55");
    }
  }

  @Test
  void anotherAddressOfTheSameBlockOnTheBridgeIsRefusedOrReplaced() throws Exception {
    try (Fd first = networks.make();
        Fd second = networks.make()) {
      plugin.add(call(first, ""));
      int bridge = node.links().find("gtest0").orElseThrow().index();
      node.addresses().add(new InterfaceAddress(bridge, IpPrefix.parse("10.88.7.7/16")));
      assertThatExceptionOfType(CniException.class)
          .isThrownBy(() -> plugin.add(call(second, "'isGateway':true,")))
          .withMessageContaining("gtest0 has address 10.88.7.7/16 already")
          .withMessageContaining("forceAddress");
      plugin.add(call(second, "'isGateway':true,'forceAddress':true,"));
      assertThat(node.addresses().list())
          .extracting(InterfaceAddress::prefix)
          .containsExactly(IpPrefix.parse("10.88.0.1/16"));
    }
  }

  @Test
  void anInterfaceOfAnotherKindIsNotTakenForTheBridge() throws Exception {
    try (Fd netns = networks.make();
        Fd other = networks.make()) {
      plugin.add(call(netns, ""));
      PluginConfig wrong =
          TestCalls.config("{'type':'bridge','bridge':'gpabcdef012345','ipam':{}}");
      assertThatExceptionOfType(CniException.class)
          .isThrownBy(() -> plugin.add(TestCalls.call("other", other, wrong)))
          .withMessageContaining("gpabcdef012345 is there and is no bridge");
    }
  }

  @Test
  void forwardingThatCannotBeSwitchedOnFailsTheContainer() throws Exception {
    Files.delete(ipForward);
    try (Fd netns = networks.make()) {
      assertThatExceptionOfType(CniException.class)
          .isThrownBy(() -> plugin.add(call(netns, "'isGateway':true,")))
          .withMessageContaining("cannot switch on net/ipv4/ip_forward");
      assertThat(addressesInUse()).isEmpty();
    }
  }

  @Test
  void aContainerOfAVlanHasItsGatewayOnTheNodesEndOfThatVlan() throws Exception {
    String fields = "'isDefaultGateway':true,'vlan':7,'preserveDefaultVlan':false,";
    try (Fd netns = networks.make()) {
      PluginCall call = call(netns, fields);
      CniResult result = plugin.add(call);
      assertThat(result.interfaces())
          .extracting(CniResult.Interface::name)
          .containsExactly("gtest0", "gpabcdef012345", "eth0", "gtest0.7");
      assertThat(result.onNode())
          .extracting(CniResult.Interface::name)
          .containsExactly("gtest0.7", "gtest0", "gpabcdef012345");
      assertThat(result.ips().getFirst().interfaceIndex()).isEqualTo(2);
      Link gateway = node.links().find("gtest0.7").orElseThrow();
      assertThat(gateway.up()).isTrue();
      assertThat(node.addresses().list())
          .containsExactly(new InterfaceAddress(gateway.index(), IpPrefix.parse("10.88.0.1/16")));
      int port = node.links().find("gpabcdef012345").orElseThrow().index();
      assertThat(node.bridgePorts().vlans(port)).containsExactly(PortVlans.access(7));
      plugin.check(TestCalls.after(call, result));
    }
  }

  @Test
  void aTrunkKeepsTheUsualVlanUnlessToldNotTo() throws Exception {
    String trunk = "'vlanTrunk':[{'id':5},{'minID':10,'maxID':12}],";
    try (Fd kept = networks.make();
        Fd left = networks.make()) {
      plugin.add(TestCalls.call("kept", kept, config(trunk)));
      plugin.add(TestCalls.call("left", left, config(trunk + "'preserveDefaultVlan':false,")));
      assertThat(vlans("kept"))
          .containsExactly(PortVlans.access(1), PortVlans.tagged(5, 5), PortVlans.tagged(10, 12));
      assertThat(vlans("left")).containsExactly(PortVlans.tagged(5, 5), PortVlans.tagged(10, 12));
    }
  }

  private List<PortVlans> vlans(String container) throws IOException {
    String port = HostInterface.of(container, "eth0");
    return node.bridgePorts().vlans(node.links().find(port).orElseThrow().index());
  }

  @Test
  void aBridgeThatPassesEveryVlanIsNotTakenForOne() throws Exception {
    try (Fd first = networks.make();
        Fd second = networks.make()) {
      plugin.add(call(first, ""));
      assertThatExceptionOfType(CniException.class)
          .isThrownBy(() -> plugin.add(TestCalls.call("second", second, config("'vlan':7,"))))
          .withMessageContaining("gtest0 was made to pass every vlan")
          .withMessageContaining("ip link set gtest0 type bridge vlan_filtering 1");
      assertThat(addressesInUse()).containsExactly("10.88.0.2");
    }
  }

  @Test
  void whatAPortLostOfItsRestrictionsIsNamed() throws Exception {
    try (Fd netns = networks.make()) {
      PluginCall call = call(netns, "'vlan':7,'macspoofchk':true,");
      PluginCall later = TestCalls.after(call, plugin.add(call));
      plugin.check(later);
      String port = HostInterface.of(CONTAINER, "eth0");
      int index = node.links().find(port).orElseThrow().index();
      assertThat(node.bridgePorts().locked(index)).isTrue();
      node.bridgePorts().leave(index, 7);
      assertThatExceptionOfType(CniException.class)
          .isThrownBy(() -> plugin.check(later))
          .withMessage("interface " + port + " is not in vlan 7 untagged");
    }
  }

  @Test
  void aContainerIsRestrictedBeforeItsEndComesUp() throws Exception {
    try (Fd netns = networks.make()) {
      plugin.add(call(netns, "'vlan':7,'macspoofchk':true,"));
      int port = node.links().find(HostInterface.of(CONTAINER, "eth0")).orElseThrow().index();
      int inside = networks.at(netns).links().find("eth0").orElseThrow().index();
      List<String> changes = networks.changes();
      assertThat(changes.lastIndexOf("RTM_NEWLINK port " + port))
          .isGreaterThan(changes.indexOf("RTM_SETLINK port " + port))
          .isLessThan(changes.lastIndexOf("RTM_NEWLINK up " + inside));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'mtu':67, | field mtu must be 0 or at least 68: 67",
        "'mtu':'1500', | field mtu must be a whole number from 0 to 65535, not \"\"1500\"\"",
        "'isGateway':1, | field isGateway must be true or false, not 1",
        "'hairpinMode':true,'promiscMode':true, | fields hairpinMode and promiscMode exclude each"
            + " other",
        "'vlan':4095, | field vlan must be a whole number from 0 to 4094, not 4095",
        "'vlan':7,'vlanTrunk':[{'id':8}], | fields vlan and vlanTrunk exclude each other",
        "'vlanTrunk':[{'id':0}], | field vlanTrunk[0].id must be a whole number from 1 to 4094,"
            + " not 0",
        "'vlanTrunk':[{'id':8},{'minID':8}], | field vlanTrunk[1].maxID is missing: minID and"
            + " maxID are a pair",
        "'vlanTrunk':[{'minID':8,'maxID':7}], | field vlanTrunk[0].maxID must be a whole number"
            + " from 8 to 4094, not 7",
        "'isGateway':true,'vlan':4094,'bridge':'gantry-bridge', | field bridge: an interface's name"
            + " has 1 to 15 bytes without slash or space: gantry-bridge.4094",
      })
  void whatCannotBeIsNamed(String fields, String message) {
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> plugin.status(config(fields)))
        .withMessage(message.replace("\"\"", "\""));
  }
}
