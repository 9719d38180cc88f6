package io.gantry.cni.portmap;

import io.gantry.cni.filter.Elements;
import io.gantry.cni.filter.Filtered;
import io.gantry.cni.filter.Owner;
import io.gantry.cni.filter.PacketTable;
import io.gantry.cni.filter.Part;
import io.gantry.cni.filter.PlaceTakenException;
import io.gantry.cni.filter.PortForward;
import io.gantry.cni.plugin.ByCapability;
import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.ConfigNode;
import io.gantry.cni.spec.PluginConfig;
import io.gantry.cni.sysctl.Sysctls;
import io.gantry.linux.netlink.Conntrack;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.NetworkStack;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The type {@code portmap}. Of its configuration {@code snat} and {@code masqAll} are served; what
 * is about iptables chains and marks ({@code externalSetMarkChain}, {@code markMasqBit}, {@code
 * backend}) has no bearing on a map and is passed over; conditions would be rules of their own and
 * are refused.
 */
public final class PortMapPlugin implements Plugin, Filtered, ByCapability {

  public static final String TYPE = "portmap";

  private final PacketTable table;
  private final StaleFlows stale;
  private final NetworkStack node;
  private final Sysctls sysctls;

  /**
   * @param table of the node, as all else here; all of it stays the caller's
   */
  public PortMapPlugin(PacketTable table, Conntrack conntrack, NetworkStack node, Sysctls sysctls) {
    this.table = table;
    this.stale = new StaleFlows(conntrack, node);
    this.node = node;
    this.sysctls = sysctls;
  }

  @Override
  public CniResult add(PluginCall call) throws CniException {
    CniResult previous = call.config().requiredPrevious();
    Elements elements = elements(call);
    if (elements.isEmpty()) {
      return previous;
    }
    try {
      allowLoopback(call.config(), previous);
      table.put(Owner.of(call), elements);
      stale.forget(elements.hostPorts(Conntrack.UDP));
      return previous;
    } catch (PlaceTakenException e) {
      throw taken(e);
    } catch (IOException e) {
      throw CniException.failed(
          "cannot map ports of the node to container " + call.containerId() + ": " + text(e), e);
    }
  }

  private static CniException taken(PlaceTakenException e) {
    return new CniException(
        CniException.PORT_TAKEN,
        "host port %s is taken by container %s: give one of the two another port, or remove %s"
            .formatted(e.port(), e.holder().containerId(), e.holder()),
        "",
        e);
  }

  private static String text(IOException e) {
    String message = e.getMessage();
    return message == null ? e.toString() : message;
  }

  @Override
  public Elements elements(PluginCall call) throws CniException {
    ConfigNode fields = call.config().fields();
    refuse(fields, "conditionsV4");
    refuse(fields, "conditionsV6");
    List<PortMapping> mappings = PortMapping.read(call.config().runtimeConfig());
    if (mappings.isEmpty()) {
      return Elements.none(Part.PORTS);
    }
    PortForward.Disguise disguise = disguise(fields);
    List<PortForward> forwards = new ArrayList<>();
    for (IpPrefix pod : addresses(call)) {
      for (PortMapping mapping : mappings) {
        if (mapping.isFor(pod.isVersion4())) {
          forwards.add(
              new PortForward(
                  mapping.protocol(),
                  mapping.singleAddress().orElse(null),
                  mapping.hostPort(),
                  pod,
                  mapping.containerPort(),
                  disguise));
        }
      }
    }
    return Elements.ports(forwards);
  }

  private static void refuse(ConfigNode fields, String field) throws CniException {
    if (!fields.items(field).isEmpty()) {
      throw new CniException(
          CniException.UNSUPPORTED_FIELD,
          "field " + field + " is not served by portmap: remove it, and filter by rules elsewhere");
    }
  }

  private static PortForward.Disguise disguise(ConfigNode fields) throws CniException {
    if (!fields.flag("snat", true)) {
      return PortForward.Disguise.NONE;
    }
    return fields.flag("masqAll", false)
        ? PortForward.Disguise.ALL
        : PortForward.Disguise.NEIGHBOURS;
  }

  /** The container's first address of each version on the interface that the call is about. */
  private static List<IpPrefix> addresses(PluginCall call) throws CniException {
    CniResult result = call.config().requiredPrevious();
    List<IpPrefix> inside =
        result.containerIps().stream()
            .filter(ip -> {
              CniResult.Interface on = result.interfaceOf(ip);
              return on == null || on.name().equals(call.ifName());
            })
            .map(CniResult.Ip::address)
            .toList();
    List<IpPrefix> first = new ArrayList<>();
    for (boolean version4 : new boolean[] {true, false}) {
      inside.stream()
          .filter(address -> address.isVersion4() == version4)
          .findFirst()
          .ifPresent(first::add);
    }
    return first;
  }

  /** Packets from 127.0.0.1 may leave by the interface to the pod. */
  private void allowLoopback(PluginConfig config, CniResult result) throws IOException {
    boolean wanted = config.fields().flag("snat", true);
    boolean version4 = result.containerIps().stream().anyMatch(ip -> ip.address().isVersion4());
    Optional<String> toPod = wanted && version4 ? interfaceToPod(result) : Optional.empty();
    if (toPod.isPresent()) {
      sysctls.ensure("net/ipv4/conf/" + toPod.get() + "/route_localnet", "1");
    }
  }

  /** The bridge that the pod is on or its end of a VLAN, or else the end of a pair on the node. */
  private Optional<String> interfaceToPod(CniResult result) throws IOException {
    for (CniResult.Interface made : result.onNode()) {
      if (node.links().find(made.name()).isPresent()) {
        return Optional.of(made.name());
      }
    }
    return Optional.empty();
  }

  @Override
  public void check(PluginCall call) throws CniException {
    Elements elements = elements(call);
    try {
      List<String> missing = table.missing(Owner.of(call), elements);
      if (!missing.isEmpty()) {
        throw CniException.changed(
            "mapped ports of container %s are gone from the packet filter: %s"
                .formatted(call.containerId(), String.join(", ", missing)));
      }
    } catch (CniException e) {
      throw e;
    } catch (IOException e) {
      throw CniException.failed("cannot read the packet filter: " + text(e), e);
    }
  }

  @Override
  public void del(PluginCall call) throws CniException {
    try {
      Elements gone = table.release(Owner.of(call), Part.PORTS);
      stale.forget(gone.hostPorts(Conntrack.UDP));
    } catch (IOException e) {
      throw CniException.failed(
          "cannot take mapped ports from container " + call.containerId() + ": " + text(e), e);
    }
  }

  @Override
  public void gc(PluginConfig config, Set<Attachment> valid) throws CniException {
    try {
      Elements gone = table.retain(config.network(), Part.PORTS, valid);
      stale.forget(gone.hostPorts(Conntrack.UDP));
    } catch (IOException e) {
      throw CniException.failed(
          "cannot clean up mapped ports of network " + config.network() + ": " + text(e), e);
    }
  }

  @Override
  public void status(PluginConfig config) throws CniException {
    try {
      table.verify();
    } catch (IOException e) {
      throw new CniException(
          CniException.NOT_AVAILABLE, "ports cannot be mapped: " + text(e), "", e);
    }
  }
}
