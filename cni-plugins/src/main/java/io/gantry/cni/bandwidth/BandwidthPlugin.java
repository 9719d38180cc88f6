package io.gantry.cni.bandwidth;

import io.gantry.cni.filter.Owner;
import io.gantry.cni.plugin.ByCapability;
import io.gantry.cni.plugin.NodeLinkName;
import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.PluginConfig;
import io.gantry.linux.Errno;
import io.gantry.linux.SyscallException;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.LinkSettings;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.netlink.Traffic.Queue;
import io.gantry.linux.netlink.Traffic.TokenBucket;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The type {@code bandwidth}, for containers behind a veth pair. */
public final class BandwidthPlugin implements Plugin, ByCapability {

  public static final String TYPE = "bandwidth";

  private static final String PREFIX = "gi";
  private static final String IFB = "ifb";
  private static final String VETH = "veth";

  private final NetworkStack node;

  /**
   * @param node where containers' pairs end; stays the caller's
   */
  public BandwidthPlugin(NetworkStack node) {
    this.node = node;
  }

  @Override
  public CniResult add(PluginCall call) throws CniException {
    Limits limits = Limits.of(call.config());
    if (limits.isEmpty()) {
      return call.config().previous().orElse(CniResult.EMPTY);
    }
    CniResult result = call.config().requiredPrevious();
    try {
      Link veth = nodesEnd(result);
      if (limits.ingress().isPresent()) {
        node.traffic().shape(veth.index(), limits.ingress().get().bucket(veth.mtu()));
      }
      return limits.egress().isPresent()
          ? result.and(shapeIncoming(call, veth, limits.egress().get().bucket(veth.mtu())))
          : result;
    } catch (CniException e) {
      throw e;
    } catch (IOException e) {
      throw failed("limit the bandwidth of container " + call.containerId(), e);
    }
  }

  private static CniException failed(String what, IOException e) {
    return CniException.failed("cannot " + what + ": " + e.getMessage(), e);
  }

  private Link nodesEnd(CniResult result) throws IOException {
    for (CniResult.Interface made : result.interfaces()) {
      Optional<Link> link = made.onNode() ? node.links().find(made.name()) : Optional.empty();
      if (link.filter(found -> found.kind().equals(VETH)).isPresent()) {
        return link.get();
      }
    }
    throw CniException.invalid(
        "bandwidth can be limited at the node's end of a veth pair, and the plugins before made"
            + " none that is there: remove bandwidth from this network, or the limit from the pod");
  }

  private CniResult.Interface shapeIncoming(PluginCall call, Link veth, TokenBucket bucket)
      throws IOException {
    String name = name(call);
    make(name, veth.mtu());
    Link block = node.links().find(name).orElseThrow(() -> new IOException(name + " vanished"));
    node.linkSettings().alias(block.index(), alias(Owner.of(call)));
    node.traffic().shape(block.index(), bucket);
    node.traffic().redirect(veth.index(), block.index());
    String mac = block.mac() == null ? "" : block.mac().toString();
    return new CniResult.Interface(name, mac, block.mtu(), "");
  }

  /** One of that name is what a crash left of an earlier try. */
  private void make(String name, int mtu) throws IOException {
    try {
      node.linkSettings().createFunctionalBlock(name, mtu);
    } catch (SyscallException e) {
      if (!e.is(Errno.EEXIST)) {
        throw e;
      }
      remove(name);
      node.linkSettings().createFunctionalBlock(name, mtu);
    }
  }

  private static String name(PluginCall call) {
    return NodeLinkName.of(PREFIX, call.containerId(), call.ifName());
  }

  private static String alias(Owner owner) {
    return String.join("/", owner.network(), owner.ifName(), owner.containerId());
  }

  @Override
  public void check(PluginCall call) throws CniException {
    Limits limits = Limits.of(call.config());
    if (limits.isEmpty()) {
      return;
    }
    try {
      Link veth = nodesEnd(call.config().requiredPrevious());
      List<Queue> queues = node.traffic().queues();
      if (limits.ingress().isPresent()) {
        requireShaped(veth, limits.ingress().get().bucket(veth.mtu()), queues);
      }
      if (limits.egress().isPresent()) {
        String name = name(call);
        Link block =
            node.links()
                .find(name)
                .orElseThrow(() -> CniException.changed("interface " + name + " is gone"));
        requireShaped(block, limits.egress().get().bucket(veth.mtu()), queues);
        requireRedirected(veth, queues);
      }
    } catch (CniException e) {
      throw e;
    } catch (IOException e) {
      throw failed("look at the bandwidth of container " + call.containerId(), e);
    }
  }

  private static void requireShaped(Link link, TokenBucket bucket, List<Queue> queues)
      throws CniException {
    Queue wanted = new Queue(link.index(), "tbf", bucket.rate(), bucket.limit());
    if (!queues.contains(wanted)) {
      throw CniException.changed(
          "interface %s is not limited to %d bytes a second any more"
              .formatted(link.name(), bucket.rate()));
    }
  }

  private static void requireRedirected(Link veth, List<Queue> queues) throws CniException {
    if (!queues.contains(new Queue(veth.index(), "ingress", 0, 0))) {
      throw CniException.changed(
          "what comes in by interface " + veth.name() + " is not limited any more");
    }
  }

  /** The queues on the veth pair go with the pair, which the plugin that made it removes. */
  @Override
  public void del(PluginCall call) throws CniException {
    try {
      remove(name(call));
    } catch (IOException e) {
      throw failed("remove what limited container " + call.containerId(), e);
    }
  }

  private void remove(String name) throws IOException {
    Optional<Link> link = node.links().find(name).filter(found -> found.kind().equals(IFB));
    if (link.isPresent()) {
      delete(link.get());
    }
  }

  private void delete(Link link) throws IOException {
    try {
      node.links().delete(link.index());
    } catch (SyscallException e) {
      if (!e.is(Errno.ENODEV)) {
        throw e;
      }
    }
  }

  @Override
  public void gc(PluginConfig config, Set<Attachment> valid) throws CniException {
    Set<String> staying =
        valid.stream()
            .map(stays -> new Owner(config.network(), stays.containerId(), stays.ifName()))
            .map(BandwidthPlugin::alias)
            .collect(Collectors.toSet());
    String networks = new Owner(config.network(), "", "").network() + "/";
    try {
      for (LinkSettings.Settings found : node.linkSettings().list()) {
        boolean ours =
            found.link().kind().equals(IFB)
                && found.link().name().startsWith(PREFIX)
                && found.alias().startsWith(networks);
        if (ours && !staying.contains(found.alias())) {
          delete(found.link());
        }
      }
    } catch (IOException e) {
      throw failed("clean up what limited containers of network " + config.network(), e);
    }
  }

  /** Whether the kernel has the queues is seen when one is wanted, which few containers do. */
  @Override
  public void status(PluginConfig config) throws CniException {
    Limits.of(config);
  }
}
