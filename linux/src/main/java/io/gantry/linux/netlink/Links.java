package io.gantry.linux.netlink;

import io.gantry.linux.Fd;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The interfaces of one network namespace (rtnetlink(7), {@code RTM_*LINK}). */
public interface Links {

  List<Link> list() throws IOException;

  /**
   * Asking for one link also makes the kernel act on a carrier change that it still has in a queue:
   * a bridge port forwards from then on.
   */
  Optional<Link> find(String name) throws IOException;

  /** Makes a bridge without spanning tree, down. EEXIST when the name is taken. */
  void create(BridgeLink bridge) throws IOException;

  /** Makes both ends in one request; the end here is up and a port of its bridge. */
  void create(VethLink veth) throws IOException;

  /** Makes a VXLAN device that learns nothing, down. */
  void create(VxlanLink vxlan) throws IOException;

  /** How the VXLAN device of that name was made; nothing when there is none of that name. */
  Optional<VxlanLink> vxlan(String name) throws IOException;

  /** Makes an interface to a VLAN, down. EEXIST where the name is taken or the VLAN has one. */
  void create(VlanLink vlan) throws IOException;

  /** Makes a macvlan, down. EBUSY where the parent has others and one of them wants it alone. */
  void create(MacvlanLink macvlan) throws IOException;

  /** Gives a link that is down another name. EEXIST when the name is taken. */
  void rename(int link, String name) throws IOException;

  /**
   * Moves it into another namespace, where it arrives down, without addresses and with another
   * index. EEXIST when the name is taken there.
   *
   * @param netns stays the caller's
   */
  void move(int link, Fd netns, String name) throws IOException;

  void address(int link, MacAddress mac) throws IOException;

  void bringDown(int link) throws IOException;

  void bringUp(int link) throws IOException;

  /** Sets the largest packet, in bytes. */
  void resize(int link, int mtu) throws IOException;

  /** Removes the link, and of a veth its other end. ENODEV when there is none. */
  void delete(int link) throws IOException;
}
