package io.gantry.cni.ipam;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.netlink.BridgeLink;
import io.gantry.linux.netlink.FakeNamespace;
import io.gantry.linux.netlink.FakeNetworks;
import io.gantry.linux.netlink.InterfaceAddress;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.MacAddress;
import io.gantry.linux.netlink.Route;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrivateBlocksTest {

  private static Optional<IpPrefix> chosenBeside(String... used) {
    List<Occupied> occupied =
        Arrays.stream(used).map(text -> new Occupied(IpPrefix.parse(text), text)).toList();
    return PrivateBlocks.choose(PrivateBlocks.candidates(), occupied);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      value = {
        "192.0.2.7/24 > 10.88.0.0/16",
        "10.88.0.1/32 > 10.89.0.0/16",
        "10.88.0.0/15 > 10.90.0.0/16",
        "10.0.0.0/8 > 172.20.0.0/16",
        "10.0.0.0/8;172.16.0.0/12 > 192.168.96.0/20",
        "10.0.0.0/8;172.16.0.0/12;192.168.100.0/24 > 192.168.112.0/20",
        "fd00::/8 > 10.88.0.0/16",
      })
  void theFirstBlockThatNothingUsesIsChosen(String used, String expected) {
    assertThat(chosenBeside(used.split(";", -1))).contains(IpPrefix.parse(expected));
  }

  @Test
  void nothingIsChosenWhenAllIsUsed() {
    assertThat(chosenBeside("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")).isEmpty();
  }

  @Test
  void everyCandidateIsPrivateAndApartFromTheOthers() {
    List<IpPrefix> rfc1918 =
        List.of(
            IpPrefix.parse("10.0.0.0/8"),
            IpPrefix.parse("172.16.0.0/12"),
            IpPrefix.parse("192.168.0.0/16"));
    List<IpPrefix> candidates = PrivateBlocks.candidates();
    for (IpPrefix block : candidates) {
      assertThat(rfc1918).as("%s", block).anyMatch(range -> range.contains(block.at(0)));
      assertThat(block.network()).isEqualTo(block);
      assertThat(candidates).filteredOn(block::overlaps).containsExactly(block);
    }
  }

  @Test
  void theNodesOwnBridgeAndWayOutDoNotCount() throws Exception {
    FakeNamespace node = new FakeNetworks().own();
    node.links().create(new BridgeLink("br0", new MacAddress(0x020000000001L), 1500));
    int bridge = node.links().find("br0").orElseThrow().index();
    node.links().bringUp(bridge);
    node.addresses().add(new InterfaceAddress(bridge, IpPrefix.parse("10.88.0.1/16")));
    node.links().bringUp(1);
    node.routes().add(new Route(IpPrefix.parse("0.0.0.0/1"), null, 1));
    node.routes().add(new Route(IpPrefix.parse("128.0.0.0/1"), null, 1));
    node.routes().add(new Route(IpPrefix.parse("10.89.0.0/16"), null, 1));

    assertThat(PrivateBlocks.occupied(node, bridge))
        .containsExactly(new Occupied(IpPrefix.parse("10.89.0.0/16"), "route to 10.89.0.0/16"));
    assertThat(PrivateBlocks.occupied(node, 0)).hasSize(3);
  }
}
