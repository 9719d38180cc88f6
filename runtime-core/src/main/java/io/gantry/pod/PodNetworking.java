package io.gantry.pod;

import io.gantry.cni.Attachment;
import io.gantry.cni.NetworkException;
import io.gantry.cni.PodAttachment;
import io.gantry.cni.PodDetachment;
import io.gantry.cni.PodNetwork;
import io.gantry.linux.Fd;
import java.net.InetAddress;
import java.util.List;

/** A pod's dealings with its network, between the pod's record and the network's interface. */
final class PodNetworking {

  private final PodNetwork network;

  PodNetworking(PodNetwork network) {
    this.network = network;
  }

  static boolean wanted(Pod pod) {
    return pod.spec().namespaces().network() != NamespaceMode.NODE;
  }

  /** Sets addresses aside, in memory: the record is to be written before {@link #attach}. */
  PodNetworkRecord reserve(PodId pod) throws NetworkException {
    if (!network.status().ready()) {
      network.ensure();
    }
    return new PodNetworkRecord(texts(network.reserve(pod.value())), "");
  }

  PodNetworkRecord attach(PodId pod, Fd netns, PodNetworkRecord reserved) throws NetworkException {
    Attachment attachment =
        network.attach(
            new PodAttachment(
                pod.value(), netns, PodAttachment.FIRST_INTERFACE, addresses(reserved)));
    return new PodNetworkRecord(
        attachment.addresses().stream().map(prefix -> prefix.address().getHostAddress()).toList(),
        attachment.hostInterface());
  }

  /** Detaches a pod whose namespace goes, and frees its addresses. Gone before is fine. */
  void leave(PodId pod) throws NetworkException {
    network.detach(PodDetachment.withNamespace(pod.value()));
    network.release(pod.value());
  }

  /** Tells the network after a restart what a pod still has. */
  void restore(Pod pod) {
    PodNetworkRecord record = pod.network();
    if (record != null) {
      network.restore(pod.id().value(), addresses(record));
    }
  }

  private static List<InetAddress> addresses(PodNetworkRecord record) {
    return record.ips().stream().map(InetAddress::ofLiteral).toList();
  }

  private static List<String> texts(List<InetAddress> addresses) {
    return addresses.stream().map(InetAddress::getHostAddress).toList();
  }
}
