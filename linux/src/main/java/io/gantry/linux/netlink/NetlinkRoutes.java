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
  private static final int LARGEST_SHORT_TABLE = 255;

  /** {@code IP6_RT_PRIO_USER}, which the kernel takes for a version 6 route without a metric. */
  private static final int INET6_METRIC = 1024;

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
    put(NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, route);
  }

  @Override
  public void replace(Route route) throws IOException {
    put(NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, route);
  }

  private void put(int flags, Route route) throws IOException {
    Integer asked = route.options().scope();
    int scope = asked == null ? usualScope(route.gateway()) : asked;
    NetlinkMessage message = message(RTM_NEWROUTE, flags, scope, route);
    metrics(message, route.options());
    socket.change(message, subject(route));
  }

  private static int usualScope(@Nullable InetAddress gateway) {
    return gateway == null ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  }

  private static void metrics(NetlinkMessage message, Route.Options options) {
    if (options.mtu() == 0 && options.advmss() == 0) {
      return;
    }
    message.nested(
        RTA_METRICS,
        metrics -> {
          if (options.mtu() != 0) {
            metrics.attribute(RTAX_MTU, options.mtu());
          }
          if (options.advmss() != 0) {
            metrics.attribute(RTAX_ADVMSS, options.advmss());
          }
        });
  }

  @Override
  public void remove(Route route) throws IOException {
    Integer asked = route.options().scope();
    // the widest scope stands for any when a route is removed
    int scope = asked == null ? RT_SCOPE_NOWHERE : asked;
    socket.change(message(RTM_DELROUTE, NLM_F_ACK, scope, route), subject(route));
  }

  private static NetlinkMessage message(int type, int flags, int scope, Route route) {
    IpPrefix destination = route.destination();
    Route.Options options = route.options();
    int table = options.table() == 0 ? RT_TABLE_MAIN : options.table();
    NetlinkMessage message =
        new NetlinkMessage(type, flags)
            .u8(destination.isVersion4() ? AF_INET : AF_INET6)
            .u8(destination.length())
            .u8(0)
            .u8(0)
            .u8(Integer.compareUnsigned(table, LARGEST_SHORT_TABLE) > 0 ? RT_TABLE_UNSPEC : table)
            .u8(RTPROT_BOOT)
            .u8(scope)
            .u8(RTN_UNICAST)
            .u32(options.onLink() ? RTNH_F_ONLINK : 0);
    if (!route.isDefault()) {
      message.attribute(RTA_DST, destination.network().address().getAddress());
    }
    attribute(message, RTA_GATEWAY, route.gateway());
    attribute(message, RTA_PREFSRC, options.source());
    if (options.metric() != 0) {
      message.attribute(RTA_PRIORITY, options.metric());
    }
    return message.attribute(RTA_TABLE, table).attribute(RTA_OIF, route.link());
  }

  private static void attribute(NetlinkMessage message, int type, @Nullable InetAddress address) {
    if (address != null) {
      message.attribute(type, address.getAddress());
    }
  }

  private static String subject(Route route) {
    InetAddress gateway = route.gateway();
    String via = gateway == null ? "" : " via " + IpPrefix.text(gateway);
    return route.destination() + via + " on link " + route.link();
  }

  private static @Nullable Route parse(ByteBuffer payload) {
    int family = Byte.toUnsignedInt(payload.get(0));
    if (family != AF_INET && family != AF_INET6) {
      return null;
    }
    Attributes attributes = new Attributes(payload.slice(INFO_BYTES, payload.limit() - INFO_BYTES));
    byte[] destination = attributes.data(RTA_DST);
    byte[] any = new byte[family == AF_INET ? INET4_BYTES : INET6_BYTES];
    InetAddress gateway = address(attributes, RTA_GATEWAY);
    return new Route(
        new IpPrefix(
            IpPrefix.addressOf(destination == null ? any : destination),
            Byte.toUnsignedInt(payload.get(1))),
        gateway,
        attributes.number(RTA_OIF, 0),
        options(payload, attributes, gateway));
  }

  private static Route.Options options(
      ByteBuffer payload, Attributes attributes, @Nullable InetAddress gateway) {
    boolean version4 = payload.get(0) == AF_INET;
    Attributes metrics = attributes.nested(RTA_METRICS);
    int metric = attributes.number(RTA_PRIORITY, 0);
    int table = attributes.number(RTA_TABLE, Byte.toUnsignedInt(payload.get(4)));
    int scope = Byte.toUnsignedInt(payload.get(6));
    return new Route.Options(
        metrics.number(RTAX_MTU, 0),
        metrics.number(RTAX_ADVMSS, 0),
        !version4 && metric == INET6_METRIC ? 0 : metric,
        table == RT_TABLE_MAIN ? 0 : table,
        // version 6 has no scopes
        version4 && scope != usualScope(gateway) ? scope : null,
        (payload.getInt(8) & RTNH_F_ONLINK) != 0,
        address(attributes, RTA_PREFSRC));
  }

  private static @Nullable InetAddress address(Attributes attributes, int type) {
    byte[] raw = attributes.data(type);
    return raw == null ? null : IpPrefix.addressOf(raw);
  }
}
