package io.gantry.cni.macvlan;

import io.gantry.cni.spec.CniException;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.netlink.Route;
import java.io.IOException;
import java.util.Comparator;
import java.util.Optional;

/** The interface that containers share. */
final class Master {

  private Master() {}

  /** The configured one, or that of the best default route. */
  static Link find(NetworkStack stack, MacvlanConfig config) throws IOException {
    Link master = config.master().isEmpty() ? outside(stack) : named(stack, config);
    if (config.mtu() > master.mtu()) {
      throw CniException.invalid(
          "field mtu must be at most %d, which is that of %s: %d"
              .formatted(master.mtu(), master.name(), config.mtu()));
    }
    return master;
  }

  private static Link named(NetworkStack stack, MacvlanConfig config) throws IOException {
    return stack
        .links()
        .find(config.master())
        .orElseThrow(() ->
            CniException.failed(
                "there is no interface %s in the %s: correct field master"
                    .formatted(config.master(), config.masterInContainer() ? "container" : "node"),
                null));
  }

  private static Link outside(NetworkStack stack) throws IOException {
    Optional<Route> way =
        stack.routes().list().stream()
            .filter(route -> route.isDefault() && route.link() != 0)
            .filter(route -> route.options().table() == 0)
            .min(
                Comparator.comparingLong(
                    route -> Integer.toUnsignedLong(route.options().metric())));
    for (Link link : stack.links().list()) {
      if (way.isPresent() && link.index() == way.get().link()) {
        return link;
      }
    }
    throw CniException.failed(
        "there is no default route to take the interface from: set field master", null);
  }
}
