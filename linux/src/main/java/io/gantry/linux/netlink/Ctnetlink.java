package io.gantry.linux.netlink;

/** Numbers of {@code linux/netfilter/nfnetlink.h} and {@code nfnetlink_conntrack.h}. */
final class Ctnetlink {

  static final int NETLINK_NETFILTER = 12;

  private static final int NFNL_SUBSYS_CTNETLINK = 1 << 8;
  static final int IPCTNL_MSG_CT_GET = NFNL_SUBSYS_CTNETLINK | 1;
  static final int IPCTNL_MSG_CT_DELETE = NFNL_SUBSYS_CTNETLINK | 2;

  /** {@code struct nfgenmsg}: family, version, resource id. */
  static final int INFO_BYTES = 4;

  static final int CTA_TUPLE_ORIG = 1;
  static final int CTA_TUPLE_REPLY = 2;
  static final int CTA_ID = 12;
  static final int CTA_ZONE = 18;
  static final int CTA_FILTER = 25;

  static final int CTA_TUPLE_IP = 1;
  static final int CTA_TUPLE_PROTO = 2;

  static final int CTA_IP_V4_SRC = 1;
  static final int CTA_IP_V4_DST = 2;
  static final int CTA_IP_V6_SRC = 3;
  static final int CTA_IP_V6_DST = 4;

  static final int CTA_PROTO_NUM = 1;
  static final int CTA_PROTO_SRC_PORT = 2;
  static final int CTA_PROTO_DST_PORT = 3;

  static final int CTA_FILTER_ORIG_FLAGS = 1;
  static final int CTA_FILTER_REPLY_FLAGS = 2;

  /** {@code CTA_FILTER_F_*} of the kernel's nf_conntrack_netlink.c. */
  static final int FILTER_PROTO_NUM = 1 << 3;

  static final int FILTER_PROTO_DST_PORT = 1 << 5;

  private Ctnetlink() {}
}
