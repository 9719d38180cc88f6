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
public record Route(IpPrefix destination, @Nullable InetAddress gateway, int link) {

  public boolean isDefault() {
    return destination.length() == 0;
  }
}
