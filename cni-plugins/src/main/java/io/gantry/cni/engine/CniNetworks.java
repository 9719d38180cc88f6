package io.gantry.cni.engine;

import io.gantry.cni.AddressesExhaustedException;
import io.gantry.cni.Attachment;
import io.gantry.cni.AttachmentFailedException;
import io.gantry.cni.NetworkException;
import io.gantry.cni.NetworkSettings;
import io.gantry.cni.NetworkStatus;
import io.gantry.cni.NetworkSummary;
import io.gantry.cni.NetworkUnavailableException;
import io.gantry.cni.PodNetwork;
import io.gantry.cni.PodRequest;
import io.gantry.cni.PortTakenException;
import io.gantry.cni.loopback.LoopbackPlugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.ResultJson;
import io.gantry.linux.Fd;
import io.gantry.linux.netlink.IpPrefix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The networks of this node by the rules of CNI. */
public final class CniNetworks implements PodNetwork {

  private static final Logger log = LoggerFactory.getLogger(CniNetworks.class);

  private final EngineParts parts;
  private final NetworkChoice choice;
  private final Upkeep upkeep;
  private final LoopbackPlugin loopback;
  private volatile LivePods pods = new LivePods(Map::of);

  CniNetworks(NetworkSettings settings, EngineParts parts) {
    this.parts = parts;
    this.choice =
        new NetworkChoice(settings, new ZeroNetwork(settings.zero(), parts.stack()), () -> pods);
    this.upkeep = new Upkeep(parts, choice);
    this.loopback = new LoopbackPlugin(parts.namespaces());
  }

  @Override
  public NetworkStatus status() {
    try {
      NetworkChoice.Chosen chosen = choice.chosen();
      new Chain(chosen.list(), parts.plugins()).status();
      if (parts.table().verify()) {
        log.warn("someone changed the packet filter's own table; it is as it was again");
      }
      List<String> warnings = new ArrayList<>(List.of(chosen.warning(), upkeep.warning()));
      warnings.removeIf(String::isEmpty);
      return NetworkStatus.upBut(String.join("; ", warnings));
    } catch (NetworkUnavailableException e) {
      return e.status();
    } catch (CniException e) {
      return NetworkStatus.down("PluginNotAvailable", text(e));
    } catch (IOException e) {
      return NetworkStatus.down("PacketFilterFailed", String.valueOf(e.getMessage()));
    }
  }

  private static String text(CniException e) {
    return e.getMessage() + (e.details().isEmpty() ? "" : " (" + e.details() + ")");
  }

  @Override
  public List<Attachment> plan(PodRequest pod) throws NetworkException {
    NetworkList list = choice.chosen().list();
    return List.of(
        new Attachment(
            list.name(),
            Attachment.FIRST_INTERFACE,
            choice.text(list),
            CapabilityJson.of(pod).toString(),
            new TreeMap<>(pod.arguments()),
            ""));
  }

  @Override
  public List<Attachment> attach(String podId, Fd netns, List<Attachment> planned)
      throws NetworkException {
    try {
      loopback.bringUp(netns);
      List<Attachment> attached = new ArrayList<>();
      for (Attachment attachment : planned) {
        AttachedChain chain = AttachedChain.of(podId, path(netns), attachment);
        attached.add(attachment.with(added(chain)));
      }
      return List.copyOf(attached);
    } catch (CniException e) {
      throw failure(podId, "attach pod " + podId + " to", e);
    } catch (IOException e) {
      throw new AttachmentFailedException(
          podId, "cannot bring up lo of pod " + podId + ": " + e.getMessage(), e);
    }
  }

  private String added(AttachedChain chain) throws CniException {
    CniResult result =
        upkeep.whileNothingIsCollected(
            chain.list(), () -> new Chain(chain.list(), parts.plugins()).add(chain.request()));
    return ResultJson.write(result, chain.list().version()).toString();
  }

  /** Other programs open it by this path while the daemon has it open. */
  private static PluginCall.Netns path(Fd netns) {
    long pid = ProcessHandle.current().pid();
    return new PluginCall.Netns("/proc/" + pid + "/fd/" + netns.number(), netns);
  }

  private static NetworkException failure(String podId, String what, CniException e) {
    String message = "cannot " + what + " its network: " + text(e);
    return switch (e.code()) {
      case CniException.NO_ADDRESS_LEFT -> new AddressesExhaustedException(podId, message, e);
      case CniException.PORT_TAKEN -> new PortTakenException(podId, message, e);
      case CniException.NOT_AVAILABLE, CniException.NOT_AVAILABLE_LIMITED, CniException.TRY_AGAIN ->
          new NetworkUnavailableException(podId, "PluginNotAvailable", message, e);
      default -> new AttachmentFailedException(podId, message, e);
    };
  }

  @Override
  public void detach(String podId, @Nullable Fd netns, List<Attachment> attachments)
      throws NetworkException {
    CniException failure = null;
    for (Attachment attachment : attachments.reversed()) {
      try {
        AttachedChain chain =
            AttachedChain.of(podId, netns == null ? null : path(netns), attachment);
        new Chain(chain.list(), parts.plugins()).del(chain.request(), chain.result());
      } catch (CniException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure(podId, "detach pod " + podId + " from", failure);
    }
  }

  @Override
  public void check(String podId, Fd netns, List<Attachment> attachments) throws NetworkException {
    for (Attachment attachment : attachments) {
      try {
        AttachedChain chain = AttachedChain.of(podId, path(netns), attachment);
        CniResult result = chain.result();
        if (result == null) {
          throw CniException.changed("network " + attachment.network() + " was never added");
        }
        new Chain(chain.list(), parts.plugins()).check(chain.request(), result);
      } catch (CniException e) {
        throw failure(podId, "check pod " + podId + " in", e);
      }
    }
  }

  @Override
  public List<InetAddress> addresses(Attachment attachment) {
    CniResult result = resultOf(attachment);
    return result.containerIps().stream().map(ip -> ip.address().address()).toList();
  }

  @Override
  public String hostInterface(Attachment attachment) {
    List<CniResult.Interface> onNode =
        resultOf(attachment).interfaces().stream().filter(CniResult.Interface::onNode).toList();
    return onNode.isEmpty() ? "" : onNode.getLast().name();
  }

  private static CniResult resultOf(Attachment attachment) {
    try {
      CniResult result = AttachedChain.result(attachment);
      return result == null ? CniResult.EMPTY : result;
    } catch (CniException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public List<String> recover(Supplier<Map<String, List<Attachment>>> records) {
    pods = new LivePods(records);
    return upkeep.begin(pods);
  }

  @Override
  public void podBlocks(List<IpPrefix> blocks) throws NetworkException {
    choice.podBlocks(blocks);
  }

  @Override
  public List<NetworkSummary> networks() {
    return new Summaries(choice, parts.plugins()).of(pods);
  }

  @Override
  public boolean remove() throws NetworkException {
    if (pods.use(choice.zero().name())) {
      return false;
    }
    try {
      choice.zero().remove();
      if (parts.table().owners().isEmpty()) {
        parts.table().remove();
      }
      return true;
    } catch (IOException e) {
      throw new NetworkUnavailableException(
          choice.zero().name(), "RemoveFailed", "cannot remove the network: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    upkeep.close();
    parts.stack().close();
    parts.closing().run();
  }
}
