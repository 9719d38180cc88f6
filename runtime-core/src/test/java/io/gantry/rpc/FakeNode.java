package io.gantry.rpc;

import io.gantry.cni.NetworkSummary;
import io.gantry.cni.OverlaySummary;
import io.gantry.linux.cgroup.CgroupDriver;
import io.gantry.linux.netlink.IpPrefix;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A node whose network is missing. */
final class FakeNode implements NodeStatus {

  static final CgroupParents PARENTS = new CgroupParents(CgroupDriver.CGROUPFS, "");

  CgroupParents parents = PARENTS;

  @Override
  public String version() {
    return "1.2.3";
  }

  @Override
  public List<Condition> conditions() {
    return List.of(
        Condition.met(Condition.RUNTIME),
        Condition.unmet(Condition.NETWORK, "NoBridge", "no bridge gantry0; make one"));
  }

  @Override
  public List<String> runtimeHandlers() {
    return List.of("crun");
  }

  @Override
  public String userNamespacesMissing() {
    return "max_user_namespaces is 0";
  }

  @Override
  public CgroupParents cgroupParents() {
    return parents;
  }

  @Override
  public Abilities abilities() {
    return new Abilities(true, false, true);
  }

  @Override
  public Map<String, Object> configuration() {
    return Map.of("root", "/somewhere");
  }

  /** Ids of pods that are attached. */
  List<String> podsOnNetwork = List.of();

  /** What the node was told of its pods' addresses. */
  List<IpPrefix> podBlocks = List.of();

  @Override
  public List<NetworkSummary> networks() {
    return List.of(
        new NetworkSummary(
            "gantry",
            "1.1.0",
            "built in",
            List.of("bridge", "portmap"),
            List.of("10.88.0.0/16"),
            podsOnNetwork,
            "",
            true));
  }

  /** The overlay that the node is in. */
  @Nullable OverlaySummary overlay;

  @Override
  public Optional<OverlaySummary> overlay() {
    return Optional.ofNullable(overlay);
  }

  @Override
  public void podBlocks(List<IpPrefix> blocks) {
    podBlocks = blocks;
  }
}
