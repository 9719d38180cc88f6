package io.gantry.cni.overlay;

import static io.gantry.cni.overlay.Examples.peer;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.netlink.BridgeLink;
import io.gantry.linux.netlink.FakeNamespace;
import io.gantry.linux.netlink.FakeNetworks;
import io.gantry.linux.netlink.InterfaceAddress;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.MacAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverlayTest {

  private static final IpPrefix OWN = IpPrefix.parse("10.244.1.0/24");
  private static final Peer OTHER = peer("a", "192.0.2.2", "10.244.2.0/24");

  /** A source that says what the test says. */
  private record Puppet(PeerSource.Self self, PeerSource.Listener listener) {}

  private final class PuppetSource implements PeerSource {
    @Override
    public void start(Self self, Listener listener) {
      puppets.add(new Puppet(self, listener));
    }

    @Override
    public void close() {
      closed.add(this);
    }
  }

  @TempDir Path temp;

  private final FakeNamespace node = new FakeNetworks().own();
  private final LinkedBlockingQueue<Puppet> puppets = new LinkedBlockingQueue<>();
  private final LinkedBlockingQueue<PeerSource> closed = new LinkedBlockingQueue<>();
  private Overlay overlay;

  @BeforeEach
  void start() throws IOException {
    node.links().create(new BridgeLink("eth0", new MacAddress(0x020000000001L), 1500));
    int eth0 = node.links().find("eth0").orElseThrow().index();
    node.links().bringUp(eth0);
    node.addresses().add(new InterfaceAddress(eth0, IpPrefix.parse("192.0.2.1/24")));
    open();
  }

  private void open() {
    OverlaySettings settings = Examples.settings("m", temp.resolve("node.json"));
    overlay = Overlay.start(settings, node, PuppetSource::new);
  }

  @AfterEach
  void close() {
    overlay.close();
    assertThat(closed).isNotEmpty();
  }

  private Puppet puppet() throws InterruptedException {
    Puppet puppet = puppets.poll(10, TimeUnit.SECONDS);
    assertThat(puppet).isNotNull();
    return puppet;
  }

  private void awaitStatus(OverlayStatus wanted) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(overlay.status()).isEqualTo(wanted));
  }

  private static OverlayStatus joined(Peer... peers) {
    return new OverlayStatus(List.of(OWN), List.of(peers), List.of(), "");
  }

  private NodeFile.Content written() throws IOException {
    return new NodeFile(temp.resolve("node.json")).read().orElseThrow();
  }

  @Test
  void whatTheSourceTellsIsInTheKernelAndInTheFile() throws Exception {
    Puppet puppet = puppet();
    assertThat(puppet.self().address().getHostAddress()).isEqualTo("192.0.2.1");
    assertThat(puppet.self().had()).isEmpty();
    Instant until = Instant.parse("2026-03-01T10:00:00Z");
    puppet.listener().changed(new Membership(List.of(OWN), until, List.of(OTHER)));
    awaitStatus(joined(OTHER));
    assertThat(node.neighbours().forwarding()).hasSize(1);
    assertThat(written().own()).containsExactly(OWN);
    assertThat(written().until()).isEqualTo(until);
    assertThat(written().mtu()).isEqualTo(1450);
  }

  @Test
  void aSilentSourceChangesNothingButTheStatus() throws Exception {
    Puppet puppet = puppet();
    puppet.listener().changed(new Membership(List.of(OWN), null, List.of(OTHER)));
    awaitStatus(joined(OTHER));
    puppet.listener().failing("nobody answers");
    awaitStatus(new OverlayStatus(List.of(OWN), List.of(OTHER), List.of(), "nobody answers"));
    assertThat(node.neighbours().forwarding()).hasSize(1);
    assertThat(written().problem()).isEmpty();
  }

  @Test
  void aBlockThatIsAnothersIsNotGivenToPodsButLeftToThoseThatRun() throws Exception {
    Puppet puppet = puppet();
    puppet.listener().changed(new Membership(List.of(OWN), null, List.of(OTHER)));
    awaitStatus(joined(OTHER));
    puppet.listener().refused("the block is another's");
    awaitStatus(
        new OverlayStatus(List.of(OWN), List.of(OTHER), List.of(), "the block is another's"));
    assertThat(written().problem()).isEqualTo("the block is another's");
    assertThat(node.neighbours().forwarding()).hasSize(1);

    puppet.listener().changed(new Membership(List.of(OWN), null, List.of(OTHER)));
    awaitStatus(joined(OTHER));
    assertThat(written().problem()).isEmpty();
  }

  @Test
  void aNodeWithoutABlockOrWithAForeignOneSaysSo() throws Exception {
    Puppet puppet = puppet();
    puppet.listener().changed(new Membership(List.of(), null, List.of(OTHER)));
    awaitStatus(
        new OverlayStatus(
            List.of(), List.of(), List.of(), "node m has no block of addresses in the overlay"));
    IpPrefix foreign = IpPrefix.parse("8.8.8.0/24");
    puppet.listener().changed(new Membership(List.of(foreign), null, List.of(OTHER)));
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> overlay.status().problem().startsWith("the block 8.8.8.0/24 of this node"));
    assertThat(node.links().find("gtest.vx")).isEmpty();
  }

  @Test
  void afterARestartTheNodeAsksForItsBlockAndTheKernelKeptAll() throws Exception {
    puppet().listener().changed(new Membership(List.of(OWN), null, List.of(OTHER)));
    awaitStatus(joined(OTHER));
    overlay.close();
    assertThat(node.neighbours().forwarding()).hasSize(1);
    open();
    assertThat(puppet().self().had()).containsExactly(OWN);
  }

  @Test
  void aNodeThatLeavesTheOverlayHasNothingOfIt() throws Exception {
    Overlay.leave(temp.resolve("node.json"), node);
    puppet().listener().changed(new Membership(List.of(OWN), null, List.of(OTHER)));
    awaitStatus(joined(OTHER));
    overlay.close();
    Overlay.leave(temp.resolve("node.json"), node);
    assertThat(node.links().find("gtest.vx")).isEmpty();
    assertThat(temp.resolve("node.json")).doesNotExist();
  }

  @Test
  void aNodeWhoseAddressChangedTellsItsSourceAnew() throws Exception {
    Puppet first = puppet();
    first.listener().changed(new Membership(List.of(OWN), null, List.of(OTHER)));
    awaitStatus(joined(OTHER));
    int eth0 = node.links().find("eth0").orElseThrow().index();
    node.addresses().remove(new InterfaceAddress(eth0, IpPrefix.parse("192.0.2.1/24")));
    node.addresses().add(new InterfaceAddress(eth0, IpPrefix.parse("192.0.2.8/24")));
    first.listener().changed(new Membership(List.of(OWN), null, List.of()));
    assertThat(puppet().self().address().getHostAddress()).isEqualTo("192.0.2.8");
    assertThat(closed).hasSize(1);
  }
}
