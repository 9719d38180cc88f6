package io.gantry.cni.overlay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.cni.overlay.OverlaySettings.UnderlayChoice;
import io.gantry.linux.netlink.BridgeLink;
import io.gantry.linux.netlink.FakeNamespace;
import io.gantry.linux.netlink.FakeNetworks;
import io.gantry.linux.netlink.InterfaceAddress;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.MacAddress;
import io.gantry.linux.netlink.Route;
import java.io.IOException;
import java.net.InetAddress;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UnderlayTest {

  private static final UnderlayChoice NONE = new UnderlayChoice(null, "", 0);

  private final FakeNamespace node = new FakeNetworks().own();
  private int first;
  private int second;

  @BeforeEach
  void makeInterfaces() throws IOException {
    first = link("eth0", 1500);
    second = link("eth1", 9000);
    address(first, "fe80::1/64");
    address(first, "2001:db8::1/64");
    address(first, "192.0.2.1/24");
    address(second, "2001:db8:1::1/64");
  }

  private int link(String name, int mtu) throws IOException {
    node.links().create(new BridgeLink(name, new MacAddress(0x020000000001L), mtu));
    int index = node.links().find(name).orElseThrow().index();
    node.links().bringUp(index);
    return index;
  }

  private void address(int link, String address) throws IOException {
    node.addresses().add(new InterfaceAddress(link, IpPrefix.parse(address)));
  }

  private void defaultRoute(String gateway, int link, int metric) throws IOException {
    InetAddress via = InetAddress.ofLiteral(gateway);
    String everywhere = IpPrefix.host(via).isVersion4() ? "0.0.0.0/0" : "::/0";
    Route.Options options = Route.Options.NONE.withMetric(metric).throughAnyGateway();
    node.routes().add(new Route(IpPrefix.parse(everywhere), via, link, options));
  }

  @Test
  void theBestDefaultRouteSaysWhichAndVersionFourComesFirst() throws IOException {
    defaultRoute("2001:db8:1::9", second, 10);
    defaultRoute("192.0.2.9", first, 100);
    Underlay found = Underlay.find(node, NONE);
    assertThat(found).isEqualTo(new Underlay(InetAddress.ofLiteral("192.0.2.1"), first, 1500));
    assertThat(found.innerMtu()).isEqualTo(1450);
  }

  @Test
  void anInterfaceOrAnAddressCanBeChosen() throws IOException {
    Underlay byName = Underlay.find(node, new UnderlayChoice(null, "eth1", 0));
    assertThat(byName.address()).isEqualTo(InetAddress.ofLiteral("2001:db8:1::1"));
    assertThat(byName.innerMtu()).isEqualTo(8930);

    InetAddress chosen = InetAddress.ofLiteral("2001:db8::1");
    assertThat(Underlay.find(node, new UnderlayChoice(chosen, "", 1400)))
        .isEqualTo(new Underlay(chosen, first, 1400));
  }

  @Test
  void whatIsMissingIsNamedWithWhatToSet() {
    fails(
        NONE,
        "there is no default route to the other nodes: set overlay.interface or"
            + " overlay.address");
    fails(
        new UnderlayChoice(null, "eth7", 0),
        "there is no interface eth7: correct" + " overlay.interface");
    fails(
        new UnderlayChoice(InetAddress.ofLiteral("192.0.2.7"), "", 0),
        "no interface of this node has address 192.0.2.7: correct overlay.address");
    fails(
        new UnderlayChoice(null, "lo", 0),
        "interface lo has no address for the other nodes:" + " set overlay.address");
  }

  @Test
  void sizesThatCannotBeAreRefused() {
    fails(
        new UnderlayChoice(null, "eth0", 1501),
        "interface eth0 takes only 1500 bytes: correct" + " overlay.mtu, which is 1501");
    fails(
        new UnderlayChoice(null, "eth0", 1329),
        "1329 bytes between nodes over eth0 are too"
            + " few: pods need 1280 and the overlay's headers");
  }

  private void fails(UnderlayChoice choice, String message) {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> Underlay.find(node, choice))
        .withMessage(message);
  }
}
