package io.gantry.pod;

import java.util.List;

/**
 * What a pod holds of a network.
 *
 * @param network the network's name
 * @param addresses with prefix length, such as {@code 10.88.0.5/16}; the first is the pod's ip
 * @param hostInterface the name of the interface on the machine's side
 */
public record PodNetworkRecord(String network, List<String> addresses, String hostInterface) {

  public PodNetworkRecord {
    addresses = List.copyOf(addresses);
  }

  /** The first address without its prefix length, or empty. */
  public String ip() {
    return addresses.isEmpty() ? "" : addresses.getFirst().replaceFirst("/.*", "");
  }
}
