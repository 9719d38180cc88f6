package io.gantry.daemon;

import io.gantry.cni.NetworkException;
import io.gantry.cni.NetworkStatus;
import io.gantry.cni.NetworkSummary;
import io.gantry.cni.OverlaySummary;
import io.gantry.cni.PodNetwork;
import io.gantry.config.Config;
import io.gantry.error.Subject;
import io.gantry.error.UnavailableException;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.pod.UserNamespaces;
import io.gantry.rpc.CgroupParents;
import io.gantry.rpc.NodeStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What this daemon says of itself and its node. */
final class DaemonNode implements NodeStatus {

  private final Config config;
  private final UserNamespaces users;
  private final PodNetwork network;
  private final CgroupParents cgroupParents;
  private final Supplier<Optional<OverlaySummary>> overlay;
  private final String version = Version.text();

  DaemonNode(
      Config config,
      UserNamespaces users,
      PodNetwork network,
      CgroupParents cgroupParents,
      Supplier<Optional<OverlaySummary>> overlay) {
    this.overlay = overlay;
    this.config = config;
    this.users = users;
    this.network = network;
    this.cgroupParents = cgroupParents;
  }

  @Override
  public String version() {
    return version;
  }

  @Override
  public List<Condition> conditions() {
    NetworkStatus status = network.status();
    return List.of(
        Condition.met(Condition.RUNTIME),
        new Condition(Condition.NETWORK, status.ready(), status.reason(), status.message()));
  }

  @Override
  public List<String> runtimeHandlers() {
    return List.of();
  }

  @Override
  public Abilities abilities() {
    return new Abilities(true, users.obstacle().isEmpty(), true);
  }

  @Override
  public String userNamespacesMissing() {
    return users.obstacle();
  }

  @Override
  public CgroupParents cgroupParents() {
    return cgroupParents;
  }

  @Override
  public void podBlocks(List<IpPrefix> blocks) {
    try {
      network.podBlocks(blocks);
    } catch (NetworkException e) {
      throw new UnavailableException(
          new Subject("network", e.object()), String.valueOf(e.getMessage()), e.nextStep(), e);
    }
  }

  @Override
  public List<NetworkSummary> networks() {
    return network.networks();
  }

  @Override
  public Optional<OverlaySummary> overlay() {
    return overlay.get();
  }

  @Override
  public Map<String, Object> configuration() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("root", config.root().toString());
    all.put("state", config.state().toString());
    all.put("socket", config.socket().toString());
    all.put("log", config.log());
    all.put("network", config.network());
    all.put("cgroup", config.cgroup());
    all.put("cgroup_driver_in_use", cgroupParents.driver().toString());
    all.put("image", config.image());
    all.put("metrics", config.metrics());
    all.put("streaming", config.streaming());
    return all;
  }
}
