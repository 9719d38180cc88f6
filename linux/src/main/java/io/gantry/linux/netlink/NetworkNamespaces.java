package io.gantry.linux.netlink;

import io.gantry.linux.Fd;

/** Where network namespaces come from. */
public interface NetworkNamespaces {

  /** The one that the daemon runs in. */
  NetworkNamespace own();

  /**
   * The one that a descriptor stands for.
   *
   * @param netns stays the caller's and must stay open while the result is used
   */
  NetworkNamespace at(Fd netns);
}
