package io.gantry.cni.bridge;

import io.gantry.cni.spec.CniResult;
import io.gantry.linux.netlink.IpPrefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** The addresses by which containers leave their block. */
final class Gateways {

  private static final IpPrefix EVERYWHERE4 = IpPrefix.parse("0.0.0.0/0");
  private static final IpPrefix EVERYWHERE6 = IpPrefix.parse("::/0");

  private Gateways() {}

  /**
   * What an address plugin gave, with gateways where the bridge is one, and default routes where
   * the bridge is to be the container's way out.
   */
  static CniResult completed(CniResult given, BridgeConfig config) {
    if (!config.gateway()) {
      return given;
    }
    List<CniResult.Ip> ips = given.ips().stream().map(Gateways::withGateway).toList();
    List<CniResult.RouteTo> routes = new ArrayList<>(given.routes());
    if (config.defaultRoute()) {
      addDefault(ips, routes, EVERYWHERE4);
      addDefault(ips, routes, EVERYWHERE6);
    }
    return given.withIps(ips).withRoutes(routes);
  }

  private static CniResult.Ip withGateway(CniResult.Ip ip) {
    return ip.gateway() != null
        ? ip
        : new CniResult.Ip(ip.address(), ip.address().at(1), ip.interfaceIndex());
  }

  private static void addDefault(
      List<CniResult.Ip> ips, List<CniResult.RouteTo> routes, IpPrefix everywhere) {
    if (routes.stream().anyMatch(route -> route.destination().equals(everywhere))) {
      return;
    }
    ips.stream()
        .filter(ip -> ip.address().isVersion4() == everywhere.isVersion4())
        .findFirst()
        .ifPresent(ip -> routes.add(CniResult.RouteTo.via(everywhere, ip.gateway())));
  }

  /** The gateways with the lengths of their blocks, as the bridge has them. */
  static List<IpPrefix> of(CniResult result) {
    List<IpPrefix> gateways = new ArrayList<>();
    for (CniResult.Ip ip : result.ips()) {
      InetAddress gateway = ip.gateway();
      if (gateway != null) {
        IpPrefix prefix = new IpPrefix(gateway, ip.address().length());
        if (!gateways.contains(prefix)) {
          gateways.add(prefix);
        }
      }
    }
    return List.copyOf(gateways);
  }
}
