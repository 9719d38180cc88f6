package io.gantry.linux.netlink;

import io.gantry.linux.Fd;
import org.jspecify.annotations.Nullable;

/**
 * A second link address on an interface of this namespace, made in another one.
 *
 * @param name at most 15 bytes; it must be free here too
 * @param parent index of the interface here
 * @param mac null has the kernel choose one
 * @param mtu bytes, at most the parent's
 * @param broadcastQueue how many frames for everybody may wait, or 0 for the kernel's own choice
 * @param netns where it goes; stays the caller's
 */
public record MacvlanLink(
    String name,
    int parent,
    Mode mode,
    @Nullable MacAddress mac,
    int mtu,
    int broadcastQueue,
    Fd netns) {

  /** Who may talk to whom ({@code MACVLAN_MODE_*}). */
  public enum Mode {
    PRIVATE(1),
    VEPA(2),
    BRIDGE(4),
    PASSTHRU(8);

    private final int number;

    Mode(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }
  }
}
