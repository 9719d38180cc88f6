package io.gantry.cni.overlay;

import static io.gantry.cni.overlay.Examples.peer;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AcceptedPeersTest {

  private static final Peer SELF = peer("m", "192.0.2.1", "10.244.1.0/24");

  private static AcceptedPeers accepted(Peer... others) {
    return AcceptedPeers.of(Examples.settings("m"), SELF, List.of(others));
  }

  @Test
  void nodesWithTheirOwnBlocksAreAccepted() {
    Peer one = peer("a", "192.0.2.2", "10.244.2.0/24", "fd00:10:0:2::/64");
    Peer two = peer("z", "192.0.2.3", "10.244.3.0/24");
    assertThat(accepted(two, one).peers()).containsExactly(one, two);
    assertThat(accepted(two, one).refusals()).isEmpty();
  }

  @Test
  void aNodeWithoutABlockIsNeitherAcceptedNorAProblem() {
    AcceptedPeers none = accepted(peer("a", "192.0.2.2"));
    assertThat(none.peers()).isEmpty();
    assertThat(none.refusals()).isEmpty();
  }

  @Test
  void aNodeCannotTakeTheOwnBlockOrThatOfAnother() {
    Peer rightful = peer("a", "192.0.2.2", "10.244.2.0/24");
    AcceptedPeers accepted =
        accepted(
            peer("b", "192.0.2.3", "10.244.2.128/25"),
            peer("c", "192.0.2.4", "10.244.1.0/24"),
            rightful);
    assertThat(accepted.peers()).containsExactly(rightful);
    assertThat(accepted.refusals())
        .containsExactly(
            "node b is left out: its block 10.244.2.128/25 overlaps with 10.244.2.0/24 of node a",
            "node c is left out: its block 10.244.1.0/24 overlaps with 10.244.1.0/24 of node m");
  }

  @Test
  void aNodeCannotTakeWhatIsNotOfTheOverlay() {
    AcceptedPeers accepted =
        accepted(
            peer("a", "192.0.2.2", "0.0.0.0/0"),
            peer("b", "192.0.2.3", "8.8.8.0/24"),
            peer("c", "10.244.9.1", "10.244.9.0/24"));
    assertThat(accepted.peers()).isEmpty();
    assertThat(accepted.refusals())
        .containsExactly(
            "node a is left out: its block 0.0.0.0/0 is not of [10.244.0.0/16, fd00:10::/32]",
            "node b is left out: its block 8.8.8.0/24 is not of [10.244.0.0/16, fd00:10::/32]",
            "node c is left out: its address 10.244.9.1 is within the overlay");
  }

  @Test
  void anAddressThatIsNoNodesIsNotSentTo() {
    for (String address : List.of("224.0.0.1", "127.0.0.1", "0.0.0.0", "169.254.1.1")) {
      assertThat(accepted(peer("a", address, "10.244.2.0/24")).refusals())
          .containsExactly("node a is left out: its address " + address + " is no node's");
    }
  }

  @Test
  void twoNodesCannotHaveOneAddressNorOneOfAnotherVersion() {
    AcceptedPeers accepted =
        accepted(
            peer("a", "192.0.2.1", "10.244.2.0/24"), peer("b", "2001:db8::1", "10.244.3.0/24"));
    assertThat(accepted.peers()).isEmpty();
    assertThat(accepted.refusals())
        .containsExactly(
            "node a is left out: node m has its address 192.0.2.1",
            "node b is left out: its address 2001:db8::1 is of another version than"
                + " 192.0.2.1 here");
  }
}
