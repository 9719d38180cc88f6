package io.gantry.linux.netlink;

import java.io.IOException;
import java.util.List;

/** The addresses of one network namespace (rtnetlink(7), {@code RTM_*ADDR}). */
public interface Addresses {

  /** Those of every interface, version 4 and 6. */
  List<InterfaceAddress> list() throws IOException;

  /**
   * EEXIST when the interface has it. A version 6 address is usable at once (no duplicate address
   * detection: the caller owns the block).
   */
  void add(InterfaceAddress address) throws IOException;

  /** As {@link #add} without the route to the address's block that the kernel lays otherwise. */
  void addWithoutRoute(InterfaceAddress address) throws IOException;

  /** EADDRNOTAVAIL when the interface does not have it. */
  void remove(InterfaceAddress address) throws IOException;
}
