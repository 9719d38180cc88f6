package io.gantry.linux.netlink;

import java.io.IOException;
import java.util.List;

/** The ports of the bridges of one network namespace (bridge(8)). */
public interface BridgePorts {

  /**
   * Which VLANs a bridge looks at.
   *
   * @param filtering whether it looks at VLANs at all
   * @param usual the VLAN that a new port belongs to, or 0
   */
  record VlanRule(boolean filtering, int usual) {}

  /** Lets a port send a frame back to where it came from, as a pod calling itself needs. */
  void hairpin(int port, boolean on) throws IOException;

  /** Keeps a port from those others that are kept so too; all still reach the bridge. */
  void isolate(int port, boolean on) throws IOException;

  /**
   * Drops what comes from a port with another source address than this, in each VLAN that the port
   * belongs to now; no other port can have the address either.
   *
   * @throws java.io.IOException also where the kernel, before 5.16, passes over the request
   */
  void lock(int port, MacAddress mac) throws IOException;

  /** Whether {@link #lock} was done to it. */
  boolean locked(int port) throws IOException;

  /** Of a bridge. */
  VlanRule vlanRule(int bridge) throws IOException;

  /** Makes a port belong to those VLANs besides its own. */
  void join(int port, PortVlans vlans) throws IOException;

  /** Makes the bridge itself, as an interface of the node, belong to a VLAN. */
  void joinBridge(int bridge, int vlan) throws IOException;

  /** Takes a VLAN from a port; one that it does not belong to is fine. */
  void leave(int port, int vlan) throws IOException;

  /** The VLANs that a port belongs to; none where its bridge does not filter. */
  List<PortVlans> vlans(int port) throws IOException;
}
