package io.gantry.cni.bridge;

import io.gantry.cni.NetworkUnavailableException;
import io.gantry.cni.ipam.BlockFile;
import io.gantry.cni.ipam.Occupied;
import io.gantry.cni.ipam.PrivateBlocks;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.nftables.Nftables;
import io.gantry.linux.nftables.NftablesMissingException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What a bridge network needs on the node, step by step: block, bridge, forwarding, masquerade. The
 * block is written down before anything is made of it.
 */
final class HostSide {

  /**
   * What stands on the node.
   *
   * @param warning something that pods will suffer from, or empty
   */
  record Made(IpPrefix block, PodVeth.Uplink uplink, String warning) {}

  /** One of the steps. */
  @FunctionalInterface
  private interface Step<T> {
    T run() throws IOException;
  }

  private final BridgeSettings settings;
  private final NetworkStack node;
  private final HostBridge bridge;
  private final Forwarding forwarding;
  private final Masquerade masquerade;
  private final BlockFile blockFile;

  HostSide(BridgeSettings settings, NetworkStack node, Nftables nftables, Forwarding forwarding) {
    this.settings = settings;
    this.node = node;
    this.bridge = new HostBridge(node, settings.bridge());
    this.forwarding = forwarding;
    this.masquerade = new Masquerade(nftables, settings.table(), settings.bridge());
    this.blockFile = new BlockFile(settings.blockFile());
  }

  /**
   * @param keepBlock whether pods live in the block: then it stays, conflict or not
   */
  Made ensure(boolean keepBlock) throws NetworkUnavailableException {
    StringBuilder warning = new StringBuilder();
    IpPrefix block = step("AddressBlock", () -> block(keepBlock, warning));
    PodVeth.Uplink uplink = step("Bridge", () -> uplink(block));
    step("IpForward", () -> forwarded());
    step("Nftables", () -> masqueraded(block, warning));
    return new Made(block, uplink, warning.toString());
  }

  private <T> T step(String what, Step<T> step) throws NetworkUnavailableException {
    try {
      return step.run();
    } catch (NetworkUnavailableException e) {
      throw e;
    } catch (NftablesMissingException e) {
      throw unavailable("NftablesMissing", text(e), e);
    } catch (IOException e) {
      throw unavailable(what + "Failed", text(e), e);
    }
  }

  private static String text(IOException e) {
    String message = e.getMessage();
    return message == null ? e.toString() : message;
  }

  private NetworkUnavailableException unavailable(String reason, String message, IOException e) {
    return new NetworkUnavailableException(settings.bridge(), reason, message, e);
  }

  private IpPrefix block(boolean keep, StringBuilder warning) throws IOException {
    int own = bridge.find().map(Link::index).orElse(0);
    List<Occupied> occupied = PrivateBlocks.occupied(node, own);
    Optional<IpPrefix> written = blockFile.read();
    if (written.isEmpty()) {
      return chosen(occupied);
    }
    Optional<String> flaw = flaw(written.get(), occupied);
    if (flaw.isEmpty() || keep) {
      flaw.ifPresent(why -> warn(warning, "pods live in " + written.get() + ", which " + why));
      return written.get();
    }
    IpPrefix chosen = chosen(occupied);
    bridge.removeAddress(HostBridge.gatewayOf(written.get()));
    return chosen;
  }

  /** Why the block that was chosen once would not be chosen now. */
  private Optional<String> flaw(IpPrefix block, List<Occupied> occupied) {
    if (!settings.candidates().contains(block)) {
      return Optional.of("is not configured any more");
    }
    return PrivateBlocks.conflict(block, occupied).map(other -> "overlaps with " + other.by());
  }

  private IpPrefix chosen(List<Occupied> occupied) throws IOException {
    IpPrefix chosen = choose(occupied);
    blockFile.write(chosen);
    return chosen;
  }

  private IpPrefix choose(List<Occupied> occupied) throws NetworkUnavailableException {
    return PrivateBlocks.choose(settings.candidates(), occupied)
        .orElseThrow(() ->
            new NetworkUnavailableException(
                settings.bridge(), "NoFreeAddressBlock", allTaken(occupied), null));
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

  private PodVeth.Uplink uplink(IpPrefix block) throws IOException {
    int mtu = settings.mtu() != 0 ? settings.mtu() : bridge.outsideMtu();
    IpPrefix gateway = HostBridge.gatewayOf(block);
    return new PodVeth.Uplink(bridge.ensure(gateway, mtu).index(), gateway, mtu);
  }

  private boolean forwarded() throws IOException {
    forwarding.ensure();
    return true;
  }

  private boolean masqueraded(IpPrefix block, StringBuilder warning) throws IOException {
    masquerade.ensure(block);
    masquerade
        .droppedBy()
        .ifPresent(chain ->
            warn(warning, "nftables chain " + chain + " drops what pods send to the outside"));
    return true;
  }

  private static void warn(StringBuilder warning, String text) {
    warning.append(warning.isEmpty() ? "" : "; ").append(text);
  }

  /** Whether the bridge that pods would be attached to is still that one. */
  boolean stands(PodVeth.Uplink uplink) throws IOException {
    return bridge.find().filter(found -> found.index() == uplink.index()).isPresent();
  }

  void remove() throws IOException {
    Optional<Link> found = bridge.find();
    if (found.isPresent()) {
      HostBridge.delete(node, found.get());
    }
    masquerade.remove();
  }
}
