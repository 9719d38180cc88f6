package io.gantry.cni.bridge;

import io.gantry.cni.Attachment;
import io.gantry.cni.AttachmentFailedException;
import io.gantry.cni.NetworkException;
import io.gantry.cni.NetworkStatus;
import io.gantry.cni.NetworkUnavailableException;
import io.gantry.cni.PodAttachment;
import io.gantry.cni.PodDetachment;
import io.gantry.cni.PodNetwork;
import io.gantry.cni.ipam.AddressPool;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.NetworkNamespaces;
import io.gantry.linux.netlink.NetworkStack;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Pods on one bridge of the node. */
public final class BridgeNetwork implements PodNetwork, AutoCloseable {

  private static final String NOT_STARTED = "NetworkNotStarted";

  /** What is there while the network is up. */
  private record Active(AddressPool pool, PodVeth.Uplink uplink) {}

  private final BridgeSettings settings;
  private final NetworkStack node;
  private final HostSide hostSide;
  private final PodVeth veth;

  /** What pods' records say at start, until there is a pool to claim it in. */
  private final Map<String, InetAddress> restored = new ConcurrentHashMap<>();

  private final ReentrantLock making = new ReentrantLock();
  private volatile @Nullable Active active;
  private volatile NetworkStatus status =
      NetworkStatus.down(NOT_STARTED, "the network has not been started yet");

  /**
   * @param node the namespace that holds the bridge; closed with this network
   */
  BridgeNetwork(
      BridgeSettings settings, NetworkNamespaces namespaces, NetworkStack node, HostSide hostSide) {
    this.settings = settings;
    this.node = node;
    this.hostSide = hostSide;
    this.veth = new PodVeth(namespaces, node);
  }

  @Override
  public void ensure() throws NetworkException {
    making.lock();
    try {
      Active current = active;
      boolean kept = current != null ? current.pool().inUse() > 0 : !restored.isEmpty();
      HostSide.Made made = hostSide.ensure(kept);
      activate(current, made);
      status = made.warning().isEmpty() ? NetworkStatus.up() : NetworkStatus.upBut(made.warning());
    } catch (NetworkUnavailableException e) {
      status = e.status();
      throw e;
    } finally {
      making.unlock();
    }
  }

  private void activate(@Nullable Active before, HostSide.Made made) {
    AddressPool pool = before == null ? null : before.pool();
    if (pool == null || !pool.block().equals(made.block())) {
      pool = new AddressPool(made.block());
      restored.forEach(pool::claim);
      restored.clear();
    }
    active = new Active(pool, made.uplink());
  }

  @Override
  public NetworkStatus status() {
    return status;
  }

  @Override
  public List<InetAddress> reserve(String podId) throws NetworkException {
    return List.of(activeNow().pool().take(podId));
  }

  @Override
  public void restore(String podId, List<InetAddress> addresses) {
    Active current = active;
    for (InetAddress address : addresses) {
      if (current == null) {
        restored.put(podId, address);
      } else {
        current.pool().claim(podId, address);
      }
    }
  }

  @Override
  public void release(String podId) {
    restored.remove(podId);
    Active current = active;
    if (current != null) {
      current.pool().release(podId);
    }
  }

  @Override
  public Attachment attach(PodAttachment pod) throws NetworkException {
    PodVeth.Uplink uplink = activeNow().uplink();
    try {
      return veth.connect(pod, uplink);
    } catch (IOException e) {
      noteMissingBridge(uplink, e);
      throw new AttachmentFailedException(
          pod.podId(),
          "cannot attach pod "
              + pod.podId()
              + " to bridge "
              + settings.bridge()
              + ": "
              + e.getMessage(),
          e);
    }
  }

  /** Someone took the bridge away: not ready, so that {@link #ensure} is called again. */
  private void noteMissingBridge(PodVeth.Uplink uplink, IOException failure) {
    try {
      if (!hostSide.stands(uplink)) {
        status = NetworkStatus.down("BridgeGone", "bridge " + settings.bridge() + " was removed");
      }
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  @Override
  public void detach(PodDetachment pod) throws NetworkException {
    if (pod.namespaceGoes()) {
      return;
    }
    try {
      veth.disconnect(HostInterface.of(pod.podId()));
    } catch (IOException e) {
      throw new AttachmentFailedException(
          pod.podId(),
          "cannot detach pod "
              + pod.podId()
              + " from bridge "
              + settings.bridge()
              + ": "
              + e.getMessage(),
          e);
    }
  }

  @Override
  public List<String> sweep(Set<String> livePodIds) throws NetworkException {
    HostBridge bridge = new HostBridge(node, settings.bridge());
    List<String> removed = new ArrayList<>();
    try {
      List<Link> ports = bridge.ports();
      // asked after the listing: a pod that comes up meanwhile has its address before its veth
      Set<String> owned = ownedNames(livePodIds);
      for (Link port : ports) {
        if (!owned.contains(port.name())) {
          HostBridge.delete(node, port);
          removed.add(port.name());
        }
      }
      return List.copyOf(removed);
    } catch (IOException e) {
      throw unavailable("SweepFailed", "cannot remove leftover interfaces: " + e.getMessage(), e);
    }
  }

  private Set<String> ownedNames(Set<String> livePodIds) {
    Set<String> names = new HashSet<>();
    livePodIds.forEach(id -> names.add(HostInterface.of(id)));
    restored.keySet().forEach(id -> names.add(HostInterface.of(id)));
    Active current = active;
    if (current != null) {
      current.pool().holders().keySet().forEach(id -> names.add(HostInterface.of(id)));
    }
    return names;
  }

  @Override
  public boolean remove() throws NetworkException {
    making.lock();
    try {
      Active current = active;
      boolean held = current == null ? !restored.isEmpty() : current.pool().inUse() > 0;
      if (held) {
        return false;
      }
      active = null;
      status = NetworkStatus.down(NOT_STARTED, "the network has been removed");
      hostSide.remove();
      return true;
    } catch (IOException e) {
      throw unavailable("RemoveFailed", "cannot remove the network: " + e.getMessage(), e);
    } finally {
      making.unlock();
    }
  }

  private Active activeNow() throws NetworkUnavailableException {
    Active current = active;
    if (current == null) {
      throw unavailable(status.reason(), status.message(), null);
    }
    return current;
  }

  private NetworkUnavailableException unavailable(
      String reason, String message, @Nullable IOException cause) {
    return new NetworkUnavailableException(settings.bridge(), reason, message, cause);
  }

  /** Lets go of the node's namespace; what is in the kernel stays for the pods. */
  @Override
  public void close() {
    node.close();
  }
}
