package io.gantry.linux.netlink;

import static io.gantry.linux.netlink.Rtnetlink.*;
import static io.gantry.linux.netlink.TrafficControl.*;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Traffic control over a netlink socket. */
final class NetlinkTraffic implements Traffic {

  private static final long LARGEST = 0xFFFF_FFFFL;

  private final NetlinkSocket socket;

  NetlinkTraffic(NetlinkSocket socket) {
    this.socket = socket;
  }

  @Override
  public List<Queue> queues() throws IOException {
    return socket.dump(message(RTM_GETQDISC, NLM_F_DUMP, 0, 0, 0, 0), NetlinkTraffic::parse);
  }

  @Override
  public void shape(int link, TokenBucket bucket) throws IOException {
    NetlinkMessage message =
        message(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, link, FIRST_HANDLE, TC_H_ROOT, 0)
            .attribute(TCA_KIND, "tbf")
            .nested(
                TCA_OPTIONS,
                options -> {
                  options.attribute(TCA_TBF_PARMS, parameters(bucket));
                  options.attribute(TCA_TBF_BURST, (int) bucket.burst());
                  if (bucket.rate() > LARGEST) {
                    options.attribute(TCA_TBF_RATE64, wide(bucket.rate()));
                  }
                });
    socket.change(message, "tbf on link " + link);
  }

  /** {@code struct tc_tbf_qopt}; its buffer in ticks gives way to the burst in bytes. */
  private static byte[] parameters(TokenBucket bucket) {
    return ByteBuffer.allocate(TBF_PARAMETER_BYTES)
        .order(ByteOrder.nativeOrder())
        .put(1, TC_LINKLAYER_ETHERNET)
        .putInt(RATE_OFFSET, (int) Math.min(bucket.rate(), LARGEST))
        .putInt(LIMIT_OFFSET, (int) bucket.limit())
        .array();
  }

  private static byte[] wide(long number) {
    return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(number).array();
  }

  @Override
  public void redirect(int link, int target) throws IOException {
    NetlinkMessage queue =
        message(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, link, INGRESS_HANDLE, TC_H_INGRESS, 0)
            .attribute(TCA_KIND, "ingress");
    socket.change(queue, "ingress of link " + link);
    NetlinkMessage filter =
        message(
                RTM_NEWTFILTER,
                NLM_F_CREATE | NLM_F_EXCL,
                link,
                0,
                INGRESS_HANDLE,
                FIRST_PRIORITY | ALL_PROTOCOLS)
            .attribute(TCA_KIND, "u32")
            .nested(
                TCA_OPTIONS,
                options ->
                    options
                        .attribute(TCA_U32_SEL, everything())
                        .nested(TCA_U32_ACT, actions -> redirection(actions, target)));
    socket.change(filter, "filter of link " + link + " to link " + target);
  }

  /** {@code struct tc_u32_sel} with one key whose mask lets all bits be anything. */
  private static byte[] everything() {
    return ByteBuffer.allocate(SELECTOR_BYTES + KEY_BYTES)
        .order(ByteOrder.nativeOrder())
        .put(0, TC_U32_TERMINAL)
        .put(2, (byte) 1)
        .array();
  }

  private static void redirection(NetlinkMessage actions, int target) {
    byte[] parameters =
        ByteBuffer.allocate(MIRRED_BYTES)
            .order(ByteOrder.nativeOrder())
            .putInt(MIRRED_ACTION_OFFSET, TC_ACT_STOLEN)
            .putInt(MIRRED_HOW_OFFSET, TCA_EGRESS_REDIR)
            .putInt(MIRRED_LINK_OFFSET, target)
            .array();
    actions.nested(
        1,
        action ->
            action
                .attribute(TCA_ACT_KIND, "mirred")
                .nested(
                    TCA_ACT_OPTIONS, options -> options.attribute(TCA_MIRRED_PARMS, parameters)));
  }

  /** {@code struct tcmsg}. */
  private static NetlinkMessage message(
      int type, int flags, int link, int handle, int parent, int info) {
    return new NetlinkMessage(type, flags == NLM_F_DUMP ? flags : flags | NLM_F_ACK)
        .u32(AF_UNSPEC)
        .u32(link)
        .u32(handle)
        .u32(parent)
        .u32(info);
  }

  private static @Nullable Queue parse(ByteBuffer payload) {
    Attributes attributes = new Attributes(payload.slice(INFO_BYTES, payload.limit() - INFO_BYTES));
    String kind = attributes.text(TCA_KIND);
    int link = payload.getInt(Integer.BYTES);
    Attributes options = attributes.nested(TCA_OPTIONS);
    ByteBuffer parameters = kind.equals("tbf") ? options.find(TCA_TBF_PARMS) : null;
    if (parameters == null || parameters.limit() < TBF_PARAMETER_BYTES) {
      return new Queue(link, kind, 0, 0);
    }
    long rate = Integer.toUnsignedLong(parameters.getInt(RATE_OFFSET));
    ByteBuffer wide = options.find(TCA_TBF_RATE64);
    if (wide != null) {
      rate = wide.getLong(0);
    }
    long limit = Integer.toUnsignedLong(parameters.getInt(LIMIT_OFFSET));
    return new Queue(link, kind, rate, limit);
  }
}
