package io.gantry.linux.netlink;

import java.io.IOException;
import java.util.List;

/** The routes of one network namespace (rtnetlink(7), {@code RTM_*ROUTE}). */
public interface Routes {

  /** Those of every table, version 4 and 6, also blackholes and the kernel's local ones. */
  List<Route> list() throws IOException;

  /** Adds a unicast route. EEXIST when its table has one to the same block with its metric. */
  void add(Route route) throws IOException;

  /** As {@link #add}, in place of the one that its table has to the same block with its metric. */
  void replace(Route route) throws IOException;

  /** Removes a unicast route. ESRCH when there is none. */
  void remove(Route route) throws IOException;
}
