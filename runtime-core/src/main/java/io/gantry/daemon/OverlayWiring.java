package io.gantry.daemon;

import io.gantry.cni.OverlaySummary;
import io.gantry.cni.overlay.Overlay;
import io.gantry.cni.overlay.OverlaySettings.UnderlayChoice;
import io.gantry.cni.overlay.OverlayStatus;
import io.gantry.cni.overlay.Peer;
import io.gantry.cni.overlay.PeerSource;
import io.gantry.cni.overlay.etcd.EtcdSettings;
import io.gantry.cni.overlay.etcd.EtcdSource;
import io.gantry.cni.overlay.file.FileSource;
import io.gantry.cni.overlay.kubernetes.KubernetesSettings;
import io.gantry.cni.overlay.kubernetes.KubernetesSource;
import io.gantry.config.Config;
import io.gantry.config.OverlaySettings;
import io.gantry.linux.Syscalls;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.NetlinkNamespaces;
import io.gantry.linux.netlink.NetworkNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the node into the overlay that is configured. */
final class OverlayWiring {

  private static final Logger log = LoggerFactory.getLogger(OverlayWiring.class);
  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

  /**
   * An overlay that this node is in, or none.
   *
   * @param end lets go of it; the kernel keeps what it has
   */
  record Running(Supplier<Optional<OverlaySummary>> summary, Runnable end) {}

  private OverlayWiring() {}

  /** Begins to be in the overlay; where none is configured, what a former one left is removed. */
  static Running start(Config config, Syscalls calls) throws IOException {
    NetworkNamespace node = new NetlinkNamespaces(calls).own();
    Path nodeFile = config.root().resolve("overlay/node.json");
    OverlaySettings settings = config.overlay();
    if (!settings.isOn()) {
      leave(nodeFile, node);
      return new Running(Optional::empty, () -> {});
    }
    Overlay overlay = Overlay.start(settings(settings, nodeFile), node, () -> source(settings));
    return new Running(
        () -> Optional.of(summary(settings, overlay.self(), overlay.status())), overlay::close);
  }

  /** In etcd a node is gone when its lease has ended; the other sources know nobody's life. */
  private static OverlaySummary summary(
      OverlaySettings settings, Optional<Peer> self, OverlayStatus status) {
    boolean leased = settings.source().equals("etcd") && status.problem().isEmpty();
    int seconds = leased ? settings.etcd().nodeTtlSeconds() : 0;
    Stream<OverlaySummary.Node> others =
        status.peers().stream().map(peer -> shown(peer, false, seconds));
    return new OverlaySummary(
        settings.source(),
        status.problem(),
        Stream.concat(self.stream().map(peer -> shown(peer, true, 0)), others).toList(),
        status.refusals());
  }

  private static OverlaySummary.Node shown(Peer peer, boolean self, int seconds) {
    return new OverlaySummary.Node(
        peer.name(),
        IpPrefix.text(peer.address()),
        peer.blocks().stream().map(IpPrefix::toString).toList(),
        self,
        seconds);
  }

  /** Nothing of the overlay is loaded where there never was one. */
  private static void leave(Path nodeFile, NetworkNamespace node) {
    if (!Files.exists(nodeFile)) {
      return;
    }
    try {
      Overlay.leave(nodeFile, node);
      log.info("the overlay that this node was in is not configured any more and was removed");
    } catch (IOException e) {
      log.warn("what a former overlay left cannot be removed: {}", e.getMessage());
    }
  }

  private static io.gantry.cni.overlay.OverlaySettings settings(
      OverlaySettings settings, Path nodeFile) throws IOException {
    return new io.gantry.cni.overlay.OverlaySettings(
        nodeName(settings),
        networks(settings),
        settings.device(),
        settings.vni(),
        settings.port(),
        new UnderlayChoice(
            settings.address().isEmpty() ? null : InetAddress.ofLiteral(settings.address()),
            settings.interfaceName(),
            settings.mtu()),
        nodeFile);
  }

  private static List<IpPrefix> networks(OverlaySettings settings) {
    return settings.networks().stream().map(IpPrefix::parse).toList();
  }

  /** As kubelet makes a node's name of the machine's. */
  private static String nodeName(OverlaySettings settings) throws IOException {
    return settings.nodeName().isEmpty()
        ? Files.readString(HOST_NAME).strip().toLowerCase(Locale.ROOT)
        : settings.nodeName();
  }

  private static PeerSource source(OverlaySettings settings) {
    return switch (settings.source()) {
      case "file" -> new FileSource(settings.peersFile());
      case "etcd" -> EtcdSource.of(etcd(settings, settings.etcd()));
      case "kubernetes" -> KubernetesSource.of(kubernetes(settings.kubernetes()));
      default -> throw new IllegalStateException("unknown source " + settings.source());
    };
  }

  private static EtcdSettings etcd(OverlaySettings settings, OverlaySettings.Etcd etcd) {
    boolean secure = etcd.endpoints().stream().anyMatch(one -> one.startsWith("https:"));
    return new EtcdSettings(
        etcd.endpoints(),
        secure
            ? new EtcdSettings.Tls(path(etcd.caFile()), path(etcd.certFile()), path(etcd.keyFile()))
            : null,
        etcd.user().isEmpty()
            ? null
            : new EtcdSettings.Login(etcd.user(), Path.of(etcd.passwordFile())),
        etcd.prefix(),
        networks(settings),
        etcd.blockLength(),
        etcd.blockLength6(),
        Duration.ofSeconds(etcd.nodeTtlSeconds()),
        Duration.ofHours(etcd.blockTtlHours()));
  }

  private static KubernetesSettings kubernetes(OverlaySettings.Kubernetes kubernetes) {
    return new KubernetesSettings(
        URI.create(kubernetes.server()),
        path(kubernetes.caFile()),
        path(kubernetes.tokenFile()),
        path(kubernetes.certFile()),
        path(kubernetes.keyFile()));
  }

  private static @Nullable Path path(String text) {
    return text.isEmpty() ? null : Path.of(text);
  }
}
