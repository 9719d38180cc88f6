package io.gantry.cni.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.cni.NetworkSettings;
import io.gantry.cni.NetworkUnavailableException;
import io.gantry.cni.ipam.BlockFile;
import io.gantry.cni.ipam.Occupied;
import io.gantry.cni.ipam.PrivateBlocks;
import io.gantry.cni.link.WayOut;
import io.gantry.cni.spec.CniVersion;
import io.gantry.linux.Errno;
import io.gantry.linux.SyscallException;
import io.gantry.linux.netlink.InterfaceAddress;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.NetworkStack;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The network of a node that nobody configured: a configuration list like any other, on a bridge of
 * its own, with a private block that the node does not use, or those that an orchestrator gave.
 */
final class ZeroNetwork {

  private static final String SOURCE = "built in";

  /**
   * The list, and what pods will suffer from.
   *
   * @param warning or empty
   * @param mtu of new pods
   */
  record Made(NetworkList list, String warning, int mtu) {}

  private final NetworkSettings.Zero settings;
  private final NetworkStack node;
  private final BlockFile chosenFile;
  private final BlockFile givenFile;
  private @Nullable Made made;

  ZeroNetwork(NetworkSettings.Zero settings, NetworkStack node) {
    this.settings = settings;
    this.node = node;
    this.chosenFile = new BlockFile(settings.directory().resolve(settings.name() + ".json"));
    this.givenFile = new BlockFile(settings.directory().resolve("pod-blocks.json"));
  }

  String name() {
    return settings.name();
  }

  /**
   * The list, with its blocks chosen at the first call and after {@link #reconsider}.
   *
   * @param inUse whether pods live in the chosen block: then it stays, conflict or not
   */
  synchronized Made made(boolean inUse) throws NetworkUnavailableException {
    Made current = made;
    if (current != null) {
      return current;
    }
    StringBuilder warning = new StringBuilder();
    List<IpPrefix> blocks =
        step("AddressBlock", "choose addresses for pods", () -> allBlocks(inUse, warning));
    int mtu =
        settings.mtu() != 0
            ? settings.mtu()
            : step("Routes", "find the way out", () -> WayOut.mtu(node));
    Made fresh = new Made(list(blocks, mtu), warning.toString(), mtu);
    made = fresh;
    return fresh;
  }

  /** Lets the next call look at the node again. */
  synchronized void reconsider() {
    made = null;
  }

  /**
   * Lets new pods' packets fit the way out as it is now, which is another when a VPN comes up. Pods
   * that are there keep the size they have.
   */
  void followWayOut() throws IOException {
    if (settings.mtu() != 0) {
      return;
    }
    int mtu = WayOut.mtu(node);
    synchronized (this) {
      if (made != null && made.mtu() != mtu) {
        made = null;
      }
    }
  }

  /** Uses these from now on; none goes back to a chosen one. */
  synchronized void given(List<IpPrefix> blocks) throws IOException {
    givenFile.write(blocks);
    made = null;
  }

  /** One of the steps. */
  @FunctionalInterface
  private interface Step<T> {
    T run() throws IOException;
  }

  private <T> T step(String reason, String what, Step<T> step) throws NetworkUnavailableException {
    try {
      return step.run();
    } catch (NetworkUnavailableException e) {
      throw e;
    } catch (IOException e) {
      throw new NetworkUnavailableException(
          settings.name(), reason + "Failed", "cannot " + what + ": " + e.getMessage(), e);
    }
  }

  private List<IpPrefix> allBlocks(boolean inUse, StringBuilder warning) throws IOException {
    List<IpPrefix> given = givenFile.read();
    if (!given.isEmpty()) {
      return given;
    }
    List<IpPrefix> all = new ArrayList<>(blocks(inUse, warning));
    all.addAll(settings.more());
    return all;
  }

  private List<IpPrefix> blocks(boolean inUse, StringBuilder warning) throws IOException {
    int own = node.links().find(settings.bridge()).map(Link::index).orElse(0);
    List<Occupied> occupied = PrivateBlocks.occupied(node, own);
    List<IpPrefix> written = chosenFile.read();
    if (written.isEmpty()) {
      return List.of(chosen(occupied));
    }
    IpPrefix before = written.getFirst();
    Optional<String> flaw = flaw(before, occupied);
    if (flaw.isEmpty() || inUse) {
      flaw.ifPresent(
          why -> warning.append("pods live in ").append(before).append(", which ").append(why));
      return written;
    }
    IpPrefix chosen = chosen(occupied);
    leave(before, own);
    return List.of(chosen);
  }

  /** Why the block that was chosen once would not be chosen now. */
  private Optional<String> flaw(IpPrefix block, List<Occupied> occupied) {
    if (!settings.candidates().contains(block)) {
      return Optional.of("is not configured any more");
    }
    return PrivateBlocks.conflict(block, occupied).map(other -> "overlaps with " + other.by());
  }

  private IpPrefix chosen(List<Occupied> occupied) throws IOException {
    IpPrefix chosen =
        PrivateBlocks.choose(settings.candidates(), occupied)
            .orElseThrow(() ->
                new NetworkUnavailableException(
                    settings.name(), "NoFreeAddressBlock", allTaken(occupied), null));
    chosenFile.write(List.of(chosen));
    return chosen;
  }

  private String allTaken(List<Occupied> occupied) {
    List<String> by =
        settings.candidates().stream()
            .flatMap(block -> PrivateBlocks.conflict(block, occupied).stream())
            .map(Occupied::by)
            .distinct()
            .toList();
    return "no private address block is free for pods: in the way are " + String.join(", ", by);
  }

  /** Takes the gateway address of a block that is no longer used off the bridge. */
  private void leave(IpPrefix block, int bridge) throws IOException {
    if (bridge == 0) {
      return;
    }
    try {
      node.addresses()
          .remove(new InterfaceAddress(bridge, new IpPrefix(block.at(1), block.length())));
    } catch (SyscallException e) {
      if (!e.is(Errno.EADDRNOTAVAIL)) {
        throw e;
      }
    }
  }

  private NetworkList list(List<IpPrefix> blocks, int mtu) {
    List<ObjectNode> plugins = new ArrayList<>();
    plugins.add(bridge(blocks, mtu));
    plugins.add(chained("portmap", "portMappings"));
    plugins.add(chained("bandwidth", "bandwidth"));
    return new NetworkList(settings.name(), CniVersion.latest(), false, false, plugins, SOURCE);
  }

  private ObjectNode bridge(List<IpPrefix> blocks, int mtu) {
    ObjectNode bridge = JsonNodeFactory.instance.objectNode();
    bridge.put("type", "bridge").put("bridge", settings.bridge());
    bridge.put("isDefaultGateway", true).put("ipMasq", true).put("hairpinMode", true);
    bridge.put("mtu", mtu);
    ObjectNode ipam = bridge.putObject("ipam");
    ipam.put("type", "host-local").put("dataDir", settings.addresses().toString());
    ArrayNode ranges = ipam.putArray("ranges");
    blocks.forEach(block -> ranges.addArray().addObject().put("subnet", block.toString()));
    return bridge;
  }

  private static ObjectNode chained(String type, String capability) {
    ObjectNode plugin = JsonNodeFactory.instance.objectNode();
    plugin.put("type", type).putObject("capabilities").put(capability, true);
    return plugin;
  }

  /** Takes the bridge off the node; none is fine. */
  void remove() throws IOException {
    Optional<Link> bridge = node.links().find(settings.bridge());
    if (bridge.isPresent() && bridge.get().kind().equals("bridge")) {
      node.links().delete(bridge.get().index());
    }
    reconsider();
  }
}
