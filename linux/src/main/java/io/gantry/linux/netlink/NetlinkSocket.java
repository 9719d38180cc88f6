package io.gantry.linux.netlink;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.SocketCalls;
import io.gantry.linux.SyscallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A netlink(7) socket of the namespace it was opened in. One conversation at a time: requests of
 * several threads queue.
 */
final class NetlinkSocket implements AutoCloseable {

  /** Dumps are cut to the reader's buffer; the kernel never makes a larger piece than this. */
  static final int BUFFER_BYTES = 32 * 1024;

  /** How often a dump is repeated when the tables changed while they were read. */
  private static final int DUMP_ATTEMPTS = 10;

  private final SocketCalls calls;
  private final Fd socket;
  private final ReentrantLock conversation = new ReentrantLock();
  private final ByteBuffer received;
  private int sequence;

  private NetlinkSocket(SocketCalls calls, Fd socket, ByteBuffer received) {
    this.calls = calls;
    this.socket = socket;
    this.received = received;
  }

  /** Opens one in the calling thread's network namespace. */
  static NetlinkSocket open(SocketCalls calls) throws SyscallException {
    return open(calls, Rtnetlink.NETLINK_ROUTE);
  }

  /** As {@link #open(SocketCalls)} for another of netlink(7)'s families. */
  static NetlinkSocket open(SocketCalls calls, int family) throws SyscallException {
    return open(
        calls,
        family,
        ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.nativeOrder()).limit(0));
  }

  /**
   * As {@link #open(SocketCalls)} with a buffer that others use too; the caller sees to it that one
   * does at a time.
   *
   * @param received direct, of {@link #BUFFER_BYTES}, in the machine's order of bytes
   */
  static NetlinkSocket open(SocketCalls calls, ByteBuffer received) throws SyscallException {
    return open(calls, Rtnetlink.NETLINK_ROUTE, received);
  }

  private static NetlinkSocket open(SocketCalls calls, int family, ByteBuffer received)
      throws SyscallException {
    Fd fd = calls.socket(Rtnetlink.AF_NETLINK, Rtnetlink.SOCK_RAW, family);
    try {
      calls.setsockopt(fd, Rtnetlink.SOL_NETLINK, Rtnetlink.NETLINK_EXT_ACK, 1);
      calls.setsockopt(fd, Rtnetlink.SOL_NETLINK, Rtnetlink.NETLINK_CAP_ACK, 1);
      calls.bindNetlink(fd, 0);
      return new NetlinkSocket(calls, fd, received);
    } catch (SyscallException e) {
      fd.close();
      throw e;
    }
  }

  /**
   * Sends a change and waits for its acknowledgement.
   *
   * @param subject what it is about, for the error
   */
  void change(NetlinkMessage message, String subject) throws SyscallException {
    conversation.lock();
    try {
      send(message, subject);
      NetlinkReply reply = next(message, subject);
      while (!reply.isEnd()) {
        reply = next(message, subject);
      }
    } finally {
      conversation.unlock();
    }
  }

  /** Asks for one object; nothing when the kernel has none such. */
  <T> Optional<T> get(
      NetlinkMessage message, String subject, Function<ByteBuffer, @Nullable T> parser)
      throws SyscallException {
    conversation.lock();
    try {
      send(message, subject);
      return Optional.ofNullable(parser.apply(next(message, subject).payload()));
    } catch (SyscallException e) {
      if (e.is(Errno.ENODEV)) {
        return Optional.empty();
      }
      throw e;
    } finally {
      conversation.unlock();
    }
  }

  /** Reads a whole table; the parser answers null for an entry to be left out. */
  <T> List<T> dump(NetlinkMessage message, Function<ByteBuffer, @Nullable T> parser)
      throws SyscallException {
    return dump(message, parser, Integer.MAX_VALUE);
  }

  /**
   * As {@link #dump(NetlinkMessage, Function)}, of which the first entries are kept.
   *
   * @param most how many
   */
  <T> List<T> dump(NetlinkMessage message, Function<ByteBuffer, @Nullable T> parser, int most)
      throws SyscallException {
    conversation.lock();
    try {
      for (int attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
        List<T> entries = new ArrayList<>();
        send(message, "");
        Function<ByteBuffer, @Nullable T> some =
            payload -> entries.size() < most ? parser.apply(payload) : null;
        if (dumped(message, some, entries)) {
          return entries;
        }
      }
      throw new SyscallException(NetlinkReply.name(message.type()), Errno.EAGAIN, "dump");
    } finally {
      conversation.unlock();
    }
  }

  private <T> boolean dumped(
      NetlinkMessage message, Function<ByteBuffer, @Nullable T> parser, List<T> entries)
      throws SyscallException {
    boolean whole = true;
    for (NetlinkReply reply = next(message, "dump"); ; reply = next(message, "dump")) {
      whole &= !reply.interrupted();
      if (reply.isEnd()) {
        return whole;
      }
      T entry = parser.apply(reply.payload());
      if (entry != null) {
        entries.add(entry);
      }
    }
  }

  private void send(NetlinkMessage message, String subject) throws SyscallException {
    received.limit(0);
    sequence++;
    try {
      calls.send(socket, message.finish(sequence));
    } catch (SyscallException e) {
      throw named(e, message, subject);
    }
  }

  /** The next reply to the current request; replies to one given up earlier are passed over. */
  private NetlinkReply next(NetlinkMessage message, String subject) throws SyscallException {
    while (true) {
      if (!received.hasRemaining()) {
        receive(message, subject);
      }
      NetlinkReply reply = NetlinkReply.read(received);
      if (reply.sequence() == sequence && reply.type() != Rtnetlink.NLMSG_NOOP) {
        reply.check(message.type(), subject);
        return reply;
      }
    }
  }

  private void receive(NetlinkMessage message, String subject) throws SyscallException {
    received.clear();
    try {
      calls.receive(socket, received);
    } catch (SyscallException e) {
      received.limit(0);
      throw named(e, message, subject);
    }
    received.flip();
  }

  private static SyscallException named(
      SyscallException e, NetlinkMessage message, String subject) {
    SyscallException named =
        new SyscallException(
            NetlinkReply.name(message.type()), e.errno(), subject, "on " + e.call());
    named.initCause(e);
    return named;
  }

  @Override
  public void close() {
    socket.close();
  }
}
