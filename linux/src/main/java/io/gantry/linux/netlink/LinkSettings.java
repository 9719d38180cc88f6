package io.gantry.linux.netlink;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** What else can be set of the interfaces of one network namespace (ip-link(8)). */
public interface LinkSettings {

  /**
   * The settings of one link.
   *
   * @param alias a text for people, or empty
   * @param promiscuous whether it takes frames to any address ({@code IFF_PROMISC})
   * @param allMulticast whether it takes frames to any group ({@code IFF_ALLMULTI})
   * @param transmitQueue packets that may wait
   */
  record Settings(
      Link link, String alias, boolean promiscuous, boolean allMulticast, int transmitQueue) {}

  List<Settings> list() throws IOException;

  Optional<Settings> find(String name) throws IOException;

  /**
   * Makes a device, up, whose only work is to have a queue for frames that were sent to it from
   * elsewhere (kind {@code ifb}). EEXIST when the name is taken.
   */
  void createFunctionalBlock(String name, int mtu) throws IOException;

  /** At most 255 bytes; empty for none. */
  void alias(int link, String text) throws IOException;

  void promiscuous(int link, boolean on) throws IOException;

  void allMulticast(int link, boolean on) throws IOException;

  void transmitQueue(int link, int packets) throws IOException;
}
