package io.gantry.cni.overlay;

import io.gantry.linux.netlink.IpPrefix;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;

/** Where a node learns which others there are, and which blocks are its own. */
public interface PeerSource extends AutoCloseable {

  /**
   * The node itself.
   *
   * @param address where it takes packets
   * @param had the blocks that it had before, to be asked for again
   */
  record Self(String name, InetAddress address, List<IpPrefix> had) {}

  /** Hears of changes, on any thread, one call at a time. It must not block. */
  interface Listener {

    /** The source knows this now. */
    void changed(Membership membership);

    /** The source cannot say more for now; what it said last holds. */
    void failing(String problem);

    /** The node's blocks are not, or not any more, its own. */
    void refused(String problem);
  }

  /** Begins to tell, and returns before all is known. Called once. */
  void start(Self self, Listener listener) throws IOException;

  /** Ends the telling; nothing is told afterwards. */
  @Override
  void close();
}
