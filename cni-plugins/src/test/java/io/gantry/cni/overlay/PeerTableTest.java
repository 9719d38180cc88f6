package io.gantry.cni.overlay;

import static io.gantry.cni.overlay.Examples.peer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.linux.Errno;
import io.gantry.linux.SyscallException;
import io.gantry.linux.netlink.FakeNamespace;
import io.gantry.linux.netlink.FakeNetworks;
import io.gantry.linux.netlink.ForwardingEntry;
import io.gantry.linux.netlink.MacAddress;
import io.gantry.linux.netlink.Neighbour;
import io.gantry.linux.netlink.Route;
import io.gantry.linux.netlink.VxlanLink;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PeerTableTest {

  private static final Peer ONE = peer("a", "192.0.2.2", "10.244.2.0/24", "fd00:10:0:2::/64");
  private static final Peer TWO = peer("b", "192.0.2.3", "10.244.3.0/24");

  private final FakeNetworks networks = new FakeNetworks();
  private final FakeNamespace node = networks.own();
  private final PeerTable table = new PeerTable(node);
  private int device;

  @BeforeEach
  void makeDevice() throws IOException {
    InetAddress local = InetAddress.ofLiteral("192.0.2.1");
    node.links()
        .create(new VxlanLink("vx", 7, local, 4789, 0, new MacAddress(0x020000000001L), 1450));
    device = node.links().find("vx").orElseThrow().index();
    node.links().bringUp(device);
  }

  @Test
  void eachPeerGetsOneForwardingEntryAndForEachBlockANeighbourAndARoute() throws IOException {
    assertThat(table.apply(device, List.of(ONE))).isEqualTo(5);
    assertThat(node.neighbours().forwarding())
        .containsExactly(
            new ForwardingEntry(device, ONE.mac(), InetAddress.ofLiteral("192.0.2.2")));
    assertThat(node.neighbours().list())
        .containsExactly(
            new Neighbour(device, InetAddress.ofLiteral("10.244.2.0"), ONE.mac()),
            new Neighbour(device, InetAddress.ofLiteral("fd00:10:0:2::"), ONE.mac()));
    assertThat(node.routes().list())
        .allMatch(route -> route.link() == device && route.options().onLink())
        .allMatch(route -> route.destination().address().equals(route.gateway()))
        .extracting(Route::destination)
        .containsExactlyElementsOf(ONE.blocks());
  }

  @Test
  void whatIsRightIsLeftAlone() throws IOException {
    table.apply(device, List.of(ONE, TWO));
    int changes = networks.changes().size();
    assertThat(table.apply(device, List.of(TWO, ONE))).isZero();
    assertThat(networks.changes()).hasSize(changes);
  }

  @Test
  void aPeerThatIsGoneLeavesNothing() throws IOException {
    table.apply(device, List.of(ONE, TWO));
    table.apply(device, List.of(TWO));
    assertThat(node.neighbours().forwarding()).hasSize(1).allMatch(e -> e.mac().equals(TWO.mac()));
    assertThat(node.neighbours().list()).hasSize(1).allMatch(n -> n.mac().equals(TWO.mac()));
    assertThat(node.routes().list())
        .hasSize(1)
        .allMatch(route -> route.destination().equals(TWO.blocks().getFirst()));
    table.apply(device, List.of());
    assertThat(node.neighbours().forwarding()).isEmpty();
    assertThat(node.neighbours().list()).isEmpty();
    assertThat(node.routes().list()).isEmpty();
  }

  @Test
  void aPeerThatMovedToAnotherAddressIsFollowed() throws IOException {
    table.apply(device, List.of(ONE));
    Peer moved = peer("a", "192.0.2.9", "10.244.2.0/24", "fd00:10:0:2::/64");
    table.apply(device, List.of(moved));
    assertThat(node.neighbours().forwarding())
        .containsExactly(
            new ForwardingEntry(device, moved.mac(), InetAddress.ofLiteral("192.0.2.9")));
    assertThat(node.neighbours().list()).hasSize(2).allMatch(n -> n.mac().equals(moved.mac()));
    assertThat(node.routes().list()).hasSize(2);
  }

  @Test
  void aBlockThatWentToAnotherPeerIsFollowed() throws IOException {
    table.apply(device, List.of(ONE, TWO));
    Peer heir = peer("b", "192.0.2.3", "10.244.2.0/24");
    table.apply(device, List.of(heir));
    assertThat(node.neighbours().list())
        .containsExactly(new Neighbour(device, heir.blocks().getFirst().address(), heir.mac()));
    assertThat(node.routes().list()).hasSize(1);
    assertThat(node.neighbours().forwarding()).hasSize(1);
  }

  @Test
  void whatOthersPutOnOtherInterfacesStays() throws IOException {
    node.links().bringUp(1);
    Route foreign = new Route(ONE.blocks().getFirst(), null, 1);
    node.routes().add(foreign);
    Neighbour neighbour = new Neighbour(1, InetAddress.ofLiteral("10.244.9.0"), TWO.mac());
    node.neighbours().put(neighbour);
    table.apply(device, List.of());
    assertThat(node.routes().list()).containsExactly(foreign);
    assertThat(node.neighbours().list()).containsExactly(neighbour);
  }

  @Test
  void whatFailedHalfwayIsMadeWholeTheNextTime() throws IOException {
    for (int step = 0; step < 5; step++) {
      networks.failAfter(step, Errno.ENOMEM);
      assertThatExceptionOfType(SyscallException.class)
          .isThrownBy(() -> table.apply(device, List.of(ONE)));
      assertThat(table.apply(device, List.of(ONE))).isEqualTo(5 - step);
      assertThat(table.apply(device, List.of())).isEqualTo(5);
    }
  }
}
