package io.gantry.linux.netlink;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One namespace of {@link FakeNetworks}: loopback, and whatever is made in it. */
public final class FakeNamespace implements NetworkNamespace, NetworkStack {

  private static final Errno ENETDOWN = new Errno(100);
  private static final int LOOPBACK = 1;
  private static final int LOOPBACK_MTU = 65536;
  private static final int LONGEST_NAME = 15;

  private record End(FakeNamespace namespace, int index) {}

  private final FakeNetworks networks;
  private final Map<Integer, Link> links = new LinkedHashMap<>();
  private final Map<Integer, End> peers = new LinkedHashMap<>();
  private final List<InterfaceAddress> addresses = new ArrayList<>();
  private final Set<InterfaceAddress> withoutRoute = new HashSet<>();
  private final List<Route> routes = new ArrayList<>();
  private final Map<Integer, VxlanLink> vxlans = new LinkedHashMap<>();
  private final FakeNeighbours neighbours;
  private final FakeTraffic traffic;
  private final FakeLinkSettings linkSettings;
  private final FakeBridgePorts bridgePorts;
  private int lastIndex = LOOPBACK;

  FakeNamespace(FakeNetworks networks) {
    this.networks = networks;
    this.neighbours = new FakeNeighbours(networks, links::containsKey);
    this.traffic = new FakeTraffic(networks, links::containsKey);
    this.linkSettings = new FakeLinkSettings(networks, new FakeLinks(), this::addFunctionalBlock);
    this.bridgePorts = new FakeBridgePorts(networks, links::get);
    links.put(LOOPBACK, new Link(LOOPBACK, "lo", "", LOOPBACK_MTU, new MacAddress(0), false, 0));
  }

  @Override
  public <T extends @Nullable Object> T call(Work<T> work) throws IOException {
    return work.run();
  }

  @Override
  public <T extends @Nullable Object> T use(StackWork<T> work) throws IOException {
    return work.run(this);
  }

  @Override
  public NetworkStack open() {
    return this;
  }

  @Override
  public void close() {}

  void dropAll() {
    List.copyOf(links.keySet()).forEach(this::drop);
  }

  private void drop(int index) {
    links.remove(index);
    addresses.removeIf(address -> address.link() == index);
    routes.removeIf(route -> route.link() == index);
    links.replaceAll((other, link) -> link.master() == index ? withMaster(link, 0) : link);
    vxlans.remove(index);
    neighbours.drop(index);
    traffic.drop(index);
    linkSettings.drop(index);
    bridgePorts.drop(index);
    End peer = peers.remove(index);
    if (peer != null && peer.namespace().links.containsKey(peer.index())) {
      peer.namespace().drop(peer.index());
    }
  }

  private static Link withMaster(Link l, int master) {
    return new Link(l.index(), l.name(), l.kind(), l.mtu(), l.mac(), l.up(), master);
  }

  private int add(String name, String kind, int mtu, @Nullable MacAddress mac, int master)
      throws SyscallException {
    if (named(name).isPresent()) {
      throw new SyscallException("RTM_NEWLINK", Errno.EEXIST, name);
    }
    if (name.length() > LONGEST_NAME) {
      throw new SyscallException("RTM_NEWLINK", Errno.EINVAL, name);
    }
    links.put(++lastIndex, new Link(lastIndex, name, kind, mtu, mac, false, master));
    return lastIndex;
  }

  private int addFunctionalBlock(String name, int mtu) throws SyscallException {
    int index = add(name, "ifb", mtu, new MacAddress(0x02_02_00_00_00_00L + lastIndex), 0);
    up(existing("RTM_NEWLINK", index));
    return index;
  }

  static SyscallException missing(String request, int index) {
    return new SyscallException(request, Errno.ENODEV, "link " + index);
  }

  private Optional<Link> named(String name) {
    return links.values().stream().filter(link -> link.name().equals(name)).findFirst();
  }

  private Link existing(String request, int index) throws SyscallException {
    Link link = links.get(index);
    if (link == null) {
      throw missing(request, index);
    }
    return link;
  }

  private void up(Link l) {
    up(l, true);
  }

  private void up(Link l, boolean up) {
    links.put(l.index(), new Link(l.index(), l.name(), l.kind(), l.mtu(), l.mac(), up, l.master()));
  }

