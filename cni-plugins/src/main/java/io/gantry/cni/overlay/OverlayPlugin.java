package io.gantry.cni.overlay;

import io.gantry.cni.filter.Elements;
import io.gantry.cni.filter.Filtered;
import io.gantry.cni.filter.Owner;
import io.gantry.cni.filter.PacketTable;
import io.gantry.cni.filter.Part;
import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.plugin.Plugins;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.PluginConfig;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.NetworkStack;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The plugin of type {@code overlay}: containers on a bridge with addresses of this node's block in
 * the overlay. It asks another plugin, by default {@code bridge} with {@code host-local}, with a
 * configuration made of what {@link Overlay} wrote down of this node. What leaves the overlay as a
 * whole, and only that, does so as the node.
 */
public final class OverlayPlugin implements Plugin, Filtered {

  public static final String TYPE = "overlay";

  private final NetworkStack node;
  private final Plugins plugins;
  private final PacketTable table;
  private final Clock clock;

  /**
   * A plugin for one node.
   *
   * @param node the namespace that is in the overlay; stays the caller's
   * @param plugins where the plugin that does the work is found
   */
  public OverlayPlugin(NetworkStack node, Plugins plugins, PacketTable table, Clock clock) {
    this.node = node;
    this.plugins = plugins;
    this.table = table;
    this.clock = clock;
  }

  @Override
  public CniResult add(PluginCall call) throws CniException {
    OverlayConfig config = OverlayConfig.of(call.config());
    NodeFile.Content place = place(config, CniException.TRY_AGAIN);
    Plugin delegate = plugins.of(config.delegateType());
    PluginCall asked = call.with(config.delegated(blocks(place), place.mtu()));
    CniResult result = delegate.add(asked);
    try {
      if (config.masquerade()) {
        table.put(Owner.of(call), masquerade(result, place));
      }
    } catch (IOException | RuntimeException e) {
      delegate.undo(asked, e);
      throw CniException.failed(
          "cannot masquerade container %s of the overlay: %s"
              .formatted(call.containerId(), e.getMessage()),
          e);
    }
    return result;
  }

  /** What this node is, or why it is nothing now. */
  private NodeFile.Content place(OverlayConfig config, int code) throws CniException {
    NodeFile.Content place =
        written(config)
            .orElseThrow(() ->
                new CniException(
                    code,
                    "this node is not in the overlay yet, as %s is not there:"
                            .formatted(config.nodeFile())
                        + " see the daemon's log for its source of nodes"));
    if (!place.problem().isEmpty()) {
      throw new CniException(code, "no pods can join the overlay: " + place.problem());
    }
    Instant until = place.until();
    if (until != null && clock.instant().isAfter(until)) {
      throw new CniException(
          code,
          "this node's block %s may be another's since %s: see why the source is not reached"
              .formatted(place.own(), until));
    }
    return place;
  }

  private static Optional<NodeFile.Content> written(OverlayConfig config) throws CniException {
    try {
      return new NodeFile(config.nodeFile()).read();
    } catch (IOException e) {
      throw CniException.failed(String.valueOf(e.getMessage()), e);
    }
  }

  private static List<IpPrefix> blocks(NodeFile.Content place) {
    return place.own();
  }

  /** An address counts with the length of the whole overlay: within it nothing is masqueraded. */
  private static Elements masquerade(CniResult result, NodeFile.Content place) {
    List<IpPrefix> addresses = new ArrayList<>();
    for (CniResult.Ip ip : result.containerIps()) {
      for (NodeFile.NodeBlock block : place.blocks()) {
        if (block.whole().contains(ip.address().address())) {
          addresses.add(new IpPrefix(ip.address().address(), block.whole().length()));
        }
      }
    }
    return Elements.masquerade(addresses);
  }

  @Override
  public void check(PluginCall call) throws CniException {
    OverlayConfig config = OverlayConfig.of(call.config());
    NodeFile.Content place = written(config).orElseThrow(() -> gone(config));
    plugins
        .of(config.delegateType())
        .check(call.with(config.delegated(blocks(place), place.mtu())));
    if (config.masquerade()) {
      checkMasquerade(call, place);
    }
  }

  private static CniException gone(OverlayConfig config) {
    return CniException.changed(config.nodeFile() + " is gone, which says what this node is");
  }

  private void checkMasquerade(PluginCall call, NodeFile.Content place) throws CniException {
    try {
      List<String> missing =
          table.missing(Owner.of(call), masquerade(call.config().requiredPrevious(), place));
      if (!missing.isEmpty()) {
        throw CniException.changed("the packet filter lacks " + String.join(", ", missing));
      }
    } catch (CniException e) {
      throw e;
    } catch (IOException e) {
      throw CniException.failed("cannot read the packet filter: " + e.getMessage(), e);
    }
  }

  /** Also when the node is in no overlay any more: then the result says which addresses it was. */
  @Override
  public void del(PluginCall call) throws CniException {
    OverlayConfig config = OverlayConfig.of(call.config());
    Optional<NodeFile.Content> place = written(config);
    List<IpPrefix> blocks =
        place.isPresent() ? blocks(place.get()) : blocksOf(call.config().previous());
    int mtu = place.map(NodeFile.Content::mtu).orElse(0);
    plugins.of(config.delegateType()).del(call.with(config.delegated(blocks, mtu)));
    try {
      table.release(Owner.of(call), Part.MASQUERADE);
    } catch (IOException e) {
      throw CniException.failed(
          "cannot end the masquerading of container %s: %s"
              .formatted(call.containerId(), e.getMessage()),
          e);
    }
  }

  private static List<IpPrefix> blocksOf(Optional<CniResult> previous) {
    return previous.stream()
        .flatMap(result -> result.containerIps().stream())
        .map(ip -> ip.address().network())
        .distinct()
        .toList();
  }

  @Override
  public void gc(PluginConfig config, Set<Attachment> valid) throws CniException {
    OverlayConfig overlay = OverlayConfig.of(config);
    Optional<NodeFile.Content> place = written(overlay);
    if (place.isPresent()) {
      plugins
          .of(overlay.delegateType())
          .gc(overlay.delegated(blocks(place.get()), place.get().mtu()), valid);
    }
    try {
      table.retain(config.network(), Part.MASQUERADE, valid);
    } catch (IOException e) {
      throw CniException.failed(
          "cannot remove leftovers of network " + config.network() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void status(PluginConfig config) throws CniException {
    OverlayConfig overlay = OverlayConfig.of(config);
    NodeFile.Content place = place(overlay, CniException.NOT_AVAILABLE);
    Optional<Link> device = device(place);
    if (device.isEmpty() || !device.get().up()) {
      throw new CniException(
          CniException.NOT_AVAILABLE_LIMITED,
          "interface %s of the overlay is %s: the daemon makes it right within a minute"
              .formatted(place.device(), device.isEmpty() ? "gone" : "down"));
    }
    plugins.of(overlay.delegateType()).status(overlay.delegated(blocks(place), place.mtu()));
  }

  private Optional<Link> device(NodeFile.Content place) throws CniException {
    try {
      return node.links().find(place.device());
    } catch (IOException e) {
      throw CniException.failed(
          "cannot look at interface " + place.device() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public Elements elements(PluginCall call) throws CniException {
    OverlayConfig config = OverlayConfig.of(call.config());
    Optional<NodeFile.Content> place = written(config);
    return config.masquerade() && place.isPresent()
        ? masquerade(call.config().requiredPrevious(), place.get())
        : Elements.none(Part.MASQUERADE);
  }
}
