package io.gantry.pod;

import java.util.List;

/**
 * What a pod holds of a network.
 *
 * @param ips without prefix lengths; the first is the pod's main one
 * @param hostInterface the name of the interface on the machine's side; empty until attached
 */
public record PodNetworkRecord(List<String> ips, String hostInterface) {

  public PodNetworkRecord {
    ips = List.copyOf(ips);
  }

  /** The main address, or empty. */
  public String ip() {
    return ips.isEmpty() ? "" : ips.getFirst();
  }
}
