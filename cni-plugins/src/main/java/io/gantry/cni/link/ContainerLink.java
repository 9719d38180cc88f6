package io.gantry.cni.link;

import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.linux.Errno;
import io.gantry.linux.SyscallException;
import io.gantry.linux.netlink.InterfaceAddress;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.netlink.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An interface inside a container, given what a result says. */
public final class ContainerLink {

  private final NetworkStack inside;
  private final String name;

  public ContainerLink(NetworkStack inside, String name) {
    this.inside = inside;
    this.name = name;
  }

  /** The interface, which must be there. */
  public Link existing() throws IOException {
    return inside
        .links()
        .find(name)
        .orElseThrow(() -> new IOException("interface " + name + " is gone"));
  }

  /** Gives it the result's addresses, brings it up and lays the result's routes over it. */
  public void configure(CniResult result) throws IOException {
    int index = existing().index();
    for (CniResult.Ip ip : result.ips()) {
      inside.addresses().add(new InterfaceAddress(index, ip.address()));
    }
    inside.links().bringUp(index);
    layRoutes(result);
  }

  /** Lays the result's routes over it, once it has its addresses and is up. */
  public void layRoutes(CniResult result) throws IOException {
    if (result.routes().isEmpty()) {
      return;
    }
    int index = existing().index();
    for (CniResult.RouteTo route : result.routes()) {
      lay(route, gatewayOf(route, result.ips()), index);
    }
  }

  /** A route that another interface of the container has already is left as it is. */
  private void lay(CniResult.RouteTo route, @Nullable InetAddress gateway, int index)
      throws IOException {
    try {
      inside
          .routes()
          .add(new Route(route.destination().network(), gateway, index, optionsOf(route)));
    } catch (SyscallException e) {
      if (!e.is(Errno.EEXIST)) {
        throw e;
      }
    }
  }

  private static Route.Options optionsOf(CniResult.RouteTo route) {
    return new Route.Options(
        route.mtu(), route.advmss(), route.priority(), route.table(), route.scope(), false, null);
  }

  /** A route that names none goes by the gateway of the first address of its family. */
  static @Nullable InetAddress gatewayOf(CniResult.RouteTo route, List<CniResult.Ip> ips) {
    if (route.gateway() != null) {
      return route.gateway();
    }
    boolean version4 = route.destination().isVersion4();
    for (CniResult.Ip ip : ips) {
      if (ip.address().isVersion4() == version4) {
        return ip.gateway();
      }
    }
    return null;
  }

  /** Fails when the interface, one of its addresses or one of its routes is gone. */
  public void check(CniResult result) throws IOException {
    Link link = inside.links().find(name).orElse(null);
    if (link == null) {
      throw CniException.changed("interface " + name + " of the container is gone");
    }
    if (!link.up()) {
      throw CniException.changed("interface " + name + " of the container is down");
    }
    List<InterfaceAddress> addresses = inside.addresses().list();
    for (IpPrefix address : addressesOn(result)) {
      if (!addresses.contains(new InterfaceAddress(link.index(), address))) {
        throw CniException.changed("address " + address + " is not on interface " + name);
      }
    }
    List<Route> routes = inside.routes().list();
    for (CniResult.RouteTo wanted : result.routes()) {
      if (routes.stream().noneMatch(route -> leads(route, wanted))) {
        throw CniException.changed(
            "the container has no route to " + wanted.destination() + " any more");
      }
    }
  }

  private List<IpPrefix> addressesOn(CniResult result) {
    return result.ips().stream()
        .filter(ip -> {
          CniResult.Interface on = result.interfaceOf(ip);
          return on == null || on.name().equals(name);
        })
        .map(CniResult.Ip::address)
        .toList();
  }

  private static boolean leads(Route route, CniResult.RouteTo wanted) {
    return route.destination().equals(wanted.destination().network());
  }
}
