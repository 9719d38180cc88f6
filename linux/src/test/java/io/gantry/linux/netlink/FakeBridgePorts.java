package io.gantry.linux.netlink;

import io.gantry.linux.Errno;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The bridge ports of one {@link FakeNamespace}. */
final class FakeBridgePorts implements BridgePorts {

  private static final int USUAL = 1;

  private final FakeNetworks networks;
  private final IntFunction<@Nullable Link> links;
  private final Map<Integer, Boolean> filtering = new HashMap<>();
  private final Map<Integer, List<PortVlans>> vlans = new HashMap<>();
  private final Map<Integer, MacAddress> locks = new HashMap<>();

  FakeBridgePorts(FakeNetworks networks, IntFunction<@Nullable Link> links) {
    this.networks = networks;
    this.links = links;
  }

  void made(int bridge, boolean filters) {
    filtering.put(bridge, filters);
  }

  void drop(int link) {
    filtering.remove(link);
    vlans.remove(link);
    locks.remove(link);
  }

  private Link port(String request, int link) throws IOException {
    networks.changing(request, "port " + link);
    Link found = links.apply(link);
    if (found == null) {
      throw new SyscallException(request, Errno.ENODEV, "link " + link);
    }
    if (found.master() == 0) {
      throw new SyscallException(request, Errno.EINVAL, "link " + link);
    }
    return found;
  }

  private List<PortVlans> ofPort(Link port) {
    boolean filters = filtering.getOrDefault(port.master(), false);
    return vlans.computeIfAbsent(
        port.index(),
        index -> new ArrayList<>(filters ? List.of(PortVlans.access(USUAL)) : List.of()));
  }

  @Override
  public void hairpin(int port, boolean on) throws IOException {
    port("RTM_NEWLINK", port);
  }

  @Override
  public void isolate(int port, boolean on) throws IOException {
    port("RTM_NEWLINK", port);
  }

  @Override
  public void lock(int port, MacAddress mac) throws IOException {
    port("RTM_NEWLINK", port);
    locks.put(port, mac);
  }

  @Override
  public boolean locked(int port) {
    return locks.containsKey(port);
  }

  @Override
  public VlanRule vlanRule(int bridge) throws IOException {
    Boolean filters = filtering.get(bridge);
    if (filters == null) {
      throw new SyscallException("RTM_GETLINK", Errno.ENODEV, "link " + bridge);
    }
    return new VlanRule(filters, USUAL);
  }

  @Override
  public void join(int port, PortVlans joined) throws IOException {
    List<PortVlans> all = ofPort(port("RTM_SETLINK", port));
    if (joined.access()) {
      all.replaceAll(one -> PortVlans.tagged(one.first(), one.last()));
    }
    all.add(joined);
  }

  @Override
  public void joinBridge(int bridge, int vlan) throws IOException {
    networks.changing("RTM_SETLINK", "bridge " + bridge);
    vlanRule(bridge);
  }

  @Override
  public void leave(int port, int vlan) throws IOException {
    ofPort(port("RTM_DELLINK", port)).removeIf(one -> one.first() == vlan && one.last() == vlan);
  }

  @Override
  public List<PortVlans> vlans(int port) throws IOException {
    Link link = links.apply(port);
    return link == null || link.master() == 0 ? List.of() : List.copyOf(ofPort(link));
  }
}
