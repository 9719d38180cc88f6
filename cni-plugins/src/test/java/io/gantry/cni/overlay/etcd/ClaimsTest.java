package io.gantry.cni.overlay.etcd;

import static io.gantry.cni.overlay.etcd.EtcdExamples.self;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.cni.overlay.PeerSource;
import io.gantry.linux.netlink.IpPrefix;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ClaimsTest {

  private static final String FOUR_BLOCKS = "10.244.0.0/22";

  private final FakeStore store = new FakeStore();

  private Claims claims(PeerSource.Self self, String... networks) {
    EtcdSettings settings = EtcdExamples.settings("http://127.0.0.1:1", networks);
    return new Claims(store, settings, self, RandomGenerator.of("L64X128MixRandom"));
  }

  @Test
  void nodesGetBlocksThatDoNotOverlapUntilAllAreTaken() throws IOException {
    Set<IpPrefix> taken = new HashSet<>();
    for (int i = 1; i <= 4; i++) {
      taken.addAll(claims(self("n" + i, i), FOUR_BLOCKS).blocks(i));
    }
    assertThat(taken).hasSize(4);
    assertThatExceptionOfType(RefusedException.class)
        .isThrownBy(() -> claims(self("n5", 5), FOUR_BLOCKS).blocks(5))
        .withMessage(
            "all 4 blocks of 10.244.0.0/22 are other nodes': remove keys of nodes that will not"
                + " return under /t/blocks");
  }

  @Test
  void aNodeOfBothVersionsGetsOneOfEach() throws IOException {
    assertThat(claims(self("n", 1), FOUR_BLOCKS, "fd00:10::/32").blocks(1))
        .hasSize(2)
        .satisfiesExactly(
            four -> assertThat(four.length()).isEqualTo(24),
            six -> assertThat(six.length()).isEqualTo(64));
  }

  @Test
  void aNodeKeepsItsBlockWithItsFileAndWithout() throws IOException {
    IpPrefix block = claims(self("n", 1), FOUR_BLOCKS).blocks(1).getFirst();
    assertThat(claims(self("n", 1, block.toString()), FOUR_BLOCKS).blocks(2))
        .containsExactly(block);
    assertThat(claims(self("n", 1), FOUR_BLOCKS).blocks(3)).containsExactly(block);
    assertThat(store.leaseOf("/t/blocks/" + block.address().getHostAddress() + "-24")).isEqualTo(3);
  }

  @Test
  void aNodeGetsItsBlockAlsoWhenEtcdForgotIt() throws IOException {
    assertThat(claims(self("n", 1, "10.244.2.0/24"), FOUR_BLOCKS).blocks(1))
        .containsExactly(IpPrefix.parse("10.244.2.0/24"));
  }

  @Test
  void aBlockThatWentToAnotherNodeIsRefusedAndNotReplacedSilently() {
    store.set("/t/blocks/10.244.2.0-24", "other", 9);
    assertThatExceptionOfType(RefusedException.class)
        .isThrownBy(() -> claims(self("n", 1, "10.244.2.0/24"), FOUR_BLOCKS).blocks(1))
        .withMessage(
            "block 10.244.2.0/24 of this node went to node other while this one was away: remove"
                + " the pods of this node and its overlay file, and restart the daemon");
    assertThatExceptionOfType(RefusedException.class)
        .isThrownBy(() -> claims(self("n", 1, "10.244.2.128/25"), FOUR_BLOCKS).blocks(1));
  }

  @Test
  void aBlockThatAnotherNodeTookAtTheSameMomentIsNotTaken() throws IOException {
    store.set("/t/blocks/10.244.0.0-24", "a", 9);
    store.set("/t/blocks/10.244.1.0-24", "b", 9);
    store.beforeNextPut(() -> {
      store.set("/t/blocks/10.244.2.0-23", "c", 9);
      store.set("/t/blocks", "c", 0);
    });
    assertThatExceptionOfType(RefusedException.class)
        .isThrownBy(() -> claims(self("n", 1), FOUR_BLOCKS).blocks(1))
        .withMessageStartingWith("all 4 blocks of 10.244.0.0/22 are other nodes'");
  }

  @Test
  void aNameThatIsAliveElsewhereIsRefused() throws IOException {
    store.set("/t/nodes/n", "{\"address\":\"192.0.2.9\",\"blocks\":[]}", 9);
    Claims claims = claims(self("n", 1), FOUR_BLOCKS);
    assertThatExceptionOfType(RefusedException.class)
        .isThrownBy(() -> claims.node("/t/nodes/n", claims.blocks(1), 2))
        .withMessage(
            "a node of the name n is alive at 192.0.2.9: set overlay.node_name, or wait until it is"
                + " gone");
    store.expire(9);
    claims.node("/t/nodes/n", claims.blocks(1), 2);
    assertThat(store.leaseOf("/t/nodes/n")).isEqualTo(2);
    claims.node("/t/nodes/n", claims.blocks(1), 3);
    assertThat(store.leaseOf("/t/nodes/n")).isEqualTo(3);
  }
}
