package io.gantry.linux.netlink;

import static io.gantry.linux.netlink.Rtnetlink.*;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Routes over a netlink socket. */
final class NetlinkRoutes implements Routes {

  private static final int INFO_BYTES = 12;
  private static final int INET4_BYTES = 4;
  private static final int INET6_BYTES = 16;

  private final NetlinkSocket socket;

  NetlinkRoutes(NetlinkSocket socket) {
    this.socket = socket;
  }

  @Override
  public List<Route> list() throws IOException {
    NetlinkMessage message =
        new NetlinkMessage(RTM_GETROUTE, NLM_F_DUMP).u32(AF_UNSPEC).u32(0).u32(0);
    return socket.dump(message, NetlinkRoutes::parse);
  }

  @Override
  public void add(Route route) throws IOException {
    int flags = NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
    int scope = route.gateway() == null ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
    socket.change(message(RTM_NEWROUTE, flags, scope, route), subject(route));
  }

  @Override
  public void remove(Route route) throws IOException {
    // the widest scope stands for any when a route is removed
    socket.change(message(RTM_DELROUTE, NLM_F_ACK, RT_SCOPE_NOWHERE, route), subject(route));
  }

  private static NetlinkMessage message(int type, int flags, int scope, Route route) {
    IpPrefix destination = route.destination();
    NetlinkMessage message =
        new NetlinkMessage(type, flags)
            .u8(destination.isVersion4() ? AF_INET : AF_INET6)
            .u8(destination.length())
            .u8(0)
            .u8(0)
            .u8(RT_TABLE_MAIN)
            .u8(RTPROT_BOOT)
            .u8(scope)
            .u8(RTN_UNICAST)
            .u32(0);
    if (!route.isDefault()) {
      message.attribute(RTA_DST, destination.network().address().getAddress());
    }
    InetAddress gateway = route.gateway();
    if (gateway != null) {
      message.attribute(RTA_GATEWAY, gateway.getAddress());
    }
    return message.attribute(RTA_OIF, route.link());
  }

  private static String subject(Route route) {
    InetAddress gateway = route.gateway();
    String via = gateway == null ? "" : " via " + gateway.getHostAddress();
    return route.destination() + via + " on link " + route.link();
  }

  private static @Nullable Route parse(ByteBuffer payload) {
    int family = Byte.toUnsignedInt(payload.get(0));
    if (family != AF_INET && family != AF_INET6) {
      return null;
    }
    Attributes attributes = new Attributes(payload.slice(INFO_BYTES, payload.limit() - INFO_BYTES));
    byte[] destination = attributes.data(RTA_DST);
    byte[] gateway = attributes.data(RTA_GATEWAY);
    byte[] any = new byte[family == AF_INET ? INET4_BYTES : INET6_BYTES];
    return new Route(
        new IpPrefix(
            IpPrefix.addressOf(destination == null ? any : destination),
            Byte.toUnsignedInt(payload.get(1))),
        gateway == null ? null : IpPrefix.addressOf(gateway),
        attributes.number(RTA_OIF, 0));
  }
}
