package io.gantry.cni.overlay.etcd;

import io.gantry.cni.overlay.Membership;
import io.gantry.cni.overlay.PeerSource;
import io.gantry.linux.netlink.IpPrefix;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What tests of the source share. */
final class EtcdExamples {

  private EtcdExamples() {}

  static EtcdSettings settings(String endpoint, String... networks) {
    return new EtcdSettings(
        List.of(endpoint),
        null,
        null,
        "/t",
        List.of(networks).stream().map(IpPrefix::parse).toList(),
        24,
        64,
        Duration.ofSeconds(5),
        Duration.ofHours(1));
  }

  static PeerSource.Self self(String name, int host, String... had) {
    return new PeerSource.Self(
        name,
        InetAddress.ofLiteral("192.0.2." + host),
        List.of(had).stream().map(IpPrefix::parse).toList());
  }

  /** Keeps what a source tells. */
  static final class Told implements PeerSource.Listener {

    private final LinkedBlockingQueue<Object> told = new LinkedBlockingQueue<>();

    @Override
    public void changed(Membership membership) {
      told.add(membership);
    }

    @Override
    public void failing(String problem) {
      told.add("failing: " + problem);
    }

    @Override
    public void refused(String problem) {
      told.add("refused: " + problem);
    }

    Object next() throws InterruptedException {
      Object next = told.poll(20, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("the source told nothing within 20 seconds");
      }
      return next;
    }

    /** The next membership, whatever was told before it. */
    Membership membership() throws InterruptedException {
      Object next = next();
      while (!(next instanceof Membership)) {
        next = next();
      }
      return (Membership) next;
    }

    /** The next membership with that many other nodes. */
    Membership membershipWith(int others) throws InterruptedException {
      Membership next = membership();
      while (next.others().size() != others) {
        next = membership();
      }
      return next;
    }
  }
}
