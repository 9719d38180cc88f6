package io.gantry.cni.overlay;

import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.NetworkNamespace;
import io.gantry.linux.netlink.NetworkStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one node in the overlay: what its source tells of the others becomes entries of the kernel.
 * One thread does all the work. When this is closed the kernel keeps what it has, so that pods go
 * on talking while the daemon is replaced.
 */
public final class Overlay implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Overlay.class);

  /** How often the kernel is compared with what should be there although nothing was told. */
  private static final Duration CHECK = Duration.ofMinutes(1);

  /** Opens a source anew each time the node itself changed. */
  @FunctionalInterface
  public interface Sources {
    PeerSource open() throws IOException;
  }

  private final OverlaySettings settings;
  private final NetworkNamespace namespace;
  private final Sources sources;
  private final NodeFile file;
  private final Inbox inbox = new Inbox();
  private final Backoff backoff = new Backoff(RandomGenerator.getDefault());
  private final Thread thread;
  private volatile OverlayStatus status =
      new OverlayStatus(List.of(), List.of(), List.of(), "the overlay has not started yet");
  private volatile @Nullable Peer self;
  private NodeFile.@Nullable Content written;

  private Overlay(OverlaySettings settings, NetworkNamespace namespace, Sources sources) {
    this.settings = settings;
    this.namespace = namespace;
    this.sources = sources;
    this.file = new NodeFile(settings.nodeFile());
    this.thread = Thread.ofPlatform().name("overlay").daemon().unstarted(this::run);
  }

  /** Begins, and returns before anything is known of the others. */
  public static Overlay start(
      OverlaySettings settings, NetworkNamespace namespace, Sources sources) {
    Overlay overlay = new Overlay(settings, namespace, sources);
    overlay.thread.start();
    return overlay;
  }

  /** How it is doing now. */
  public OverlayStatus status() {
    return status;
  }

  /** This node as the others see it; nothing before it has a block. */
  public Optional<Peer> self() {
    return Optional.ofNullable(self);
  }

  private void run() {
    try {
      boolean open = true;
      while (open) {
        try {
          stay();
          open = false;
        } catch (IOException e) {
          problem("the overlay cannot be set up: " + e.getMessage());
          LOG.debug("the overlay cannot be set up", e);
          open = inbox.pause(backoff.failed());
        } catch (RuntimeException e) {
          problem("the overlay cannot be set up: " + e);
          LOG.error("the overlay's thread failed and begins anew", e);
          open = inbox.pause(backoff.failed());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Until it is closed, or the node itself is another and the source has to be told. */
  private void stay() throws IOException, InterruptedException {
    try (NetworkStack node = namespace.open()) {
      Underlay underlay = Underlay.find(node, settings.underlay());
      if (settings.covers(IpPrefix.host(underlay.address()))) {
        throw new IOException(
            "this node's own address %s is within %s: correct overlay.networks"
                .formatted(IpPrefix.text(underlay.address()), settings.networks()));
      }
      Optional<NodeFile.Content> had = file.read();
      written = had.orElse(null);
      PeerSource.Self self =
          new PeerSource.Self(
              settings.nodeName(),
              underlay.address(),
              had.map(NodeFile.Content::own).orElse(List.of()));
      inbox.reset();
      try (PeerSource source = sources.open()) {
        source.start(self, inbox);
        follow(node, underlay);
      }
    }
  }

  private void follow(NetworkStack node, Underlay underlay)
      throws IOException, InterruptedException {
    Inbox.State state = inbox.await(CHECK);
    while (state != null) {
      if (!Underlay.find(node, settings.underlay()).equals(underlay)) {
        throw new IOException("the node's own address or interface changed");
      }
      apply(node, underlay, state);
      backoff.succeeded();
      state = inbox.await(CHECK);
    }
  }

  private void apply(NetworkStack node, Underlay underlay, Inbox.State state) throws IOException {
    Membership membership = state.membership();
    if (!state.refused().isEmpty()) {
      refuse(state.refused());
    } else if (membership == null) {
      problem(state.failing());
    } else {
      join(node, underlay, membership, state.failing());
    }
  }

  private void join(NetworkStack node, Underlay underlay, Membership membership, String failing)
      throws IOException {
    List<IpPrefix> own = membership.own();
    Optional<IpPrefix> foreign = own.stream().filter(block -> !settings.covers(block)).findFirst();
    if (foreign.isPresent()) {
      refuse(
          "the block %s of this node is not of %s: correct overlay.networks"
              .formatted(foreign.get(), settings.networks()));
      return;
    }
    if (own.isEmpty()) {
      refuse("node " + settings.nodeName() + " has no block of addresses in the overlay");
      return;
    }
    Peer here = new Peer(settings.nodeName(), underlay.address(), own);
    AcceptedPeers accepted = AcceptedPeers.of(settings, here, membership.others());
    int device = new VxlanDevice(node, settings).ensure(underlay, own);
    int changed = new PeerTable(node).apply(device, accepted.peers());
    if (changed > 0) {
      LOG.info(
          "overlay: {} other nodes, {} kernel entries changed", accepted.peers().size(), changed);
    }
    write(content(underlay, membership));
    self = here;
    show(new OverlayStatus(own, accepted.peers(), accepted.refusals(), failing));
  }

  private NodeFile.Content content(Underlay underlay, Membership membership) {
    List<NodeFile.NodeBlock> blocks =
        membership.own().stream()
            .map(block -> new NodeFile.NodeBlock(block, settings.wholeOf(block)))
            .toList();
    return new NodeFile.Content(
        settings.device(), underlay.innerMtu(), blocks, membership.ownUntil(), "");
  }

  /** No more pods; those that run keep what they have, as nobody may take it from under them. */
  private void refuse(String problem) throws IOException {
    NodeFile.Content before = written;
    if (before != null) {
      write(before.refused(problem));
    }
    problem(problem);
  }

  private void write(NodeFile.Content content) throws IOException {
    if (!content.equals(written)) {
      file.write(content);
      written = content;
    }
  }

  private void problem(String problem) {
    OverlayStatus now = status;
    show(new OverlayStatus(now.own(), now.peers(), now.refusals(), problem));
  }

  /** What is new is said once. */
  private void show(OverlayStatus changed) {
    OverlayStatus before = status;
    status = changed;
    changed.refusals().stream()
        .filter(refusal -> !before.refusals().contains(refusal))
        .forEach(refusal -> LOG.warn("overlay: {}", refusal));
    if (!changed.problem().equals(before.problem())) {
      if (changed.problem().isEmpty()) {
        LOG.info("overlay: joined as {} with {}", settings.nodeName(), changed.own());
      } else {
        LOG.warn("overlay: {}", changed.problem());
      }
    }
  }

  /** Waits until the thread is gone; the kernel keeps what it has. */
  @Override
  public void close() {
    inbox.close();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Takes away what an overlay that is not configured any more left; nothing is fine. */
  public static void leave(Path nodeFile, NetworkNamespace namespace) throws IOException {
    Optional<NodeFile.Content> left = new NodeFile(nodeFile).read();
    if (left.isPresent()) {
      String device = left.get().device();
      namespace.use(node -> {
        VxlanDevice.remove(node, device);
        return null;
      });
      Files.deleteIfExists(nodeFile);
    }
  }
}
