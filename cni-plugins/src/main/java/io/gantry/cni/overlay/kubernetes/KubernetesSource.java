package io.gantry.cni.overlay.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import io.gantry.cni.overlay.Backoff;
import io.gantry.cni.overlay.Membership;
import io.gantry.cni.overlay.Peer;
import io.gantry.cni.overlay.PeerSource;
import io.gantry.linux.netlink.IpPrefix;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The nodes as Kubernetes has them. One thread lists and watches; a second only cuts. */
public final class KubernetesSource implements PeerSource {

  private static final Logger LOG = LoggerFactory.getLogger(KubernetesSource.class);

  /**
   * How often things are done.
   *
   * @param watch how long the server keeps one watch open
   * @param silence after which a watch that should have ended is cut
   * @param list how often all is listed although no watch failed
   */
  record Rhythm(Duration watch, Duration silence, Duration list) {

    static final Rhythm USUAL =
        new Rhythm(Duration.ofMinutes(4), Duration.ofMinutes(5), Duration.ofMinutes(10));
  }

  /** Watches that are shorter would be a storm of requests. */
  private static final Duration LEAST_WATCH = Duration.ofMillis(500);

  private final KubernetesSettings settings;
  private final Rhythm rhythm;
  private final CountDownLatch closing = new CountDownLatch(1);
  private @Nullable Thread thread;

  KubernetesSource(KubernetesSettings settings, Rhythm rhythm) {
    this.settings = settings;
    this.rhythm = rhythm;
  }

  /** A source that connects once it is started. */
  public static KubernetesSource of(KubernetesSettings settings) {
    return new KubernetesSource(settings, Rhythm.USUAL);
  }

  @Override
  public void start(Self self, Listener listener) {
    thread =
        Thread.ofPlatform().name("overlay kubernetes").daemon().start(() -> run(self, listener));
  }

  private void run(Self self, Listener listener) {
    Backoff backoff = new Backoff(RandomGenerator.getDefault());
    try (ScheduledThreadPoolExecutor cutter = cutter()) {
      while (closing.getCount() > 0) {
        Session session = new Session(self, listener, cutter);
        Duration pause = Duration.ZERO;
        try (ApiServer server = ApiServer.open(settings)) {
          session.run(server);
          backoff.succeeded();
        } catch (ApiServer.GoneException e) {
          LOG.debug("the API server forgot what was watched", e);
          pause = backoff.failed();
        } catch (IOException e) {
          LOG.debug("a session with the API server ended", e);
          listener.failing(String.valueOf(e.getMessage()));
          if (session.worked) {
            backoff.succeeded();
          }
          pause = backoff.failed();
        } catch (RuntimeException e) {
          LOG.error("a session with the API server failed and begins anew", e);
          listener.failing("a session with the API server failed: " + e);
          pause = backoff.failed();
        }
        closing.await(pause.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private static ScheduledThreadPoolExecutor cutter() {
    ScheduledThreadPoolExecutor cutter =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("overlay kubernetes cut").daemon().factory());
    cutter.setRemoveOnCancelPolicy(true);
    return cutter;
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

  /** A request whose answer can be cut once it is told. */
  @FunctionalInterface
  private interface Exchange<T> {
    T run(Consumer<InputStream> opened) throws IOException, InterruptedException;
  }

  /** From one list to the next. */
  private final class Session {

    private final Self self;
    private final Listener listener;
    private final ScheduledExecutorService cutter;
    private final Map<String, Peer> peers = new TreeMap<>();
    private String revision = "";
    private boolean worked;

    Session(Self self, Listener listener, ScheduledExecutorService cutter) {
      this.self = self;
      this.listener = listener;
      this.cutter = cutter;
    }

    void run(ApiServer server) throws IOException, InterruptedException {
      list(server);
      tell();
      worked = true;
      long end = System.nanoTime() + rhythm.list().toNanos();
      while (closing.getCount() > 0 && end - System.nanoTime() > 0) {
        long begun = System.nanoTime();
        watch(server);
        if (System.nanoTime() - begun < LEAST_WATCH.toNanos()) {
          throw new IOException(settings.server() + " ends a watch of nodes as soon as it began");
        }
      }
    }

    private void watch(ApiServer server) throws IOException, InterruptedException {
      bounded(opened -> {
        server.watch(revision, rhythm.watch(), opened, this::change);
        return true;
      });
    }

    private <T> T bounded(Exchange<T> exchange) throws IOException, InterruptedException {
      AtomicReference<ScheduledFuture<?>> cut = new AtomicReference<>();
      try {
        return exchange.run(body -> cut.set(cutLater(body)));
      } finally {
        ScheduledFuture<?> waiting = cut.get();
        if (waiting != null) {
          waiting.cancel(false);
        }
      }
    }

    /** A server that lost its power never ends its answer: then it is ended here. */
    private ScheduledFuture<?> cutLater(InputStream body) {
      return cutter.schedule(() -> cut(body), rhythm.silence().toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void cut(InputStream body) {
      try {
        body.close();
      } catch (IOException e) {
        LOG.debug("cutting a watch failed", e);
      }
    }

    private void list(ApiServer server) throws IOException, InterruptedException {
      String next = "";
      do {
        String from = next;
        JsonNode page = bounded(opened -> server.list(from, opened));
        for (JsonNode node : page.path("items")) {
          learn(node);
        }
        revision = NodeObject.revision(page);
        next = page.path("metadata").path("continue").asText("");
      } while (!next.isEmpty());
      if (revision.isEmpty()) {
        throw new IOException(settings.server() + " answers a list of nodes without a revision");
      }
    }

    private void change(JsonNode event) throws IOException {
      JsonNode node = event.path("object");
      String at = NodeObject.revision(node);
      if (!at.isEmpty()) {
        revision = at;
      }
      switch (event.path("type").asText()) {
        case "ADDED", "MODIFIED" -> tellIf(learn(node));
        case "DELETED" -> tellIf(peers.remove(NodeObject.name(node)) != null);
        // a bookmark brings nothing but a revision
        default -> LOG.trace("watch of nodes: {}", event);
      }
    }

    /** Most changes of a node are of its health, which nobody here wants to know. */
    private boolean learn(JsonNode node) throws IOException {
      String name = NodeObject.name(node);
      Optional<Peer> peer;
      try {
        peer = NodeObject.peer(node, IpPrefix.host(self.address()).isVersion4());
      } catch (IOException e) {
        LOG.warn("overlay: {}", e.getMessage());
        peer = Optional.empty();
      }
      return peer.isPresent()
          ? !peer.get().equals(peers.put(name, peer.get()))
          : peers.remove(name) != null;
    }

    private void tellIf(boolean changed) {
      if (changed) {
        tell();
      }
    }

    private void tell() {
      listener.changed(Membership.of(self.name(), List.copyOf(peers.values())));
    }
  }
}
