package io.gantry.linux.netlink;

import static io.gantry.linux.netlink.Rtnetlink.*;

import io.gantry.linux.Fd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Links over a netlink socket. */
final class NetlinkLinks implements Links {

  private static final int INFO_BYTES = 16;
  private static final int MAC_BYTES = 6;

  private final NetlinkSocket socket;

  NetlinkLinks(NetlinkSocket socket) {
    this.socket = socket;
  }

  @Override
  public List<Link> list() throws IOException {
    return socket.dump(new NetlinkMessage(RTM_GETLINK, NLM_F_DUMP).link(0, 0), NetlinkLinks::parse);
  }

  @Override
  public Optional<Link> find(String name) throws IOException {
    NetlinkMessage message =
        new NetlinkMessage(RTM_GETLINK, 0).link(0, 0).attribute(IFLA_IFNAME, name);
    return socket.get(message, name, NetlinkLinks::parse);
  }

  @Override
  public void create(BridgeLink bridge) throws IOException {
    NetlinkMessage message =
        creation(0)
            .attribute(IFLA_IFNAME, bridge.name())
            .attribute(IFLA_ADDRESS, bridge.mac().bytes())
            .attribute(IFLA_MTU, bridge.mtu())
            .nested(
                IFLA_LINKINFO,
                info -> {
                  info.attribute(IFLA_INFO_KIND, "bridge");
                  if (bridge.filtersVlans()) {
                    info.nested(
                        IFLA_INFO_DATA, data -> data.attributeByte(IFLA_BR_VLAN_FILTERING, 1));
                  }
                });
    socket.change(message, bridge.name());
  }

  @Override
  public void create(VethLink veth) throws IOException {
    NetlinkMessage message =
        creation(IFF_UP).attribute(IFLA_IFNAME, veth.name()).attribute(IFLA_MTU, veth.mtu());
    if (veth.master() != 0) {
      message.attribute(IFLA_MASTER, veth.master());
    }
    message.nested(
        IFLA_LINKINFO,
        info ->
            info.attribute(IFLA_INFO_KIND, "veth")
                .nested(
                    IFLA_INFO_DATA,
                    data ->
                        data.nested(VETH_INFO_PEER, peer -> peer(peer, veth.peer(), veth.mtu()))));
    socket.change(message, veth.name());
  }

  private static void peer(NetlinkMessage message, VethLink.Peer peer, int mtu) {
    message
        .link(0, 0)
        .attribute(IFLA_IFNAME, peer.name())
        .attribute(IFLA_ADDRESS, peer.mac().bytes())
        .attribute(IFLA_MTU, mtu)
        .attribute(IFLA_NET_NS_FD, peer.netns().number());
  }

  @Override
  public void create(VxlanLink vxlan) throws IOException {
    NetlinkMessage message =
        creation(0)
            .attribute(IFLA_IFNAME, vxlan.name())
            .attribute(IFLA_ADDRESS, vxlan.mac().bytes())
            .attribute(IFLA_MTU, vxlan.mtu())
            .nested(IFLA_LINKINFO, info -> VxlanInfo.write(info, vxlan));
    socket.change(message, vxlan.name());
  }

  @Override
  public Optional<VxlanLink> vxlan(String name) throws IOException {
    NetlinkMessage message =
        new NetlinkMessage(RTM_GETLINK, 0).link(0, 0).attribute(IFLA_IFNAME, name);
    return socket.get(message, name, payload -> VxlanInfo.read(attributes(payload)));
  }

  @Override
  public void create(VlanLink vlan) throws IOException {
    NetlinkMessage message =
        creation(0)
            .attribute(IFLA_IFNAME, vlan.name())
            .attribute(IFLA_LINK, vlan.parent())
            .nested(
                IFLA_LINKINFO,
                info ->
                    info.attribute(IFLA_INFO_KIND, "vlan")
                        .nested(
                            IFLA_INFO_DATA, data -> data.attributeShort(IFLA_VLAN_ID, vlan.id())));
    socket.change(message, vlan.name());
  }

  @Override
  public void create(MacvlanLink macvlan) throws IOException {
    NetlinkMessage message =
        creation(0)
            .attribute(IFLA_IFNAME, macvlan.name())
            .attribute(IFLA_MTU, macvlan.mtu())
            .attribute(IFLA_LINK, macvlan.parent())
            .attribute(IFLA_NET_NS_FD, macvlan.netns().number());
    if (macvlan.mac() != null) {
      message.attribute(IFLA_ADDRESS, macvlan.mac().bytes());
    }
    message.nested(
        IFLA_LINKINFO,
        info ->
            info.attribute(IFLA_INFO_KIND, "macvlan")
                .nested(
                    IFLA_INFO_DATA,
                    data -> {
                      data.attribute(IFLA_MACVLAN_MODE, macvlan.mode().number());
                      if (macvlan.broadcastQueue() != 0) {
                        data.attribute(IFLA_MACVLAN_BC_QUEUE_LEN, macvlan.broadcastQueue());
                      }
                    }));
    socket.change(message, macvlan.name());
  }

  @Override
  public void rename(int link, String name) throws IOException {
    socket.change(setting(link, 0).attribute(IFLA_IFNAME, name), subject(link) + " to " + name);
  }

  @Override
  public void move(int link, Fd netns, String name) throws IOException {
    NetlinkMessage message =
        setting(link, 0).attribute(IFLA_NET_NS_FD, netns.number()).attribute(IFLA_IFNAME, name);
    socket.change(message, subject(link) + " into a namespace as " + name);
  }

  @Override
  public void address(int link, MacAddress mac) throws IOException {
    socket.change(setting(link, 0).attribute(IFLA_ADDRESS, mac.bytes()), subject(link));
  }

  @Override
  public void bringDown(int link) throws IOException {
    NetlinkMessage message =
        new NetlinkMessage(RTM_NEWLINK, NLM_F_ACK).u32(AF_UNSPEC).u32(link).u32(0).u32(IFF_UP);
    socket.change(message, subject(link));
  }

  private static NetlinkMessage setting(int link, int flags) {
    return new NetlinkMessage(RTM_NEWLINK, NLM_F_ACK).link(link, flags);
  }

  private static NetlinkMessage creation(int flags) {
    return new NetlinkMessage(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL).link(0, flags);
  }

  @Override
  public void bringUp(int link) throws IOException {
    socket.change(setting(link, IFF_UP), subject(link));
  }

  @Override
  public void resize(int link, int mtu) throws IOException {
    socket.change(setting(link, 0).attribute(IFLA_MTU, mtu), subject(link));
  }

  @Override
  public void delete(int link) throws IOException {
    socket.change(new NetlinkMessage(RTM_DELLINK, NLM_F_ACK).link(link, 0), subject(link));
  }

  private static String subject(int link) {
    return "link " + link;
  }

  static Attributes attributes(ByteBuffer payload) {
    return new Attributes(payload.slice(INFO_BYTES, payload.limit() - INFO_BYTES));
  }

  static Link parse(ByteBuffer payload) {
    Attributes attributes = attributes(payload);
    byte[] mac = attributes.data(IFLA_ADDRESS);
    return new Link(
        payload.getInt(4),
        attributes.text(IFLA_IFNAME),
        attributes.nested(IFLA_LINKINFO).text(IFLA_INFO_KIND),
        attributes.number(IFLA_MTU, 0),
        mac != null && mac.length == MAC_BYTES ? MacAddress.of(mac) : null,
        (payload.getInt(8) & IFF_UP) != 0,
        attributes.number(IFLA_MASTER, 0));
  }
}
