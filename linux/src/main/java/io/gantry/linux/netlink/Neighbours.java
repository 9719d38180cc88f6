package io.gantry.linux.netlink;

import java.io.IOException;
import java.util.List;

/**
 * The neighbours of one network namespace and what its VXLAN devices know of theirs (rtnetlink(7),
 * {@code RTM_*NEIGH}).
 */
public interface Neighbours {

  /** The permanent ones of every interface, version 4 and 6. */
  List<Neighbour> list() throws IOException;

  /** Adds it, or puts it in place of what the link has for the address. */
  void put(Neighbour neighbour) throws IOException;

  /** ENOENT when the link has none for the address. */
  void remove(Neighbour neighbour) throws IOException;

  /** What the VXLAN devices forward, without the default destinations. */
  List<ForwardingEntry> forwarding() throws IOException;

  /** Adds it, or puts it in place of what the device has for the link address. */
  void put(ForwardingEntry entry) throws IOException;

  /** ENOENT when the device has none such. */
  void remove(ForwardingEntry entry) throws IOException;
}