  private void rename(Link l, String name) throws SyscallException {
    if (named(name).isPresent()) {
      throw new SyscallException("RTM_NEWLINK", Errno.EEXIST, name);
    }
    links.put(l.index(), new Link(l.index(), name, l.kind(), l.mtu(), l.mac(), l.up(), l.master()));
  }

  /** The other end of a veth is told where this one went. */
  private void move(Link l, FakeNamespace other, String name) throws SyscallException {
    int there = other.add(name, l.kind(), l.mtu(), l.mac(), 0);
    End peer = peers.remove(l.index());
    if (peer != null) {
      other.peers.put(there, peer);
      peer.namespace().peers.put(peer.index(), new End(other, there));
    }
    drop(l.index());
  }

  @Override
  public Links links() {
    return new FakeLinks();
  }

  @Override
  public Addresses addresses() {
    return new FakeAddresses();
  }

  @Override
  public Routes routes() {
    return new FakeRoutes();
  }

  @Override
  public Neighbours neighbours() {
    return neighbours;
  }

  @Override
  public LinkSettings linkSettings() {
    return linkSettings;
  }

  @Override
  public BridgePorts bridgePorts() {
    return bridgePorts;
  }

  @Override
  public Traffic traffic() {
    return traffic;
  }

  private final class FakeLinks implements Links {

    @Override
    public List<Link> list() {
      return List.copyOf(links.values());
    }

    @Override
    public Optional<Link> find(String name) {
      return named(name);
    }

    @Override
    public void create(BridgeLink bridge) throws IOException {
      networks.changing("RTM_NEWLINK", bridge.name());
      int index = add(bridge.name(), "bridge", bridge.mtu(), bridge.mac(), 0);
      bridgePorts.made(index, bridge.filtersVlans());
    }

    @Override
    public void create(VethLink veth) throws IOException {
      networks.changing("RTM_NEWLINK", veth.name());
      if (veth.master() != 0) {
        existing("RTM_NEWLINK", veth.master());
      }
      FakeNamespace other = networks.at(veth.peer().netns());
      MacAddress any = new MacAddress(0x02_00_00_00_00_00L + lastIndex);
      int there = other.add(veth.peer().name(), "veth", veth.mtu(), veth.peer().mac(), 0);
      try {
        int here = add(veth.name(), "veth", veth.mtu(), any, veth.master());
        up(existing("RTM_NEWLINK", here));
        peers.put(here, new End(other, there));
        other.peers.put(there, new End(FakeNamespace.this, here));
      } catch (SyscallException e) {
        other.drop(there);
        throw e;
      }
    }

    @Override
    public void create(VxlanLink vxlan) throws IOException {
      networks.changing("RTM_NEWLINK", vxlan.name());
      int index = add(vxlan.name(), "vxlan", vxlan.mtu(), vxlan.mac(), 0);
      vxlans.put(index, vxlan);
    }

    @Override
    public Optional<VxlanLink> vxlan(String name) {
      return named(name).map(link -> vxlans.get(link.index()));
    }

    @Override
    public void create(VlanLink vlan) throws IOException {
      networks.changing("RTM_NEWLINK", vlan.name());
      Link parent = existing("RTM_NEWLINK", vlan.parent());
      add(vlan.name(), "vlan", parent.mtu(), parent.mac(), 0);
    }

    @Override
    public void create(MacvlanLink macvlan) throws IOException {
      networks.changing("RTM_NEWLINK", macvlan.name());
      existing("RTM_NEWLINK", macvlan.parent());
      MacAddress given = macvlan.mac();
      MacAddress mac = given == null ? new MacAddress(0x02_01_00_00_00_00L + lastIndex) : given;
      networks.at(macvlan.netns()).add(macvlan.name(), "macvlan", macvlan.mtu(), mac, 0);
    }

    @Override
    public void rename(int link, String name) throws IOException {
      networks.changing("RTM_NEWLINK", "rename " + link);
      FakeNamespace.this.rename(existing("RTM_NEWLINK", link), name);
    }

    @Override
    public void move(int link, Fd netns, String name) throws IOException {
      networks.changing("RTM_NEWLINK", "move " + link);
      FakeNamespace.this.move(existing("RTM_NEWLINK", link), networks.at(netns), name);
    }

