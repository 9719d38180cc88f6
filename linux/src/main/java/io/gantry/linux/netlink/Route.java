package io.gantry.linux.netlink;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A route to a block of addresses.
 *
 * @param destination length 0 is the default route
 * @param gateway null where the destination is on the link
 * @param link index of the outgoing interface, or 0 where there is none (blackhole, multipath)
 */
public record Route(
    IpPrefix destination, @Nullable InetAddress gateway, int link, Options options) {

  /**
   * What else a route may say (ip-route(8)).
   *
   * @param mtu bytes, or 0 for the interface's
   * @param advmss bytes told to TCP peers, or 0
   * @param metric unsigned, the least is used first; 0 for the family's own
   * @param table unsigned, or 0 for the main one
   * @param scope of rtnetlink(7); null for link without a gateway and universe with one
   * @param onLink whether the gateway is believed to be on the link although no address says so
   * @param source the address that the node prefers for its own packets, or null
   */
  public record Options(
      int mtu,
      int advmss,
      int metric,
      int table,
      @Nullable Integer scope,
      boolean onLink,
      @Nullable InetAddress source) {

    public static final Options NONE = new Options(0, 0, 0, 0, null, false, null);

    /** The same through a gateway that no address of the link covers. */
    public Options throughAnyGateway() {
      return new Options(mtu, advmss, metric, table, scope, true, source);
    }

    public Options withMtu(int bytes) {
      return new Options(bytes, advmss, metric, table, scope, onLink, source);
    }

    public Options withMetric(int changed) {
      return new Options(mtu, advmss, changed, table, scope, onLink, source);
    }

    public Options withSource(InetAddress changed) {
      return new Options(mtu, advmss, metric, table, scope, onLink, changed);
    }
  }

  /** A route with nothing but a destination and a way. */
  public Route(IpPrefix destination, @Nullable InetAddress gateway, int link) {
    this(destination, gateway, link, Options.NONE);
  }

  public boolean isDefault() {
    return destination.length() == 0;
  }

  /** This without options. */
  public Route plain() {
    return new Route(destination, gateway, link);
  }

  public Route with(Options changed) {
    return new Route(destination, gateway, link, changed);
  }
}
