package io.gantry.cni.loopback;

import io.gantry.linux.Fd;
import io.gantry.linux.netlink.NetworkNamespaces;
import io.gantry.linux.netlink.NetworkStack;
import java.io.IOException;

/** Brings up the loopback interface of a network namespace. */
public final class Loopback {

  /** The kernel gives a namespace's loopback this index, whatever else is in it. */
  private static final int INDEX = 1;

  private final NetworkNamespaces namespaces;

  public Loopback(NetworkNamespaces namespaces) {
    this.namespaces = namespaces;
  }

  /** For a pod that needs nothing else; up already is fine. */
  public void ensure(Fd netns) throws IOException {
    namespaces
        .at(netns)
        .use(stack -> {
          bringUp(stack);
          return null;
        });
  }

  /** The same inside a conversation that is open already; the kernel adds its addresses. */
  public static void bringUp(NetworkStack pod) throws IOException {
    pod.links().bringUp(INDEX);
  }
}