    @Override
    public void address(int link, MacAddress mac) throws IOException {
      networks.changing("RTM_NEWLINK", "address " + link);
      Link l = existing("RTM_NEWLINK", link);
      links.put(link, new Link(link, l.name(), l.kind(), l.mtu(), mac, l.up(), l.master()));
    }

    @Override
    public void bringDown(int link) throws IOException {
      networks.changing("RTM_NEWLINK", "down " + link);
      up(existing("RTM_NEWLINK", link), false);
      routes.removeIf(route -> route.link() == link);
    }

    @Override
    public void bringUp(int link) throws IOException {
      networks.changing("RTM_NEWLINK", "up " + link);
      up(existing("RTM_NEWLINK", link));
    }

    @Override
    public void resize(int link, int mtu) throws IOException {
      networks.changing("RTM_NEWLINK", "mtu " + link);
      Link l = existing("RTM_NEWLINK", link);
      links.put(link, new Link(link, l.name(), l.kind(), mtu, l.mac(), l.up(), l.master()));
    }

    @Override
    public void delete(int link) throws IOException {
      networks.changing("RTM_DELLINK", "link " + link);
      existing("RTM_DELLINK", link);
      drop(link);
    }
  }

  private final class FakeAddresses implements Addresses {

    @Override
    public List<InterfaceAddress> list() {
      return List.copyOf(addresses);
    }

    @Override
    public void add(InterfaceAddress address) throws IOException {
      networks.changing("RTM_NEWADDR", address.prefix().toString());
      existing("RTM_NEWADDR", address.link());
      if (addresses.contains(address)) {
        throw new SyscallException("RTM_NEWADDR", Errno.EEXIST, address.prefix().toString());
      }
      addresses.add(address);
      withoutRoute.remove(address);
    }

    @Override
    public void addWithoutRoute(InterfaceAddress address) throws IOException {
      add(address);
      withoutRoute.add(address);
    }

    @Override
    public void remove(InterfaceAddress address) throws IOException {
      networks.changing("RTM_DELADDR", address.prefix().toString());
      if (!addresses.remove(address)) {
        throw new SyscallException("RTM_DELADDR", Errno.EADDRNOTAVAIL, address.prefix().toString());
      }
    }
  }

  private final class FakeRoutes implements Routes {

    @Override
    public List<Route> list() {
      List<Route> all = new ArrayList<>(routes);
      for (InterfaceAddress address : addresses) {
        Link link = links.get(address.link());
        if (link != null && link.up() && !withoutRoute.contains(address)) {
          all.add(new Route(address.prefix().network(), null, link.index()));
        }
      }
      return List.copyOf(all);
    }

    @Override
    public void add(Route route) throws IOException {
      String subject = route.destination().toString();
      reachable(route, subject);
      if (routes.stream().anyMatch(other -> same(other, route))) {
        throw new SyscallException("RTM_NEWROUTE", Errno.EEXIST, subject);
      }
      routes.add(route);
    }

    @Override
    public void replace(Route route) throws IOException {
      reachable(route, route.destination().toString());
      routes.removeIf(other -> same(other, route));
      routes.add(route);
    }

    private static boolean same(Route one, Route other) {
      return one.destination().equals(other.destination())
          && one.options().table() == other.options().table()
          && one.options().metric() == other.options().metric();
    }

    private void reachable(Route route, String subject) throws IOException {
      networks.changing("RTM_NEWROUTE", subject);
      boolean up = existing("RTM_NEWROUTE", route.link()).up();
      boolean asked = route.gateway() != null && !route.options().onLink();
      if (asked && list().stream().noneMatch(on -> leadsTo(on, route))) {
        throw new SyscallException("RTM_NEWROUTE", Errno.ENETUNREACH, subject);
      }
      if (!up) {
        throw new SyscallException("RTM_NEWROUTE", ENETDOWN, subject);
      }
    }

    private static boolean leadsTo(Route onLink, Route route) {
      return onLink.gateway() == null
          && onLink.link() == route.link()
          && route.gateway() != null
          && onLink.destination().contains(route.gateway());
    }

    @Override
    public void remove(Route route) throws IOException {
      networks.changing("RTM_DELROUTE", route.destination().toString());
      if (!routes.remove(route)) {
        throw new SyscallException("RTM_DELROUTE", Errno.ESRCH, route.destination().toString());
      }
    }
  }
}
