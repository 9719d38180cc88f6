package io.gantry.pod;

import io.gantry.cni.Attachment;
import io.gantry.cni.AttachmentFailedException;
import io.gantry.cni.NetworkException;
import io.gantry.cni.PodNetwork;
import io.gantry.cni.PodRequest;
import io.gantry.linux.Fd;
import io.gantry.linux.netlink.IpPrefix;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A pod's dealings with its network, between the pod's record and the network's interface. */
final class PodNetworking {

  private final PodNetwork network;

  PodNetworking(PodNetwork network) {
    this.network = network;
  }

  static boolean wanted(Pod pod) {
    return pod.spec().namespaces().network() != NamespaceMode.NODE;
  }

  /** What is to be undone when anything from {@link #attach} on fails; nothing has happened yet. */
  PodNetworkRecord plan(Pod pod) throws NetworkException {
    return PodNetworkRecord.planned(network.plan(request(pod)));
  }

  private static PodRequest request(Pod pod) {
    PodSpec spec = pod.spec();
    PodMetadata metadata = spec.metadata();
    return new PodRequest(
        pod.id().value(),
        Map.of(
            "IgnoreUnknown", "1",
            "K8S_POD_NAMESPACE", metadata.namespace(),
            "K8S_POD_NAME", metadata.name(),
            "K8S_POD_INFRA_CONTAINER_ID", pod.id().value(),
            "K8S_POD_UID", metadata.uid()),
        spec.ports(),
        PodBandwidth.of(spec.annotations()),
        new PodRequest.Dns(spec.dns().servers(), spec.dns().searches(), spec.dns().options()),
        PodWishes.of(spec.annotations()),
        spec.annotations(),
        spec.cgroupParent());
  }

  PodNetworkRecord attach(PodId pod, Fd netns, PodNetworkRecord planned) throws NetworkException {
    List<Attachment> attached = network.attach(pod.value(), netns, planned.attachments());
    List<String> ips =
        attached.stream()
            .map(network::addresses)
            .flatMap(List::stream)
            .map(IpPrefix::text)
            .toList();
    if (ips.isEmpty()) {
      throw new AttachmentFailedException(
          pod.value(),
          "no plugin of network "
              + planned.attachments().getFirst().network()
              + " gave pod "
              + pod.brief()
              + " an address",
          null);
    }
    Optional<String> hostInterface =
        attached.stream().map(network::hostInterface).filter(name -> !name.isEmpty()).findFirst();
    return new PodNetworkRecord(ips, hostInterface.orElse(""), attached);
  }

  /**
   * Detaches a pod whose namespace goes, and frees its addresses. Gone before is fine.
   *
   * @param netns null when it is gone
   */
  void leave(Pod pod, @Nullable Fd netns) throws NetworkException {
    PodNetworkRecord record = pod.network();
    if (record != null) {
      network.detach(pod.id().value(), netns, record.attachments());
    }
  }

  void check(PodId pod, Fd netns, PodNetworkRecord record) throws NetworkException {
    network.check(pod.value(), netns, record.attachments());
  }

  /** What pods have of their networks, by pod. */
  static Map<String, List<Attachment>> attachments(Stream<Pod> pods) {
    Map<String, List<Attachment>> all = new HashMap<>();
    pods.forEach(pod -> {
      PodNetworkRecord record = pod.network();
      if (record != null) {
        all.put(pod.id().value(), record.attachments());
      }
    });
    return all;
  }
}
