package io.gantry.linux.netlink;

import static io.gantry.linux.netlink.Rtnetlink.*;

import io.gantry.linux.Fd;
import io.gantry.linux.Namespace;
import io.gantry.linux.NamespaceThread;
import io.gantry.linux.SocketCalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads the counters of links in other network namespaces, over one socket for each, which entered
 * its namespace once: a reading costs no thread. All share one buffer, so that a socket that is
 * kept costs a descriptor and nothing else. Safe for use by several threads.
 */
public final class LinkMeters {

  /**
   * Links of one namespace that are read. Whoever may make links there can make thousands, and
   * every one of them is told to whoever asks.
   */
  static final int MOST = 64;

  private static final int IFLA_STATS64 = 23;
  private static final int IFF_LOOPBACK = 8;

  /** Bytes of {@code struct rtnl_link_stats64} (linux/if_link.h) up to rx_missed_errors. */
  private static final int STATS_BYTES = 128;

  private final SocketCalls calls;
  private final ByteBuffer received =
      ByteBuffer.allocateDirect(NetlinkSocket.BUFFER_BYTES).order(ByteOrder.nativeOrder());
  private final NetlinkMessage question = new NetlinkMessage(RTM_GETLINK, NLM_F_DUMP).link(0, 0);
  private final ReentrantLock turn = new ReentrantLock();

  public LinkMeters(SocketCalls calls) {
    this.calls = calls;
  }

  /**
   * Opens a meter in a namespace, which lives at least as long as the meter.
   *
   * @param netns stays the caller's and must stay open during this call
   */
  public Meter open(Fd netns) throws IOException {
    return NamespaceThread.call(
        "netns " + netns.number(),
        thread -> {
          thread.enter(netns, Namespace.NET);
          return new Meter(NetlinkSocket.open(calls, received));
        });
  }

  /** The counters of one namespace; whoever opened it closes it after the last reading. */
  public final class Meter implements AutoCloseable {

    private final NetlinkSocket socket;

    private Meter(NetlinkSocket socket) {
      this.socket = socket;
    }

    /** The first links of the namespace by index, 64 at most, and not the loopback. */
    public List<LinkCounters> traffic() throws IOException {
      turn.lock();
      try {
        return socket.dump(question, LinkMeters::parse, MOST);
      } finally {
        turn.unlock();
      }
    }

    @Override
    public void close() {
      socket.close();
    }
  }

  static @Nullable LinkCounters parse(ByteBuffer payload) {
    Attributes attributes = NetlinkLinks.attributes(payload);
    ByteBuffer stats = attributes.find(IFLA_STATS64);
    boolean loopback = (payload.getInt(8) & IFF_LOOPBACK) != 0;
    if (loopback || stats == null || stats.limit() < STATS_BYTES) {
      return null;
    }
    return new LinkCounters(
        attributes.text(IFLA_IFNAME),
        stats.getLong(16),
        stats.getLong(0),
        stats.getLong(32),
        stats.getLong(48) + stats.getLong(120),
        stats.getLong(24),
        stats.getLong(8),
        stats.getLong(40),
        stats.getLong(56));
  }
}
