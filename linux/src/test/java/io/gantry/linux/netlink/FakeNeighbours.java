package io.gantry.linux.netlink;

import io.gantry.linux.Errno;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** The neighbours of one {@link FakeNamespace}. */
final class FakeNeighbours implements Neighbours {

  private final FakeNetworks networks;
  private final IntPredicate isLink;
  private final List<Neighbour> neighbours = new ArrayList<>();
  private final List<ForwardingEntry> forwarding = new ArrayList<>();

  FakeNeighbours(FakeNetworks networks, IntPredicate isLink) {
    this.networks = networks;
    this.isLink = isLink;
  }

  void drop(int link) {
    neighbours.removeIf(neighbour -> neighbour.link() == link);
    forwarding.removeIf(entry -> entry.link() == link);
  }

  private void changing(String request, int link, String subject) throws IOException {
    networks.changing(request, subject);
    if (!isLink.test(link)) {
      throw new SyscallException(request, Errno.ENODEV, subject);
    }
  }

  private static boolean same(Neighbour one, Neighbour other) {
    return one.link() == other.link() && one.address().equals(other.address());
  }

  private static boolean same(ForwardingEntry one, ForwardingEntry other) {
    return one.link() == other.link() && one.mac().equals(other.mac());
  }

  @Override
  public List<Neighbour> list() {
    return List.copyOf(neighbours);
  }

  @Override
  public void put(Neighbour neighbour) throws IOException {
    changing("RTM_NEWNEIGH", neighbour.link(), neighbour.address().getHostAddress());
    neighbours.removeIf(other -> same(other, neighbour));
    neighbours.add(neighbour);
  }

  @Override
  public void remove(Neighbour neighbour) throws IOException {
    String subject = neighbour.address().getHostAddress();
    changing("RTM_DELNEIGH", neighbour.link(), subject);
    if (!neighbours.removeIf(other -> same(other, neighbour))) {
      throw new SyscallException("RTM_DELNEIGH", Errno.ENOENT, subject);
    }
  }

  @Override
  public List<ForwardingEntry> forwarding() {
    return List.copyOf(forwarding);
  }

  @Override
  public void put(ForwardingEntry entry) throws IOException {
    changing("RTM_NEWNEIGH", entry.link(), entry.mac().toString());
    forwarding.removeIf(other -> same(other, entry));
    forwarding.add(entry);
  }

  @Override
  public void remove(ForwardingEntry entry) throws IOException {
    changing("RTM_DELNEIGH", entry.link(), entry.mac().toString());
    if (!forwarding.remove(entry)) {
      throw new SyscallException("RTM_DELNEIGH", Errno.ENOENT, entry.mac().toString());
    }
  }
}
