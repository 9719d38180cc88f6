package io.gantry.pod;

import io.gantry.cni.Attachment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a pod holds of its networks.
 *
 * @param ips without prefix lengths; the first is the pod's main one
 * @param hostInterface the name of the interface on the machine's side; empty until attached
 * @param attachments what was or is to be done, for undoing it
 */
public record PodNetworkRecord(
    List<String> ips, String hostInterface, List<Attachment> attachments) {

  /** Records of older daemons have no attachments. */
  public PodNetworkRecord(
      List<String> ips, String hostInterface, @Nullable List<Attachment> attachments) {
    this.ips = List.copyOf(ips);
    this.hostInterface = hostInterface;
    this.attachments = attachments == null ? List.of() : List.copyOf(attachments);
  }

  /** Before anything has happened. */
  static PodNetworkRecord planned(List<Attachment> attachments) {
    return new PodNetworkRecord(List.of(), "", attachments);
  }

  /** The main address, or empty. */
  public String ip() {
    return ips.isEmpty() ? "" : ips.getFirst();
  }
}
