package io.gantry.linux.netlink;

import static io.gantry.linux.netlink.Rtnetlink.*;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Settings of links over a netlink socket. */
final class NetlinkLinkSettings implements LinkSettings {

  private final NetlinkSocket socket;

  NetlinkLinkSettings(NetlinkSocket socket) {
    this.socket = socket;
  }

  @Override
  public List<Settings> list() throws IOException {
    NetlinkMessage message = new NetlinkMessage(RTM_GETLINK, NLM_F_DUMP).link(0, 0);
    return socket.dump(message, NetlinkLinkSettings::parse);
  }

  @Override
  public Optional<Settings> find(String name) throws IOException {
    NetlinkMessage message =
        new NetlinkMessage(RTM_GETLINK, 0).link(0, 0).attribute(IFLA_IFNAME, name);
    return socket.get(message, name, NetlinkLinkSettings::parse);
  }

  @Override
  public void createFunctionalBlock(String name, int mtu) throws IOException {
    NetlinkMessage message =
        new NetlinkMessage(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL)
            .link(0, IFF_UP)
            .attribute(IFLA_IFNAME, name)
            .attribute(IFLA_MTU, mtu)
            .nested(IFLA_LINKINFO, info -> info.attribute(IFLA_INFO_KIND, "ifb"));
    socket.change(message, name);
  }

  @Override
  public void alias(int link, String text) throws IOException {
    socket.change(change(link).attribute(IFLA_IFALIAS, text), subject(link));
  }

  @Override
  public void promiscuous(int link, boolean on) throws IOException {
    flag(link, IFF_PROMISC, on);
  }

  @Override
  public void allMulticast(int link, boolean on) throws IOException {
    flag(link, IFF_ALLMULTI, on);
  }

  private void flag(int link, int flag, boolean on) throws IOException {
    NetlinkMessage message =
        new NetlinkMessage(RTM_NEWLINK, NLM_F_ACK)
            .u32(AF_UNSPEC)
            .u32(link)
            .u32(on ? flag : 0)
            .u32(flag);
    socket.change(message, subject(link));
  }

  @Override
  public void transmitQueue(int link, int packets) throws IOException {
    socket.change(change(link).attribute(IFLA_TXQLEN, packets), subject(link));
  }

  private static NetlinkMessage change(int link) {
    return new NetlinkMessage(RTM_NEWLINK, NLM_F_ACK).link(link, 0);
  }

  private static String subject(int link) {
    return "link " + link;
  }

  private static Settings parse(ByteBuffer payload) {
    Attributes attributes = NetlinkLinks.attributes(payload);
    int flags = payload.getInt(8);
    return new Settings(
        NetlinkLinks.parse(payload),
        attributes.text(IFLA_IFALIAS),
        (flags & IFF_PROMISC) != 0,
        (flags & IFF_ALLMULTI) != 0,
        attributes.number(IFLA_TXQLEN, 0));
  }
}
