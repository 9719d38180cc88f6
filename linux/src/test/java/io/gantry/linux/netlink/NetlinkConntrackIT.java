package io.gantry.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.gantry.linux.Fd;
import io.gantry.linux.Linux;
import io.gantry.linux.Namespace;
import io.gantry.linux.NamespaceThread;
import io.gantry.linux.nftables.LibNftables;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NetlinkConntrackIT {

  private static final InetAddress LOCAL = InetAddress.ofLiteral("127.0.0.1");
  private static final InetAddress LOCAL6 = InetAddress.ofLiteral("::1");

  private Fd netns;
  private NetworkNamespace inside;
  private NetlinkConntrack conntrack;

  @BeforeEach
  void makeNamespace() throws IOException {
    netns =
        NamespaceThread.call(
            "test-netns",
            thread -> {
              thread.unshare(Namespace.NET);
              return thread.current(Namespace.NET);
            });
    inside = new NetlinkNamespaces(Linux.syscalls()).at(netns);
    inside.use(stack -> {
      stack.links().bringUp(1);
      return null;
    });
    conntrack = new NetlinkConntrack(Linux.syscalls(), inside);
    // the kernel tracks connections where a rule asks for it
    try (LibNftables nftables = new LibNftables(inside)) {
      nftables.run(
          """
          table inet t {
            chain out { type filter hook output priority 0; ct state new counter; }
            chain nat { type nat hook output priority 0; ip daddr 127.0.0.77 dnat ip to 127.0.0.1; }
          }
          """);
    }
  }

  @AfterEach
  void dropNamespace() {
    conntrack.close();
    netns.close();
  }

  private int send(InetAddress to, int port) throws IOException {
    return inside.call(() -> {
      try (DatagramChannel channel = DatagramChannel.open()) {
        channel.send(ByteBuffer.wrap(new byte[] {1}), new InetSocketAddress(to, port));
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
      }
    });
  }

  @Test
  void flowsToAPortAreFoundAndForgotten() throws IOException {
    int source = send(LOCAL, 5300);
    int source6 = send(LOCAL6, 5300);
    send(LOCAL, 5301);

    List<Flow> flows = conntrack.to(Conntrack.UDP, 5300);
    assertThat(flows)
        .extracting(Flow::source, Flow::sourcePort, Flow::destination, Flow::answering)
        .containsExactlyInAnyOrder(
            tuple(LOCAL, source, LOCAL, LOCAL), tuple(LOCAL6, source6, LOCAL6, LOCAL6));
    for (Flow flow : flows) {
      conntrack.forget(flow);
      conntrack.forget(flow);
    }
    assertThat(conntrack.to(Conntrack.UDP, 5300)).isEmpty();
    assertThat(conntrack.to(Conntrack.UDP, 5301)).hasSize(1);
    assertThat(conntrack.to(6, 5301)).isEmpty();
  }

  @Test
  void anotherFlowBetweenTheSamePortsIsNotForgotten() throws IOException {
    send(LOCAL, 5300);
    Flow flow = conntrack.to(Conntrack.UDP, 5300).getFirst();
    conntrack.forget(
        new Flow(
            flow.id() + 1,
            flow.zone(),
            flow.protocol(),
            flow.source(),
            flow.sourcePort(),
            flow.destination(),
            flow.destinationPort(),
            flow.answering()));
    assertThat(conntrack.to(Conntrack.UDP, 5300)).containsExactly(flow);
  }

  @Test
  void aTranslatedFlowNamesWhoAnswers() throws IOException {
    send(InetAddress.ofLiteral("127.0.0.77"), 5300);
    Flow flow = conntrack.to(Conntrack.UDP, 5300).getFirst();
    assertThat(flow.destination()).isEqualTo(InetAddress.ofLiteral("127.0.0.77"));
    assertThat(flow.answering()).isEqualTo(LOCAL);
  }
}
