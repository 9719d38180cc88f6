package io.gantry.cni.portmap;

import io.gantry.linux.netlink.Conntrack;
import io.gantry.linux.netlink.Flow;
import io.gantry.linux.netlink.InterfaceAddress;
import io.gantry.linux.netlink.NetworkStack;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Collection;
import java.util.List;

/** UDP flows that go on to where a port of the node led before. */
final class StaleFlows {

  private final Conntrack conntrack;
  private final NetworkStack node;

  StaleFlows(Conntrack conntrack, NetworkStack node) {
    this.conntrack = conntrack;
    this.node = node;
  }

  /** Forgets those to these ports of the node; what only passes through it is left alone. */
  void forget(Collection<Integer> ports) throws IOException {
    if (ports.isEmpty()) {
      return;
    }
    List<InterfaceAddress> addresses = node.addresses().list();
    for (int port : ports) {
      for (Flow flow : conntrack.to(Conntrack.UDP, port)) {
        if (isNodes(flow.destination(), addresses)) {
          conntrack.forget(flow);
        }
      }
    }
  }

  private static boolean isNodes(InetAddress address, List<InterfaceAddress> addresses) {
    return address.isLoopbackAddress()
        || addresses.stream().anyMatch(own -> own.prefix().address().equals(address));
  }
}
