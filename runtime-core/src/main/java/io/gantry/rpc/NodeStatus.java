package io.gantry.rpc;

import io.gantry.cni.NetworkSummary;
import io.gantry.cni.OverlaySummary;
import io.gantry.linux.netlink.IpPrefix;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the node says of itself. Safe for use by many threads. */
public interface NodeStatus {

  /** The program's version, never empty. */
  String version();

  /**
   * RuntimeReady and NetworkReady and what else there is, looked at anew on each call, in little
   * time.
   */
  List<Condition> conditions();

  /** Handlers that pods may ask for besides the default one, which has the empty name. */
  List<String> runtimeHandlers();

  /** What the built-in handler can do. */
  Abilities abilities();

  /** The cgroup driver in use, and the forms of cgroup parents that it takes. */
  CgroupParents cgroupParents();

  /**
   * Takes over the blocks of addresses that the orchestrator gave this node's pods; none is no
   * news.
   */
  void podBlocks(List<IpPrefix> blocks);

  /** The networks of pods, and files that should be some and are not. */
  List<NetworkSummary> networks();

  /** The network that this node shares with others, if it does. */
  Optional<OverlaySummary> overlay();

  /** The configuration in force, for people; the values are what JSON can show. */
  Map<String, Object> configuration();

  /**
   * One aspect of the node's health (CRI RuntimeCondition).
   *
   * @param type RuntimeReady or NetworkReady, the ones that clients look at
   * @param reason one word, or empty when it holds
   * @param message for a person: what is missing and what to do, or empty
   */
  record Condition(String type, boolean holds, String reason, String message) {

    public static final String RUNTIME = "RuntimeReady";
    public static final String NETWORK = "NetworkReady";

    /** A condition that holds. */
    public static Condition met(String type) {
      return new Condition(type, true, "", "");
    }

    /** A condition that does not hold. */
    public static Condition unmet(String type, String reason, String message) {
      return new Condition(type, false, reason, message);
    }
  }

  /** CRI RuntimeHandlerFeatures and RuntimeFeatures, as far as there is a choice. */
  record Abilities(
      boolean recursiveReadOnlyMounts, boolean userNamespaces, boolean supplementalGroupsPolicy) {}

  /** Why there are no user namespaces for pods; empty when there are. */
  String userNamespacesMissing();
}
