package io.gantry.cni.tuning;

import io.gantry.linux.netlink.LinkSettings;
import io.gantry.linux.netlink.MacAddress;
import io.gantry.linux.netlink.NetworkStack;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Settings of an interface, as far as they are to be what is said here.
 *
 * @param mtu bytes
 * @param transmitQueue packets
 */
record LinkTuning(
    Optional<MacAddress> mac,
    Optional<Integer> mtu,
    Optional<Boolean> promiscuous,
    Optional<Boolean> allMulticast,
    Optional<Integer> transmitQueue) {

  boolean isEmpty() {
    return mac.isEmpty()
        && mtu.isEmpty()
        && promiscuous.isEmpty()
        && allMulticast.isEmpty()
        && transmitQueue.isEmpty();
  }

  /** What the same settings are now. */
  LinkTuning before(LinkSettings.Settings now) {
    return new LinkTuning(
        mac.flatMap(wanted -> Optional.ofNullable(now.link().mac())),
        mtu.map(wanted -> now.link().mtu()),
        promiscuous.map(wanted -> now.promiscuous()),
        allMulticast.map(wanted -> now.allMulticast()),
        transmitQueue.map(wanted -> now.transmitQueue()));
  }

  void apply(NetworkStack inside, int link) throws IOException {
    LinkSettings settings = inside.linkSettings();
    if (mac.isPresent()) {
      inside.links().address(link, mac.get());
    }
    if (promiscuous.isPresent()) {
      settings.promiscuous(link, promiscuous.get());
    }
    if (mtu.isPresent()) {
      inside.links().resize(link, mtu.get());
    }
    if (allMulticast.isPresent()) {
      settings.allMulticast(link, allMulticast.get());
    }
    if (transmitQueue.isPresent()) {
      settings.transmitQueue(link, transmitQueue.get());
    }
  }

  /** In words, what is not as it should be. */
  List<String> differences(LinkSettings.Settings now) {
    LinkTuning found = before(now);
    List<String> differences = new ArrayList<>();
    compare("mac", mac, found.mac, differences);
    compare("mtu", mtu, found.mtu, differences);
    compare("promisc", promiscuous, found.promiscuous, differences);
    compare("allmulti", allMulticast, found.allMulticast, differences);
    compare("txQLen", transmitQueue, found.transmitQueue, differences);
    return differences;
  }

  private static <T> void compare(
      String what, Optional<T> wanted, Optional<T> found, List<String> differences) {
    if (!wanted.equals(found)) {
      differences.add(
          "%s is %s, not %s"
              .formatted(
                  what,
                  found.map(Object::toString).orElse("none"),
                  wanted.map(Object::toString).orElse("none")));
    }
  }
}
