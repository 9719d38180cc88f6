package io.gantry.linux.netlink;

import static io.gantry.linux.netlink.Ctnetlink.*;
import static io.gantry.linux.netlink.Rtnetlink.AF_INET;
import static io.gantry.linux.netlink.Rtnetlink.AF_INET6;
import static io.gantry.linux.netlink.Rtnetlink.NLM_F_ACK;
import static io.gantry.linux.netlink.Rtnetlink.NLM_F_DUMP;

import io.gantry.linux.Errno;
import io.gantry.linux.SocketCalls;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Tracked connections over ctnetlink. The socket is opened at the first use and kept: closing one
 * waits for packet filter rules that were deleted before to be forgotten.
 */
public final class NetlinkConntrack implements Conntrack, AutoCloseable {

  private final SocketCalls calls;
  private final NetworkNamespace namespace;
  private final ReentrantLock opening = new ReentrantLock();
  private @Nullable NetlinkSocket opened;

  public NetlinkConntrack(SocketCalls calls, NetworkNamespace namespace) {
    this.calls = calls;
    this.namespace = namespace;
  }

  private NetlinkSocket socket() throws IOException {
    opening.lock();
    try {
      NetlinkSocket socket = opened;
      if (socket == null) {
        socket = namespace.call(() -> NetlinkSocket.open(calls, NETLINK_NETFILTER));
        opened = socket;
      }
      return socket;
    } finally {
      opening.unlock();
    }
  }

  @Override
  public List<Flow> to(int protocol, int port) throws IOException {
    List<Flow> flows = new ArrayList<>();
    for (int family : new int[] {AF_INET, AF_INET6}) {
      NetlinkMessage question =
          message(IPCTNL_MSG_CT_GET, NLM_F_DUMP, family)
              .nested(
                  CTA_TUPLE_ORIG,
                  tuple ->
                      tuple.nested(
                          CTA_TUPLE_PROTO,
                          proto ->
                              proto
                                  .attributeByte(CTA_PROTO_NUM, protocol)
                                  .attribute(CTA_PROTO_DST_PORT, bigEndian(port))))
              .nested(
                  CTA_FILTER,
                  filter ->
                      filter
                          .attribute(
                              CTA_FILTER_ORIG_FLAGS, FILTER_PROTO_NUM | FILTER_PROTO_DST_PORT)
                          .attribute(CTA_FILTER_REPLY_FLAGS, 0));
      flows.addAll(socket().dump(question, NetlinkConntrack::parse));
    }
    // a kernel that does not know the filter answers with all there are
    flows.removeIf(flow -> flow.protocol() != protocol || flow.destinationPort() != port);
    return List.copyOf(flows);
  }

  @Override
  public void forget(Flow flow) throws IOException {
    boolean four = flow.source() instanceof Inet4Address;
    NetlinkMessage message =
        message(IPCTNL_MSG_CT_DELETE, NLM_F_ACK, four ? AF_INET : AF_INET6)
            .nested(CTA_TUPLE_ORIG, tuple -> tuple(tuple, flow, four))
            .attribute(CTA_ID, bigEndianWord(flow.id()));
    if (flow.zone() != 0) {
      message.attribute(CTA_ZONE, bigEndian(flow.zone()));
    }
    try {
      socket().change(message, flow.toString());
    } catch (SyscallException e) {
      if (!e.is(Errno.ENOENT)) {
        throw e;
      }
    }
  }

  private static void tuple(NetlinkMessage message, Flow flow, boolean four) {
    message
        .nested(
            CTA_TUPLE_IP,
            ip ->
                ip.attribute(four ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, flow.source().getAddress())
                    .attribute(
                        four ? CTA_IP_V4_DST : CTA_IP_V6_DST, flow.destination().getAddress()))
        .nested(
            CTA_TUPLE_PROTO,
            proto ->
                proto
                    .attributeByte(CTA_PROTO_NUM, flow.protocol())
                    .attribute(CTA_PROTO_SRC_PORT, bigEndian(flow.sourcePort()))
                    .attribute(CTA_PROTO_DST_PORT, bigEndian(flow.destinationPort())));
  }

  private static NetlinkMessage message(int type, int flags, int family) {
    return new NetlinkMessage(type, flags).u8(family).u8(0).u16(0);
  }

  private static byte[] bigEndian(int value) {
    return new byte[] {(byte) (value >>> 8), (byte) value};
  }

  private static byte[] bigEndianWord(int value) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
  }

  private static @Nullable Flow parse(ByteBuffer payload) {
    Attributes attributes = new Attributes(payload.slice(INFO_BYTES, payload.limit() - INFO_BYTES));
    Attributes original = attributes.nested(CTA_TUPLE_ORIG);
    Attributes proto = original.nested(CTA_TUPLE_PROTO);
    byte[] protocol = proto.data(CTA_PROTO_NUM);
    InetAddress source = address(original, CTA_IP_V4_SRC, CTA_IP_V6_SRC);
    InetAddress destination = address(original, CTA_IP_V4_DST, CTA_IP_V6_DST);
    InetAddress answering =
        address(attributes.nested(CTA_TUPLE_REPLY), CTA_IP_V4_SRC, CTA_IP_V6_SRC);
    if (protocol == null || source == null || destination == null || answering == null) {
      return null;
    }
    return new Flow(
        (int) number(attributes.data(CTA_ID)),
        (int) number(attributes.data(CTA_ZONE)),
        Byte.toUnsignedInt(protocol[0]),
        source,
        (int) number(proto.data(CTA_PROTO_SRC_PORT)),
        destination,
        (int) number(proto.data(CTA_PROTO_DST_PORT)),
        answering);
  }

  private static @Nullable InetAddress address(Attributes tuple, int four, int six) {
    Attributes ip = tuple.nested(CTA_TUPLE_IP);
    byte[] raw = ip.data(four);
    if (raw == null) {
      raw = ip.data(six);
    }
    return raw == null ? null : IpPrefix.addressOf(raw);
  }

  /** A number in network order; 0 where there is none. */
  private static long number(byte @Nullable [] bytes) {
    long number = 0;
    if (bytes != null) {
      for (byte next : bytes) {
        number = number << Byte.SIZE | Byte.toUnsignedLong(next);
      }
    }
    return number;
  }

  /** Lets go of the socket; a later use opens another one. */
  @Override
  public void close() {
    opening.lock();
    try {
      NetlinkSocket socket = opened;
      opened = null;
      if (socket != null) {
        socket.close();
      }
    } finally {
      opening.unlock();
    }
  }
}
