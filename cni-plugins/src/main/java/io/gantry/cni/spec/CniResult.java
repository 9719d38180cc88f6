package io.gantry.cni.spec;

import io.gantry.linux.netlink.IpPrefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an attachment came to (CNI 1.1, section 5, "ADD Success"). Each plugin of a chain gets that
 * of the one before and may add to it.
 */
public record CniResult(List<Interface> interfaces, List<Ip> ips, List<RouteTo> routes, Dns dns) {

  /** Nothing yet. */
  public static final CniResult EMPTY = new CniResult(List.of(), List.of(), List.of(), Dns.NONE);

  /**
   * A network interface that was made.
   *
   * @param mac as {@code 02:47:0a:58:00:02}, or empty
   * @param mtu bytes, or 0 when it is not told
   * @param sandbox path of the network namespace it is in; empty for the node's
   * @param socketPath of an interface that is a socket, such as vhost-user's; empty for others
   * @param pciId address of the device it is, where it is one; else empty
   */
  public record Interface(
      String name, String mac, int mtu, String sandbox, String socketPath, String pciId) {

    /** An ordinary one. */
    public Interface(String name, String mac, int mtu, String sandbox) {
      this(name, mac, mtu, sandbox, "", "");
    }

    /** The same in a namespace that is reached by another path. */
    public Interface in(String path) {
      return new Interface(name, mac, mtu, path, socketPath, pciId);
    }

    public boolean onNode() {
      return sandbox.isEmpty();
    }
  }

  /**
   * An address that was given.
   *
   * @param address with the length of its on-link block
   * @param gateway null where there is none
   * @param interfaceIndex which of the result's interfaces has it; null when an address plugin
   *     tells
   */
  public record Ip(
      IpPrefix address, @Nullable InetAddress gateway, @Nullable Integer interfaceIndex) {

    /** The same on that one of the result's interfaces. */
    public Ip on(int index) {
      return new Ip(address, gateway, index);
    }
  }

  /**
   * A route inside the container.
   *
   * @param gateway null: that of the first address of the same family
   * @param mtu bytes, or 0 for the interface's
   * @param advmss bytes, or 0
   * @param priority metric, or 0
   * @param table number, or 0 for the main one
   * @param scope of rtnetlink(7), or null
   */
  public record RouteTo(
      IpPrefix destination,
      @Nullable InetAddress gateway,
      int mtu,
      int advmss,
      int priority,
      int table,
      @Nullable Integer scope) {

    /** A route with nothing but a destination and a way. */
    public static RouteTo via(IpPrefix destination, @Nullable InetAddress gateway) {
      return new RouteTo(destination, gateway, 0, 0, 0, 0, null);
    }
  }

  /** What resolv.conf should say. */
  public record Dns(
      List<String> nameservers, String domain, List<String> search, List<String> options) {

    public static final Dns NONE = new Dns(List.of(), "", List.of(), List.of());

    public Dns {
      nameservers = List.copyOf(nameservers);
      search = List.copyOf(search);
      options = List.copyOf(options);
    }

    public boolean isEmpty() {
      return equals(NONE);
    }
  }

  public CniResult {
    interfaces = List.copyOf(interfaces);
    ips = List.copyOf(ips);
    routes = List.copyOf(routes);
  }

  /** The interface that an address is on, null when the result does not say. */
  public @Nullable Interface interfaceOf(Ip ip) {
    Integer index = ip.interfaceIndex();
    return index == null || index < 0 || index >= interfaces.size() ? null : interfaces.get(index);
  }

  /** The addresses of interfaces that are in the container; all where no interface is told. */
  public List<Ip> containerIps() {
    return ips.stream()
        .filter(ip -> {
          Interface on = interfaceOf(ip);
          return on == null || !on.onNode();
        })
        .toList();
  }

  /**
   * The interfaces on the node, by which packets come from the container and go to it first:
   * plugins put the node's end of a VLAN behind the container's interface, a bridge before it.
   */
  public List<Interface> onNode() {
    int inside = 0;
    while (inside < interfaces.size() && interfaces.get(inside).onNode()) {
      inside++;
    }
    return Stream.concat(interfaces.stream().skip(inside), interfaces.stream().limit(inside))
        .filter(Interface::onNode)
        .toList();
  }

  public CniResult withInterfaces(List<Interface> changed) {
    return new CniResult(changed, ips, routes, dns);
  }

  public CniResult withIps(List<Ip> changed) {
    return new CniResult(interfaces, changed, routes, dns);
  }

  public CniResult withRoutes(List<RouteTo> changed) {
    return new CniResult(interfaces, ips, changed, dns);
  }

  public CniResult withDns(Dns changed) {
    return new CniResult(interfaces, ips, routes, changed);
  }

  /** This with another interface at the end. */
  public CniResult and(Interface added) {
    List<Interface> all = new ArrayList<>(interfaces);
    all.add(added);
    return withInterfaces(all);
  }
}
