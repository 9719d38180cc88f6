package io.gantry.linux.netlink;

import static io.gantry.linux.netlink.Rtnetlink.*;

import io.gantry.linux.Errno;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ports of bridges over a netlink socket. */
final class NetlinkBridgePorts implements BridgePorts {

  private static final int VLAN_INFO_BYTES = 4;

  private final NetlinkSocket socket;

  NetlinkBridgePorts(NetlinkSocket socket) {
    this.socket = socket;
  }

  @Override
  public void hairpin(int port, boolean on) throws IOException {
    set(port, data -> data.attributeByte(IFLA_BRPORT_MODE, on ? 1 : 0));
  }

  @Override
  public void isolate(int port, boolean on) throws IOException {
    set(port, data -> data.attributeByte(IFLA_BRPORT_ISOLATED, on ? 1 : 0));
  }

  /** Without learning: frames to the bridge's own groups would teach it any source address. */
  @Override
  public void lock(int port, MacAddress mac) throws IOException {
    set(
        port,
        data -> data.attributeByte(IFLA_BRPORT_LOCKED, 1).attributeByte(IFLA_BRPORT_LEARNING, 0));
    if (!locked(port)) {
      throw new IOException(
          "this kernel cannot hold a port to its link address (locked ports came with 5.16)");
    }
    NetlinkMessage entry =
        new NetlinkMessage(RTM_NEWNEIGH, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE)
            .u32(AF_BRIDGE)
            .u32(port)
            .u16(NUD_NOARP)
            .u8(NTF_MASTER | NTF_STICKY)
            .u8(0)
            .attribute(NDA_LLADDR, mac.bytes());
    socket.change(entry, "forwarding " + mac + " to link " + port);
  }

  @Override
  public boolean locked(int port) throws IOException {
    return get(
        port,
        attributes -> {
          Attributes data = attributes.nested(IFLA_LINKINFO).nested(IFLA_INFO_SLAVE_DATA);
          return data.byteOf(IFLA_BRPORT_LOCKED) == 1;
        });
  }

  @Override
  public VlanRule vlanRule(int bridge) throws IOException {
    return get(
        bridge,
        attributes -> {
          Attributes data = attributes.nested(IFLA_LINKINFO).nested(IFLA_INFO_DATA);
          return new VlanRule(
              data.byteOf(IFLA_BR_VLAN_FILTERING) == 1, data.shortOf(IFLA_BR_VLAN_DEFAULT_PVID));
        });
  }

  /** Reads attributes of one link. */
  private interface Reading<T> {
    T of(Attributes attributes);
  }

  private <T> T get(int link, Reading<T> reading) throws IOException {
    return socket
        .get(
            new NetlinkMessage(RTM_GETLINK, 0).link(link, 0),
            subject(link),
            payload -> reading.of(NetlinkLinks.attributes(payload)))
        .orElseThrow(() -> new SyscallException("RTM_GETLINK", Errno.ENODEV, subject(link)));
  }

  @Override
  public void join(int port, PortVlans vlans) throws IOException {
    NetlinkMessage message =
        bridgeMessage(RTM_SETLINK, port)
            .nested(
                IFLA_AF_SPEC,
                spec -> {
                  if (vlans.first() == vlans.last()) {
                    int flags =
                        vlans.access() ? BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED : 0;
                    vlan(spec, flags, vlans.first());
                  } else {
                    vlan(spec, BRIDGE_VLAN_INFO_RANGE_BEGIN, vlans.first());
                    vlan(spec, BRIDGE_VLAN_INFO_RANGE_END, vlans.last());
                  }
                });
    socket.change(message, subject(port) + " into vlan " + vlans);
  }

  @Override
  public void joinBridge(int bridge, int vlan) throws IOException {
    NetlinkMessage message =
        bridgeMessage(RTM_SETLINK, bridge)
            .nested(
                IFLA_AF_SPEC,
                spec -> {
                  spec.attributeShort(IFLA_BRIDGE_FLAGS, BRIDGE_FLAGS_SELF);
                  vlan(spec, 0, vlan);
                });
    socket.change(message, subject(bridge) + " into vlan " + vlan);
  }

  @Override
  public void leave(int port, int vlan) throws IOException {
    NetlinkMessage message =
        bridgeMessage(RTM_DELLINK, port).nested(IFLA_AF_SPEC, spec -> vlan(spec, 0, vlan));
    try {
      socket.change(message, subject(port) + " out of vlan " + vlan);
    } catch (SyscallException e) {
      if (!e.is(Errno.ENOENT)) {
        throw e;
      }
    }
  }

  @Override
  public List<PortVlans> vlans(int port) throws IOException {
    NetlinkMessage message =
        bridgeHeader(new NetlinkMessage(RTM_GETLINK, NLM_F_DUMP), 0)
            .attribute(IFLA_EXT_MASK, RTEXT_FILTER_BRVLAN_COMPRESSED);
    return socket.dump(message, payload -> vlansOf(payload, port)).stream()
        .flatMap(List::stream)
        .toList();
  }

  private static @Nullable List<PortVlans> vlansOf(ByteBuffer payload, int port) {
    if (payload.getInt(4) != port) {
      return null;
    }
    List<PortVlans> found = new ArrayList<>();
    int first = 0;
    Attributes spec = NetlinkLinks.attributes(payload).nested(IFLA_AF_SPEC);
    for (ByteBuffer info : spec.all(IFLA_BRIDGE_VLAN_INFO)) {
      if (info.limit() < VLAN_INFO_BYTES) {
        continue;
      }
      int flags = info.getShort(0);
      int id = Short.toUnsignedInt(info.getShort(2));
      if ((flags & BRIDGE_VLAN_INFO_RANGE_BEGIN) != 0) {
        first = id;
        continue;
      }
      boolean range = (flags & BRIDGE_VLAN_INFO_RANGE_END) != 0;
      boolean access = (flags & BRIDGE_VLAN_INFO_PVID) != 0;
      found.add(new PortVlans(range ? first : id, id, access));
    }
    return found;
  }

  private void set(int port, NetlinkMessage.Part data) throws IOException {
    NetlinkMessage message =
        new NetlinkMessage(RTM_NEWLINK, NLM_F_ACK)
            .link(port, 0)
            .nested(
                IFLA_LINKINFO,
                info ->
                    info.attribute(IFLA_INFO_SLAVE_KIND, "bridge")
                        .nested(IFLA_INFO_SLAVE_DATA, data));
    socket.change(message, subject(port));
  }

  private static NetlinkMessage bridgeMessage(int type, int link) {
    return bridgeHeader(new NetlinkMessage(type, NLM_F_ACK), link);
  }

  private static NetlinkMessage bridgeHeader(NetlinkMessage message, int link) {
    return message.u32(AF_BRIDGE).u32(link).u32(0).u32(0);
  }

  /** {@code struct bridge_vlan_info}. */
  private static void vlan(NetlinkMessage message, int flags, int id) {
    message.nested(IFLA_BRIDGE_VLAN_INFO, info -> info.u16(flags).u16(id));
  }

  private static String subject(int link) {
    return "link " + link;
  }
}
