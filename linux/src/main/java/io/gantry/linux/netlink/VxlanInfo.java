package io.gantry.linux.netlink;

import static io.gantry.linux.netlink.Rtnetlink.*;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** What the kernel is told of a VXLAN device beside what every link has. */
final class VxlanInfo {

  private static final String KIND = "vxlan";
  private static final int MAC_BYTES = 6;

  private VxlanInfo() {}

  static void write(NetlinkMessage info, VxlanLink vxlan) {
    info.attribute(IFLA_INFO_KIND, KIND).nested(IFLA_INFO_DATA, data -> data(data, vxlan));
  }

  private static void data(NetlinkMessage data, VxlanLink vxlan) {
    data.attribute(IFLA_VXLAN_ID, vxlan.vni()).attributeByte(IFLA_VXLAN_LEARNING, 0);
    byte[] port = {(byte) (vxlan.port() >>> Byte.SIZE), (byte) vxlan.port()};
    data.attribute(IFLA_VXLAN_PORT, port);
    if (vxlan.below() != 0) {
      data.attribute(IFLA_VXLAN_LINK, vxlan.below());
    }
    InetAddress local = vxlan.local();
    if (local != null) {
      byte[] raw = local.getAddress();
      data.attribute(raw.length == Integer.BYTES ? IFLA_VXLAN_LOCAL : IFLA_VXLAN_LOCAL6, raw);
    }
  }

  /** Null for a link of another kind, for one that learns, and for one of several networks. */
  static @Nullable VxlanLink read(Attributes link) {
    Attributes info = link.nested(IFLA_LINKINFO);
    Attributes data = info.nested(IFLA_INFO_DATA);
    byte[] mac = link.data(IFLA_ADDRESS);
    ByteBuffer learning = data.find(IFLA_VXLAN_LEARNING);
    ByteBuffer port = data.find(IFLA_VXLAN_PORT);
    int vni = data.number(IFLA_VXLAN_ID, 0);
    if (!info.text(IFLA_INFO_KIND).equals(KIND)
        || mac == null
        || mac.length != MAC_BYTES
        || learning == null
        || learning.get(0) != 0
        || port == null
        || vni == 0) {
      return null;
    }
    return new VxlanLink(
        link.text(IFLA_IFNAME),
        vni,
        local(data),
        Short.toUnsignedInt(port.order(ByteOrder.BIG_ENDIAN).getShort(0)),
        data.number(IFLA_VXLAN_LINK, 0),
        MacAddress.of(mac),
        link.number(IFLA_MTU, 0));
  }

  private static @Nullable InetAddress local(Attributes data) {
    byte[] four = data.data(IFLA_VXLAN_LOCAL);
    byte[] raw = four == null ? data.data(IFLA_VXLAN_LOCAL6) : four;
    return raw == null ? null : IpPrefix.addressOf(raw);
  }
}
