package io.gantry.linux.netlink;

import io.gantry.linux.Errno;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** The queues of one {@link FakeNamespace}. */
final class FakeTraffic implements Traffic {

  private static final String INGRESS = "ingress";

  private final FakeNetworks networks;
  private final IntPredicate isLink;
  private final List<Queue> queues = new ArrayList<>();

  FakeTraffic(FakeNetworks networks, IntPredicate isLink) {
    this.networks = networks;
    this.isLink = isLink;
  }

  void drop(int link) {
    queues.removeIf(queue -> queue.link() == link);
  }

  @Override
  public List<Queue> queues() {
    return List.copyOf(queues);
  }

  private void changing(String request, int link, String subject) throws IOException {
    networks.changing(request, subject);
    if (!isLink.test(link)) {
      throw new SyscallException(request, Errno.ENODEV, subject);
    }
  }

  @Override
  public void shape(int link, TokenBucket bucket) throws IOException {
    changing("RTM_NEWQDISC", link, "tbf on link " + link);
    queues.removeIf(queue -> queue.link() == link && !queue.kind().equals(INGRESS));
    queues.add(new Queue(link, "tbf", bucket.rate(), bucket.limit()));
  }

  @Override
  public void redirect(int link, int target) throws IOException {
    changing("RTM_NEWQDISC", link, "ingress of link " + link);
    if (queues.stream().anyMatch(q -> q.link() == link && q.kind().equals(INGRESS))) {
      throw new SyscallException("RTM_NEWQDISC", Errno.EEXIST, "ingress of link " + link);
    }
    queues.add(new Queue(link, INGRESS, 0, 0));
    changing("RTM_NEWTFILTER", target, "filter of link " + link + " to link " + target);
  }
}
