package io.gantry.cni.firewall;

import io.gantry.cni.filter.Elements;
import io.gantry.cni.filter.Filtered;
import io.gantry.cni.filter.Owner;
import io.gantry.cni.filter.PacketTable;
import io.gantry.cni.filter.Part;
import io.gantry.cni.filter.Walls;
import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.ConfigNode;
import io.gantry.cni.spec.PluginConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The type {@code firewall}: {@code ingressPolicy} is {@code open}, {@code same-bridge} or {@code
 * isolated}. Frames that one bridge passes between its ports reach the packet filter only where
 * {@code net.bridge.bridge-nf-call-iptables} is on; the bridge's own port isolation needs no
 * filter. Fields about iptables' chains have no bearing here and are passed over.
 */
public final class FirewallPlugin implements Plugin, Filtered {

  public static final String TYPE = "firewall";

  private final PacketTable table;

  /**
   * @param table of the node; stays the caller's
   */
  public FirewallPlugin(PacketTable table) {
    this.table = table;
  }

  @Override
  public CniResult add(PluginCall call) throws CniException {
    CniResult result = call.config().requiredPrevious();
    Elements elements = elements(call);
    if (!elements.isEmpty()) {
      try {
        table.put(Owner.of(call), elements);
      } catch (IOException e) {
        throw failed("wall in container " + call.containerId(), e);
      }
    }
    return result;
  }

  private static CniException failed(String what, IOException e) {
    String message = e.getMessage();
    return CniException.failed("cannot " + what + ": " + (message == null ? e : message), e);
  }

  @Override
  public Elements elements(PluginCall call) throws CniException {
    Optional<Walls> walls = walls(call.config());
    if (walls.isEmpty()) {
      return Elements.none(Part.FIREWALL);
    }
    CniResult result = call.config().requiredPrevious();
    List<InetAddress> addresses =
        result.containerIps().stream().map(ip -> ip.address().address()).toList();
    try {
      return Elements.walls(bridge(result), addresses, walls.get());
    } catch (IllegalArgumentException e) {
      throw CniException.invalid("ingressPolicy cannot be kept: " + e.getMessage());
    }
  }

  private static Optional<Walls> walls(PluginConfig config) throws CniException {
    ConfigNode fields = config.fields();
    if (fields.text("backend", "").equals("firewalld")) {
      throw new CniException(
          CniException.UNSUPPORTED_FIELD,
          "backend firewalld is not served: remove the field, and let firewalld trust the pods by"
              + " firewall-cmd --permanent --zone=trusted --add-source=BLOCK");
    }
    String policy = fields.text("ingressPolicy", "open");
    return switch (policy) {
      case "", "open" -> Optional.empty();
      case "same-bridge" -> Optional.of(Walls.OTHER_BRIDGES);
      case "isolated" -> Optional.of(Walls.EVERY_POD);
      default ->
          throw CniException.invalid(
              "field ingressPolicy must be open, same-bridge or isolated, not " + policy);
    };
  }

  private static String bridge(CniResult result) throws CniException {
    return result.onNode().stream()
        .map(CniResult.Interface::name)
        .findFirst()
        .orElseThrow(() ->
            CniException.invalid(
                "ingressPolicy needs a bridge, and the plugins before made none: put firewall"
                    + " behind bridge"));
  }

  @Override
  public void check(PluginCall call) throws CniException {
    try {
      List<String> missing = table.missing(Owner.of(call), elements(call));
      if (!missing.isEmpty()) {
        throw CniException.changed(
            "walls of container %s are gone from the packet filter: %s"
                .formatted(call.containerId(), String.join(", ", missing)));
      }
    } catch (CniException e) {
      throw e;
    } catch (IOException e) {
      throw failed("read the packet filter", e);
    }
  }

  @Override
  public void del(PluginCall call) throws CniException {
    try {
      table.release(Owner.of(call), Part.FIREWALL);
    } catch (IOException e) {
      throw failed("take the walls of container " + call.containerId() + " away", e);
    }
  }

  @Override
  public void gc(PluginConfig config, Set<Attachment> valid) throws CniException {
    try {
      table.retain(config.network(), Part.FIREWALL, valid);
    } catch (IOException e) {
      throw failed("clean up walls of network " + config.network(), e);
    }
  }

  @Override
  public void status(PluginConfig config) throws CniException {
    walls(config);
    try {
      table.verify();
    } catch (IOException e) {
      throw new CniException(
          CniException.NOT_AVAILABLE, "containers cannot be walled in: " + e.getMessage(), "", e);
    }
  }
}
