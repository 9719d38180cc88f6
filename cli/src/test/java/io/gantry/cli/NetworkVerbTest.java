package io.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.gantry.v1.Overlay;
import io.gantry.api.gantry.v1.OverlayNode;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NetworkVerbTest extends NodeTestCase {

  @Test
  void networksAreListedWithWhatIsWrong() {
    assertThat(output("network", "ls"))
        .isEqualTo(
            """
            NAME   PLUGINS          ADDRESSES     PODS   SOURCE                           STATUS
            own    bridge,portmap   10.1.2.0/24   0      /etc/cni/net.d/10-own.conflist   ready, new pods get it
            -      -                -             0      /etc/cni/net.d/20.conf           20.conf:3: bad
            """);
    assertThat(output("network", "ls", "-o", "json")).contains("\"problem\": \"20.conf:3: bad\"");
  }

  @Test
  void theNodesOfTheOverlayAreListedBelow() {
    node.overlay =
        Optional.of(
            Overlay.newBuilder()
                .setSource("etcd")
                .setProblem("etcd does not answer")
                .addNodes(node("a", 1).setSelf(true))
                .addNodes(node("b", 2).setSeenWithinSeconds(60))
                .addNodes(node("c", 3))
                .addLeftOut("node d is left out")
                .build());
    assertThat(output("network", "ls"))
        .endsWith(
            """

            NODE   BLOCKS          ADDRESS     SEEN
            a      10.244.1.0/24   192.0.2.1   this node
            b      10.244.2.0/24   192.0.2.2   within 60 s
            c      10.244.3.0/24   192.0.2.3   -
            node d is left out
            overlay: etcd does not answer
            """);
  }

  private static OverlayNode.Builder node(String name, int number) {
    return OverlayNode.newBuilder()
        .setName(name)
        .setAddress("192.0.2." + number)
        .addBlocks("10.244." + number + ".0/24");
  }

  @Test
  void aNetworkIsShownWithItsPods() {
    node.pod(POD_A, "web", Duration.ofMinutes(2));
    assertThat(output("network", "inspect", "own"))
        .isEqualTo(
            """
            Name:       own
            Source:     /etc/cni/net.d/10-own.conflist
            Version:    1.0.0
            Plugins:    bridge, portmap
            Addresses:  10.1.2.0/24
            Status:     ready, new pods get it

            POD             NAME   NAMESPACE   ADDRESS
            aa00000000000   web    default     10.1.2.3
            """);
    assertThat(complaint(1, "network", "inspect", "other"))
        .contains("there is no network \"other\": see gantry network ls");
    assertThat(complaint(2, "network", "inspect")).contains("inspect wants a network's name");
  }

  @Test
  void aPodsNetworkIsChecked() {
    node.pod(POD_A, "web", Duration.ofMinutes(2));
    assertThat(output("network", "check", POD_A))
        .isEqualTo("the network of pod " + POD_A + " is as it was made\n");
    assertThat(complaint(1, "network", "check", "x")).contains("no pod x");
  }
}
