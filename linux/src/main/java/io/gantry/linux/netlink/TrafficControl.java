package io.gantry.linux.netlink;

/**
 * Numbers of {@code linux/pkt_sched.h}, {@code pkt_cls.h} and {@code tc_act/tc_mirred.h}, and where
 * fields lie in their structures.
 */
final class TrafficControl {

  static final int RTM_NEWQDISC = 36;
  static final int RTM_GETQDISC = 38;
  static final int RTM_NEWTFILTER = 44;

  /** {@code struct tcmsg}. */
  static final int INFO_BYTES = 20;

  static final int TC_H_ROOT = 0xFFFF_FFFF;
  static final int TC_H_INGRESS = 0xFFFF_FFF1;

  /** {@code 1:}. */
  static final int FIRST_HANDLE = 0x0001_0000;

  /** {@code ffff:}. */
  static final int INGRESS_HANDLE = 0xFFFF_0000;

  static final int FIRST_PRIORITY = 1 << 16;

  /** {@code ETH_P_ALL} in network order. */
  static final int ALL_PROTOCOLS = 0x0300;

  static final int TCA_KIND = 1;
  static final int TCA_OPTIONS = 2;

  static final int TCA_TBF_PARMS = 1;
  static final int TCA_TBF_RATE64 = 4;
  static final int TCA_TBF_BURST = 6;

  /** {@code struct tc_tbf_qopt}: two of {@code tc_ratespec}, limit, buffer, mtu. */
  static final int TBF_PARAMETER_BYTES = 36;

  static final byte TC_LINKLAYER_ETHERNET = 1;
  static final int RATE_OFFSET = 8;
  static final int LIMIT_OFFSET = 24;

  static final int TCA_U32_SEL = 5;
  static final int TCA_U32_ACT = 7;

  /** {@code struct tc_u32_sel} without its keys. */
  static final int SELECTOR_BYTES = 16;

  static final int KEY_BYTES = 16;
  static final byte TC_U32_TERMINAL = 1;

  static final int TCA_ACT_KIND = 1;
  static final int TCA_ACT_OPTIONS = 2;
  static final int TC_ACT_STOLEN = 4;

  static final int TCA_MIRRED_PARMS = 2;
  static final int TCA_EGRESS_REDIR = 1;

  /** {@code struct tc_mirred}. */
  static final int MIRRED_BYTES = 28;

  static final int MIRRED_ACTION_OFFSET = 8;
  static final int MIRRED_HOW_OFFSET = 20;
  static final int MIRRED_LINK_OFFSET = 24;

  private TrafficControl() {}
}
