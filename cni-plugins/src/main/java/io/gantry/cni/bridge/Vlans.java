package io.gantry.cni.bridge;

import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.ConfigNode;
import io.gantry.linux.netlink.PortVlans;
import java.util.ArrayList;
import java.util.List;

/**
 * The VLANs of a bridge that a container belongs to: one, whose frames have no tag inside, or
 * several, whose tags it sees.
 *
 * @param access the one, or 0
 * @param joined all of them; none where the configuration speaks of no VLAN
 * @param keepsUsual whether the port also stays in the VLAN that the bridge gives to a new port
 */
record Vlans(int access, List<PortVlans> joined, boolean keepsUsual) {

  private static final int LAST = 4094;

  /** Fields {@code vlan}, {@code vlanTrunk} and {@code preserveDefaultVlan}. */
  static Vlans of(ConfigNode fields) throws CniException {
    int access = (int) fields.number("vlan", 0, 0, LAST);
    List<PortVlans> joined = new ArrayList<>();
    for (ConfigNode item : fields.nodes("vlanTrunk")) {
      addTrunk(item, joined);
    }
    if (access != 0 && !joined.isEmpty()) {
      throw CniException.invalid("fields vlan and vlanTrunk exclude each other");
    }
    if (access != 0) {
      joined.add(PortVlans.access(access));
    }
    return new Vlans(access, List.copyOf(joined), fields.flag("preserveDefaultVlan", true));
  }

  private static void addTrunk(ConfigNode item, List<PortVlans> joined) throws CniException {
    if (item.has("minID") != item.has("maxID")) {
      String missing = item.pathOf(item.has("minID") ? "maxID" : "minID");
      throw CniException.invalid("field " + missing + " is missing: minID and maxID are a pair");
    }
    if (item.has("minID")) {
      int first = (int) item.number("minID", 0, 1, LAST);
      joined.add(PortVlans.tagged(first, (int) item.number("maxID", 0, first, LAST)));
    }
    if (item.has("id")) {
      int id = (int) item.number("id", 0, 1, LAST);
      joined.add(PortVlans.tagged(id, id));
    }
  }

  boolean contains(int id) {
    return joined.stream().anyMatch(vlans -> vlans.first() <= id && id <= vlans.last());
  }

  boolean any() {
    return !joined.isEmpty();
  }
}
