package io.gantry.linux.netlink;

import io.gantry.linux.Errno;
import io.gantry.linux.SyscallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One message as the kernel sent it.
 *
 * @param type {@code RTM_*} or {@code NLMSG_*}
 * @param flags {@code NLM_F_*}
 * @param payload in the receive buffer, valid until the next receive
 */
record NetlinkReply(int type, int flags, int sequence, ByteBuffer payload) {

  private static final int ERROR_BYTES = Integer.BYTES;

  /** Takes the message at the buffer's position and moves behind it. */
  static NetlinkReply read(ByteBuffer buffer) throws SyscallException {
    int start = buffer.position();
    int length = buffer.remaining() < NetlinkMessage.HEADER_BYTES ? 0 : buffer.getInt(start);
    if (length < NetlinkMessage.HEADER_BYTES || length > buffer.remaining()) {
      buffer.position(buffer.limit());
      throw new SyscallException("recv", new Errno(74), "netlink", "message cut short");
    }
    ByteBuffer payload =
        buffer
            .slice(start + NetlinkMessage.HEADER_BYTES, length - NetlinkMessage.HEADER_BYTES)
            .order(ByteOrder.nativeOrder());
    buffer.position(Math.min(buffer.limit(), start + Attributes.aligned(length)));
    return new NetlinkReply(
        Short.toUnsignedInt(buffer.getShort(start + 4)),
        Short.toUnsignedInt(buffer.getShort(start + 6)),
        buffer.getInt(start + 8),
        payload);
  }

  /** Whether nothing follows: an acknowledgement or the end of a dump. */
  boolean isEnd() {
    return type == Rtnetlink.NLMSG_ERROR || type == Rtnetlink.NLMSG_DONE;
  }

  /** Whether the table changed while it was being dumped. */
  boolean interrupted() {
    return (flags & Rtnetlink.NLM_F_DUMP_INTR) != 0;
  }

  /** Throws what the kernel refused, with its own words where it gave some. */
  void check(int request, String subject) throws SyscallException {
    if (!isEnd() || payload.limit() < ERROR_BYTES) {
      return;
    }
    int error = -payload.getInt(0);
    if (error > 0) {
      throw new SyscallException(name(request), new Errno(error), subject, words());
    }
  }

  /** The text of the extended acknowledgement, or empty. */
  private String words() {
    if ((flags & Rtnetlink.NLM_F_ACK_TLVS) == 0) {
      return "";
    }
    int skipped = ERROR_BYTES;
    if (type == Rtnetlink.NLMSG_ERROR) {
      skipped += echoedBytes();
    }
    if (skipped > payload.limit()) {
      return "";
    }
    ByteBuffer rest = payload.slice(skipped, payload.limit() - skipped);
    return new Attributes(rest).text(Rtnetlink.NLMSGERR_ATTR_MSG);
  }

  /** An error carries the refused message behind its number: capped to the header, or whole. */
  private int echoedBytes() {
    boolean capped = (flags & Rtnetlink.NLM_F_CAPPED) != 0;
    if (capped || payload.limit() < ERROR_BYTES + Integer.BYTES) {
      return NetlinkMessage.HEADER_BYTES;
    }
    return Attributes.aligned(payload.getInt(ERROR_BYTES));
  }

  /** The name of a request for messages. */
  static String name(int type) {
    return switch (type) {
      case Rtnetlink.RTM_NEWLINK -> "RTM_NEWLINK";
      case Rtnetlink.RTM_DELLINK -> "RTM_DELLINK";
      case Rtnetlink.RTM_GETLINK -> "RTM_GETLINK";
      case Rtnetlink.RTM_SETLINK -> "RTM_SETLINK";
      case Rtnetlink.RTM_NEWADDR -> "RTM_NEWADDR";
      case Rtnetlink.RTM_DELADDR -> "RTM_DELADDR";
      case Rtnetlink.RTM_GETADDR -> "RTM_GETADDR";
      case Rtnetlink.RTM_NEWROUTE -> "RTM_NEWROUTE";
      case Rtnetlink.RTM_DELROUTE -> "RTM_DELROUTE";
      case Rtnetlink.RTM_GETROUTE -> "RTM_GETROUTE";
      case Rtnetlink.RTM_NEWNEIGH -> "RTM_NEWNEIGH";
      case Rtnetlink.RTM_DELNEIGH -> "RTM_DELNEIGH";
      case Rtnetlink.RTM_GETNEIGH -> "RTM_GETNEIGH";
      case TrafficControl.RTM_NEWQDISC -> "RTM_NEWQDISC";
      case TrafficControl.RTM_GETQDISC -> "RTM_GETQDISC";
      case TrafficControl.RTM_NEWTFILTER -> "RTM_NEWTFILTER";
      case Ctnetlink.IPCTNL_MSG_CT_GET -> "IPCTNL_MSG_CT_GET";
      case Ctnetlink.IPCTNL_MSG_CT_DELETE -> "IPCTNL_MSG_CT_DELETE";
      default -> "netlink message " + type;
    };
  }
}
