package io.gantry.cni.overlay.etcd;

import static io.gantry.cni.overlay.OverlayHosts.pings;
import static io.gantry.cni.overlay.OverlayHosts.reaches;
import static io.gantry.cni.overlay.OverlayHosts.stream;
import static io.gantry.cni.overlay.etcd.EtcdExamples.self;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gantry.cni.netns.TestNamespace;
import io.gantry.cni.overlay.Examples;
import io.gantry.cni.overlay.Membership;
import io.gantry.cni.overlay.Overlay;
import io.gantry.cni.overlay.OverlayHosts;
import io.gantry.cni.overlay.PeerSource;
import io.gantry.cni.overlay.etcd.EtcdExamples.Told;
import io.gantry.linux.netlink.IpPrefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hosts are namespaces that know each other from a real etcd. */
class EtcdOverlayIT {

  private static final int MTU = 1450;
  private static final long STREAMED = 16L << 20;

  @TempDir Path temp;

  private final List<AutoCloseable> open = new ArrayList<>();
  private EtcdServer etcd;

  @BeforeEach
  void startEtcd() throws IOException {
    assumeThat(EtcdServer.PROGRAM).as("etcd is installed (Debian: etcd-server)").isExecutable();
    etcd = new EtcdServer(temp.resolve("data"));
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
    if (etcd != null) {
      etcd.close();
    }
  }

  private EtcdSettings settings(String... networks) {
    return EtcdExamples.settings(etcd.endpoint(), networks);
  }

  private Overlay join(int number, TestNamespace host) {
    Path file = temp.resolve("node" + number + ".json");
    EtcdSettings settings = settings("10.244.0.0/16", "fd00:10::/32");
    Overlay overlay =
        Overlay.start(
            Examples.settings("host" + number, file), host.inside(), () -> EtcdSource.of(settings));
    open.add(overlay);
    return overlay;
  }

  private static void awaitPeers(Overlay overlay, int peers) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(40))
        .untilAsserted(() -> {
          assertThat(overlay.status().problem()).isEmpty();
          assertThat(overlay.status().peers()).hasSize(peers);
        });
  }

  @Test
  void threeHostsFindEachOtherAndOneThatDiesIsGoneAndBackWithItsBlock() throws Exception {
    OverlayHosts hosts = new OverlayHosts();
    open.add(hosts);
    TestNamespace one = hosts.host(1);
    TestNamespace two = hosts.host(2);
    Overlay first = join(1, one);
    Overlay second = join(2, two);
    Overlay third = join(3, hosts.host(3));
    for (Overlay overlay : List.of(first, second, third)) {
      awaitPeers(overlay, 2);
    }
    List<IpPrefix> blocksOne = first.status().own();
    List<IpPrefix> blocksTwo = second.status().own();
    TestNamespace podOne = hosts.pod(one, "pod1", blocksOne, MTU);
    TestNamespace podTwo = hosts.pod(two, "pod2", blocksTwo, MTU);
    assertThat(reaches(podOne, blocksTwo.getFirst().at(5))).isTrue();
    assertThat(reaches(podTwo, blocksOne.getLast().at(5))).isTrue();
    assertThat(stream(podOne, podTwo, blocksTwo.getFirst().at(5), STREAMED)).isEqualTo(STREAMED);

    second.close();
    awaitPeers(first, 1);
    assertThat(pings(podOne, blocksTwo.getFirst().at(5))).isFalse();
    Files.delete(temp.resolve("node2.json"));
    Overlay again = join(2, two);
    awaitPeers(again, 2);
    assertThat(again.status().own()).isEqualTo(blocksTwo);
    awaitPeers(first, 2);
    assertThat(reaches(podOne, blocksTwo.getFirst().at(5))).isTrue();
  }

  @Test
  void podsTalkWhileEtcdIsDeadAndHostsJoinWhenItIsBack() throws Exception {
    OverlayHosts hosts = new OverlayHosts();
    open.add(hosts);
    TestNamespace one = hosts.host(1);
    TestNamespace two = hosts.host(2);
    Overlay first = join(1, one);
    Overlay second = join(2, two);
    awaitPeers(first, 1);
    awaitPeers(second, 1);
    List<IpPrefix> blocksTwo = second.status().own();
    TestNamespace podOne = hosts.pod(one, "pod1", first.status().own(), MTU);
    hosts.pod(two, "pod2", blocksTwo, MTU);
    assertThat(reaches(podOne, blocksTwo.getFirst().at(5))).isTrue();

    etcd.kill();
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> first.status().problem().contains(etcd.endpoint()));
    Overlay third = join(3, hosts.host(3));
    assertThat(pings(podOne, blocksTwo.getFirst().at(5))).isTrue();
    assertThat(first.status().peers()).hasSize(1);

    etcd.restart();
    awaitPeers(third, 2);
    awaitPeers(first, 2);
    awaitPeers(second, 2);
    assertThat(second.status().own()).isEqualTo(blocksTwo);
    assertThat(pings(podOne, blocksTwo.getFirst().at(5))).isTrue();
  }

  private Told joined(PeerSource.Self self, String network) throws IOException {
    EtcdSource source = EtcdSource.of(settings(network));
    open.add(source);
    Told told = new Told();
    source.start(self, told);
    return told;
  }

  @Test
  void nodesThatComeAtOnceGetDifferentBlocksAndTheOneTooManyGetsNone() throws Exception {
    List<Told> all = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      all.add(joined(self("n" + i, i), "10.244.0.0/22"));
    }
    Set<IpPrefix> blocks = new HashSet<>();
    for (Told told : all) {
      blocks.addAll(told.membershipWith(3).own());
    }
    assertThat(blocks).hasSize(4);
    Object fifth = joined(self("n5", 5), "10.244.0.0/22").next();
    assertThat((String) fifth).startsWith("refused: all 4 blocks of 10.244.0.0/22 are other");
  }

  @Test
  void aNameThatIsAliveElsewhereIsRefusedAndTheLeaseIsProlonged() throws Exception {
    Told first = joined(self("n", 1), "10.244.0.0/16");
    Membership told = first.membership();
    Told clone = joined(self("n", 2), "10.244.0.0/16");
    assertThat((String) clone.next())
        .startsWith("refused: a node of the name n is alive at 192.0.2.1");
    // longer than the lease lasts that is not prolonged
    Awaitility.await()
        .pollDelay(Duration.ofSeconds(7))
        .atMost(Duration.ofSeconds(8))
        .until(() -> true);
    try (Store store = JetcdStore.open(settings("10.244.0.0/16"))) {
      assertThat(store.get("/t/nodes/n").orElseThrow().text()).contains("192.0.2.1");
      assertThat(store.renew(424242)).isFalse();
    }
    assertThat(told.own()).hasSize(1);
  }
}
