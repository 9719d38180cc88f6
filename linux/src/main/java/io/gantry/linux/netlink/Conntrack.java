package io.gantry.linux.netlink;

import java.io.IOException;
import java.util.List;

/**
 * The connections that one network namespace tracks. An entry keeps the translation that was right
 * when its first packet came, for as long as packets come. Safe for use by several threads.
 */
public interface Conntrack {

  /** Number of UDP (RFC 790). */
  int UDP = 17;

  /**
   * Those of version 4 and 6 that were opened to a port.
   *
   * @param protocol of those that have ports, such as {@link #UDP}
   */
  List<Flow> to(int protocol, int port) throws IOException;

  /** Forgets one, so that its next packet is looked at as a first one; gone already is fine. */
  void forget(Flow flow) throws IOException;
}
