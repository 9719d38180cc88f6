package io.gantry.linux.netlink;

/**
 * Numbers of {@code linux/netlink.h}, {@code rtnetlink.h}, {@code if_link.h}, {@code if_addr.h},
 * {@code if_bridge.h}, {@code neighbour.h}.
 */
final class Rtnetlink {

  static final int AF_UNSPEC = 0;
  static final int AF_INET = 2;
  static final int AF_BRIDGE = 7;
  static final int AF_INET6 = 10;
  static final int AF_NETLINK = 16;
  static final int SOCK_RAW = 3;
  static final int NETLINK_ROUTE = 0;
  static final int SOL_NETLINK = 270;
  static final int NETLINK_CAP_ACK = 10;
  static final int NETLINK_EXT_ACK = 11;

  static final int NLMSG_NOOP = 1;
  static final int NLMSG_ERROR = 2;
  static final int NLMSG_DONE = 3;

  static final int NLM_F_REQUEST = 0x001;
  static final int NLM_F_MULTI = 0x002;
  static final int NLM_F_ACK = 0x004;
  static final int NLM_F_DUMP_INTR = 0x010;
  static final int NLM_F_CAPPED = 0x100;
  static final int NLM_F_ACK_TLVS = 0x200;
  static final int NLM_F_DUMP = 0x300;
  static final int NLM_F_REPLACE = 0x100;
  static final int NLM_F_EXCL = 0x200;
  static final int NLM_F_CREATE = 0x400;

  static final int NLMSGERR_ATTR_MSG = 1;

  static final int RTM_NEWLINK = 16;
  static final int RTM_DELLINK = 17;
  static final int RTM_GETLINK = 18;
  static final int RTM_SETLINK = 19;
  static final int RTM_NEWADDR = 20;
  static final int RTM_DELADDR = 21;
  static final int RTM_GETADDR = 22;
  static final int RTM_NEWROUTE = 24;
  static final int RTM_DELROUTE = 25;
  static final int RTM_GETROUTE = 26;
  static final int RTM_NEWNEIGH = 28;
  static final int RTM_DELNEIGH = 29;
  static final int RTM_GETNEIGH = 30;

  static final int IFF_UP = 1;
  static final int IFF_PROMISC = 0x100;
  static final int IFF_ALLMULTI = 0x200;

  static final int IFLA_ADDRESS = 1;
  static final int IFLA_IFNAME = 3;
  static final int IFLA_MTU = 4;
  static final int IFLA_LINK = 5;
  static final int IFLA_MASTER = 10;
  static final int IFLA_TXQLEN = 13;
  static final int IFLA_LINKINFO = 18;
  static final int IFLA_IFALIAS = 20;
  static final int IFLA_AF_SPEC = 26;
  static final int IFLA_NET_NS_FD = 28;
  static final int IFLA_EXT_MASK = 29;
  static final int RTEXT_FILTER_BRVLAN_COMPRESSED = 4;

  static final int IFLA_INFO_KIND = 1;
  static final int IFLA_INFO_DATA = 2;
  static final int IFLA_INFO_SLAVE_KIND = 4;
  static final int IFLA_INFO_SLAVE_DATA = 5;

  static final int VETH_INFO_PEER = 1;
  static final int IFLA_VLAN_ID = 1;
  static final int IFLA_BR_VLAN_FILTERING = 7;
  static final int IFLA_BR_VLAN_DEFAULT_PVID = 39;
  static final int IFLA_BRPORT_MODE = 4;
  static final int IFLA_BRPORT_LEARNING = 8;
  static final int IFLA_BRPORT_ISOLATED = 33;
  static final int IFLA_BRPORT_LOCKED = 39;
  static final int IFLA_BRIDGE_FLAGS = 0;
  static final int IFLA_BRIDGE_VLAN_INFO = 2;
  static final int BRIDGE_FLAGS_SELF = 2;
  static final int BRIDGE_VLAN_INFO_PVID = 2;
  static final int BRIDGE_VLAN_INFO_UNTAGGED = 4;
  static final int BRIDGE_VLAN_INFO_RANGE_BEGIN = 8;
  static final int BRIDGE_VLAN_INFO_RANGE_END = 16;

  static final int IFLA_VXLAN_ID = 1;
  static final int IFLA_VXLAN_LINK = 3;
  static final int IFLA_VXLAN_LOCAL = 4;
  static final int IFLA_VXLAN_LEARNING = 7;
  static final int IFLA_VXLAN_PORT = 15;
  static final int IFLA_VXLAN_LOCAL6 = 17;
  static final int IFLA_MACVLAN_MODE = 1;
  static final int IFLA_MACVLAN_BC_QUEUE_LEN = 7;

  static final int IFA_ADDRESS = 1;
  static final int IFA_LOCAL = 2;
  static final int IFA_BROADCAST = 4;
  static final int IFA_FLAGS = 8;
  static final int IFA_F_NODAD = 2;
  static final int IFA_F_NOPREFIXROUTE = 0x200;

  static final int RTA_DST = 1;
  static final int RTA_OIF = 4;
  static final int RTA_GATEWAY = 5;
  static final int RTA_PRIORITY = 6;
  static final int RTA_PREFSRC = 7;
  static final int RTA_METRICS = 8;
  static final int RTA_TABLE = 15;
  static final int RTAX_MTU = 2;
  static final int RTAX_ADVMSS = 8;
  static final int RTNH_F_ONLINK = 4;

  static final int RT_TABLE_UNSPEC = 0;
  static final int RT_TABLE_MAIN = 254;
  static final int RTPROT_BOOT = 3;
  static final int RT_SCOPE_UNIVERSE = 0;
  static final int RT_SCOPE_LINK = 253;
  static final int RT_SCOPE_HOST = 254;
  static final int RT_SCOPE_NOWHERE = 255;
  static final int RTN_UNICAST = 1;

  static final int NDA_DST = 1;
  static final int NDA_LLADDR = 2;
  static final int NTF_SELF = 2;
  static final int NTF_MASTER = 4;
  static final int NTF_STICKY = 0x40;
  static final int NUD_NOARP = 0x40;
  static final int NUD_PERMANENT = 0x80;

  private Rtnetlink() {}
}
