package io.gantry.cni.overlay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.linux.netlink.BridgeLink;
import io.gantry.linux.netlink.FakeNamespace;
import io.gantry.linux.netlink.FakeNetworks;
import io.gantry.linux.netlink.InterfaceAddress;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.MacAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class VxlanDeviceTest {

  private static final Underlay UNDERLAY =
      new Underlay(InetAddress.ofLiteral("192.0.2.1"), 1, 1500);
  private static final IpPrefix BLOCK = IpPrefix.parse("10.244.1.0/24");
  private static final IpPrefix BLOCK6 = IpPrefix.parse("fd00:10:0:1::/64");

  private final FakeNetworks networks = new FakeNetworks();
  private final FakeNamespace node = networks.own();
  private final VxlanDevice device = new VxlanDevice(node, Examples.settings("m"));

  @Test
  void itIsMadeOnceWithTheFirstAddressOfEachBlock() throws IOException {
    int index = device.ensure(UNDERLAY, List.of(BLOCK, BLOCK6));
    Link link = node.links().find("gtest.vx").orElseThrow();
    assertThat(link.up()).isTrue();
    assertThat(link.mtu()).isEqualTo(1450);
    assertThat(link.mac()).isEqualTo(Peer.macOf(UNDERLAY.address()));
    assertThat(node.addresses().list())
        .containsExactly(
            new InterfaceAddress(index, IpPrefix.parse("10.244.1.0/32")),
            new InterfaceAddress(index, IpPrefix.parse("fd00:10:0:1::/128")));

    int changes = networks.changes().size();
    assertThat(device.ensure(UNDERLAY, List.of(BLOCK, BLOCK6))).isEqualTo(index);
    assertThat(networks.changes()).hasSize(changes);
  }

  @Test
  void oneThatWasMadeOtherwiseIsMadeAnew() throws IOException {
    int before = device.ensure(UNDERLAY, List.of(BLOCK));
    Underlay other = new Underlay(InetAddress.ofLiteral("192.0.2.7"), 1, 1500);
    assertThat(device.ensure(other, List.of(BLOCK))).isNotEqualTo(before);
    assertThat(node.links().vxlan("gtest.vx").orElseThrow().local()).isEqualTo(other.address());
  }

  @Test
  void anotherBlockTakesThePlaceOfTheOld() throws IOException {
    int index = device.ensure(UNDERLAY, List.of(BLOCK));
    device.ensure(UNDERLAY, List.of(BLOCK6));
    assertThat(node.addresses().list())
        .containsExactly(new InterfaceAddress(index, IpPrefix.parse("fd00:10:0:1::/128")));
  }

  @Test
  void anInterfaceOfAnotherKindIsLeftAlone() throws IOException {
    node.links().create(new BridgeLink("gtest.vx", new MacAddress(0x020000000001L), 1500));
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> device.ensure(UNDERLAY, List.of(BLOCK)))
        .withMessageContaining("is no VXLAN device: rename it, or set overlay.device");
    assertThat(node.links().find("gtest.vx").orElseThrow().kind()).isEqualTo("bridge");
  }

  @Test
  void itIsTakenAwayAndNoneIsFine() throws IOException {
    VxlanDevice.remove(node, "gtest.vx");
    device.ensure(UNDERLAY, List.of(BLOCK));
    VxlanDevice.remove(node, "gtest.vx");
    assertThat(node.links().find("gtest.vx")).isEmpty();
    assertThat(node.addresses().list()).isEmpty();
  }
}
