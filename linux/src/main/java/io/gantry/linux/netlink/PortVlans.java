package io.gantry.linux.netlink;

/**
 * VLANs that a port of a bridge belongs to (bridge(8)).
 *
 * @param first id, 1 to 4094
 * @param last id, at least the first
 * @param access whether frames have no tag on the wire: those that come without one are taken for
 *     the VLAN's, and its own leave without; for one VLAN alone
 */
public record PortVlans(int first, int last, boolean access) {

  private static final int LARGEST = 4094;

  public PortVlans {
    if (first < 1 || last < first || last > LARGEST || (access && first != last)) {
      throw new IllegalArgumentException("no VLANs of a port: " + first + " to " + last);
    }
  }

  /** The VLAN of a port whose frames have no tag. */
  public static PortVlans access(int id) {
    return new PortVlans(id, id, true);
  }

  /** VLANs whose frames keep their tags, both ends included. */
  public static PortVlans tagged(int first, int last) {
    return new PortVlans(first, last, false);
  }

  /** Whether every one of the others is among these, tagged or not as here. */
  public boolean covers(PortVlans other) {
    return access == other.access && first <= other.first && other.last <= last;
  }

  @Override
  public String toString() {
    String ids = first == last ? "" + first : first + "-" + last;
    return access ? ids + " untagged" : ids;
  }
}
