package io.gantry.cni.overlay.etcd;

import io.gantry.cni.overlay.Backoff;
import io.gantry.cni.overlay.Membership;
import io.gantry.cni.overlay.Peer;
import io.gantry.cni.overlay.PeerSource;
import io.gantry.linux.netlink.IpPrefix;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes as etcd has them. One thread claims, listens and prolongs the leases; after any failure
 * it begins anew, and goes on telling what it knew.
 */
public final class EtcdSource implements PeerSource {

  private static final Logger LOG = LoggerFactory.getLogger(EtcdSource.class);

  /** More changes at once than that, and all is read anew instead. */
  private static final int MOST_EVENTS = 4096;

  /** A lease is prolonged when a third of its time is over: two tries may fail. */
  private static final int RENEWALS = 3;

  /** Opens a store. */
  @FunctionalInterface
  interface Stores {
    Store open() throws IOException;
  }

  private final EtcdSettings settings;
  private final Stores stores;
  private final Clock clock;
  private final RandomGenerator random = RandomGenerator.getDefault();
  private final CountDownLatch closing = new CountDownLatch(1);

  /** Kept from one session to the next: etcd keeps each for a day. */
  private final Lease nodeLease;

  private final Lease blockLease;
  private @Nullable Thread thread;

  EtcdSource(EtcdSettings settings, Stores stores, Clock clock) {
    this.settings = settings;
    this.stores = stores;
    this.clock = clock;
    this.nodeLease = new Lease(settings.nodeTtl());
    this.blockLease = new Lease(settings.blockTtl());
  }

  /** A source that connects once it is started. */
  public static EtcdSource of(EtcdSettings settings) {
    return new EtcdSource(settings, () -> JetcdStore.open(settings), Clock.systemUTC());
  }

  @Override
  public void start(Self self, Listener listener) {
    thread = Thread.ofPlatform().name("overlay etcd").daemon().start(() -> run(self, listener));
  }

  private void run(Self self, Listener listener) {
    Backoff backoff = new Backoff(random);
    Self claiming = self;
    try {
      do {
        Session session = new Session(claiming, listener);
        try (Store store = stores.open()) {
          session.run(store);
        } catch (RefusedException e) {
          listener.refused(String.valueOf(e.getMessage()));
        } catch (IOException e) {
          LOG.debug("a session with etcd ended", e);
          listener.failing(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
          LOG.error("a session with etcd failed and begins anew", e);
          listener.failing("a session with etcd failed: " + e);
        }
        if (!session.own.isEmpty()) {
          // a block that was got stays the one to ask for
          claiming = new Self(self.name(), self.address(), session.own);
        }
        if (session.worked) {
          backoff.succeeded();
        }
      } while (!closing.await(backoff.failed().toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closing.countDown();
    Thread running = thread;
    if (running != null) {
      running.interrupt();
      try {
        running.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** From one connection to the next failure. */
  private final class Session {

    private final Self self;
    private final Listener listener;
    private final String nodes = settings.prefix() + "/nodes/";
    private final Map<String, Peer> peers = new TreeMap<>();
    private final BlockingQueue<Store.Event> events = new ArrayBlockingQueue<>(MOST_EVENTS);
    private List<IpPrefix> own = List.of();
    private Instant ownUntil = Instant.MIN;
    private boolean worked;
    private volatile boolean flooded;

    Session(Self self, Listener listener) {
      this.self = self;
      this.listener = listener;
    }

    void run(Store store) throws IOException, InterruptedException {
      // counted from before the question: by etcd's clock the lease is never shorter
      Instant asked = clock.instant();
      blockLease.begin(store);
      Claims claims = new Claims(store, settings, self, random);
      own = claims.blocks(blockLease.id);
      ownUntil = asked.plus(settings.blockTtl());
      nodeLease.begin(store);
      claims.node(nodes + self.name(), own, nodeLease.id);
      Store.Listing listing = store.list(nodes);
      listing.values().forEach((key, value) -> learn(key, value.text()));
      try (Store.Watching watching = store.watch(nodes, listing.revision() + 1, this::enqueue)) {
        LOG.debug("watching {} from revision {}: {}", nodes, listing.revision() + 1, watching);
        tell();
        worked = true;
        follow(store);
      }
    }

    private void enqueue(Store.Event event) {
      if (!events.offer(event)) {
        flooded = true;
      }
    }

    private void follow(Store store) throws IOException, InterruptedException {
      while (closing.getCount() > 0) {
        Store.Event event = events.poll(nodeLease.waitNanos(), TimeUnit.NANOSECONDS);
        if (event != null) {
          take(event);
          tell();
        }
        nodeLease.renewIfDue(store);
        Instant asked = clock.instant();
        if (blockLease.renewIfDue(store)) {
          ownUntil = asked.plus(settings.blockTtl());
          tell();
        }
      }
    }

    /** Everything that waits, so that a crowd of nodes is told once. */
    private void take(Store.Event first) throws IOException {
      List<Store.Event> all = new ArrayList<>();
      all.add(first);
      events.drainTo(all);
      for (Store.Event event : all) {
        if (flooded || event.isEnd()) {
          throw new IOException(
              "etcd at %s does not tell of other nodes: %s"
                  .formatted(
                      String.join(", ", settings.endpoints()),
                      flooded ? "too many changes at once" : event.text()));
        }
        String text = event.text();
        if (event.key().equals(nodes + self.name())) {
          refuseAnother(text);
        } else if (text == null) {
          peers.remove(event.key().substring(nodes.length()));
        } else {
          learn(event.key(), text);
        }
      }
    }

    /** This node's own record is gone, or another node put its own in its place. */
    private void refuseAnother(@Nullable String text) throws IOException {
      if (text == null) {
        throw new IOException("somebody removed this node from etcd");
      }
      if (!NodeRecord.read(self.name(), text).address().equals(self.address())) {
        throw new IOException("another node took the name " + self.name());
      }
    }

    private void learn(String key, String text) {
      String name = key.substring(nodes.length());
      if (name.equals(self.name())) {
        return;
      }
      try {
        peers.put(name, NodeRecord.read(name, text));
      } catch (IOException e) {
        peers.remove(name);
        LOG.warn("overlay: {}", e.getMessage());
      }
    }

    private void tell() {
      listener.changed(new Membership(own, ownUntil, List.copyOf(peers.values())));
    }
  }

  /** A lease and when it has to be prolonged. Only the source's thread uses it. */
  private static final class Lease {

    private final Duration ttl;
    private long id;
    private long due;

    Lease(Duration ttl) {
      this.ttl = ttl;
    }

    /** Goes on with what there is, or gets a new one. */
    void begin(Store store) throws IOException {
      if (id == 0 || !store.renew(id)) {
        id = store.lease(ttl);
      }
      restart();
    }

    private void restart() {
      due = System.nanoTime() + ttl.dividedBy(RENEWALS).toNanos();
    }

    long waitNanos() {
      return Math.max(1, due - System.nanoTime());
    }

    /** Whether it was due. */
    boolean renewIfDue(Store store) throws IOException {
      if (due - System.nanoTime() > 0) {
        return false;
      }
      restart();
      if (!store.renew(id)) {
        throw new IOException("etcd ended a lease of this node of " + ttl.toSeconds() + " seconds");
      }
      return true;
    }
  }
}
