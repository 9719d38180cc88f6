package io.gantry.pod;

import io.gantry.cni.NetworkException;
import io.gantry.cni.PodNetwork;
import io.gantry.error.WrongStateException;
import io.gantry.linux.Fd;
import io.gantry.linux.Namespace;
import io.gantry.linux.ProcessIdentity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a pod is made of in the kernel and under the run directory, taken together. */
public final class PodKernel {

  /**
   * What every pod with its own network gets unless it asks otherwise: low ports and ping for
   * everyone.
   */
  private static final Map<String, String> NETWORK_SYSCTLS =
      Map.of(
          "net.ipv4.ip_unprivileged_port_start", "0",
          "net.ipv4.ping_group_range", "0 2147483647");

  private final PodNamespaces namespaces;
  private final PodNetworking networking;
  private final PodHolders holders;
  private final PodFiles files;

  public PodKernel(
      PodNamespaces namespaces, PodNetwork network, PodHolders holders, PodPaths paths) {
    this.namespaces = namespaces;
    this.networking = new PodNetworking(network);
    this.holders = holders;
    this.files = new PodFiles(paths);
  }

  /** Chooses a network for a pod that wants any; nothing happens in the kernel yet. */
  Pod plan(Pod pod) throws NetworkException {
    return PodNetworking.wanted(pod) ? pod.attachedTo(networking.plan(pod)) : pod;
  }

  void makeNamespaces(Pod pod) throws IOException {
    namespaces.make(pod, pod.hostname(), sysctls(pod));
  }

  private static SortedMap<String, String> sysctls(Pod pod) {
    SortedMap<String, String> sysctls = new TreeMap<>();
    if (PodNetworking.wanted(pod)) {
      sysctls.putAll(NETWORK_SYSCTLS);
    }
    sysctls.putAll(pod.spec().sysctls());
    return sysctls;
  }

  /** The pod with what the network gave it. */
  Pod attach(Pod pod) throws NetworkException {
    PodNetworkRecord planned = pod.network();
    if (planned == null) {
      return pod;
    }
    Fd netns = Objects.requireNonNull(namespaces.of(pod.id()).get(Namespace.NET));
    return pod.attachedTo(networking.attach(pod.id(), netns, planned));
  }

  /** Fails when the kernel lacks something that the pod's networks gave it. */
  void checkNetwork(Pod pod) throws IOException {
    PodNetworkRecord record = pod.network();
    try (Fd netns = namespaces.borrow(pod.id(), Namespace.NET)) {
      if (record == null || netns == null || record.attachments().isEmpty()) {
        throw new WrongStateException(
            pod.id().subject(),
            "pod " + pod.id().brief() + " has no network of its own",
            "name a pod that is ready and does not use the machine's network");
      }
      networking.check(pod.id(), netns, record);
    }
  }

  void writeFiles(Pod pod) throws IOException {
    files.write(pod, pod.hostname());
  }

  /**
   * Ends the holder, leaves the network and drops the namespaces and files. Gone before is fine.
   */
  void release(Pod pod) throws IOException {
    holders.end(pod);
    networking.leave(pod, namespaces.of(pod.id()).get(Namespace.NET));
    namespaces.drop(pod.id());
  }

  /** After a restart: whether what the record says is still there, and taken over. */
  boolean readopt(Pod pod, Map<String, ProcessIdentity> holding) throws IOException {
    adoptHolder(pod, holding);
    return namespaces.reopen(pod);
  }

  /**
   * The pins are gone; whoever lives in the namespaces still has them.
   *
   * @param holding holders of the machine by the id of their pod
   * @param running the first processes of the pod's containers
   * @return whether there was anybody
   */
  boolean regain(Pod pod, Map<String, ProcessIdentity> holding, List<Integer> running)
      throws IOException {
    List<Integer> inside = new ArrayList<>(running);
    ProcessIdentity holder = holding.get(pod.id().value());
    if (holder != null) {
      inside.add(holder.pid());
    }
    return namespaces.regain(pod, inside);
  }

  /** Takes a holder that was started but not written down into the pod's record. */
  void adoptHolder(Pod pod, Map<String, ProcessIdentity> holding) throws IOException {
    holders.readopt(pod, holding);
  }

  /** Removes what lies in the run directory for pods that nobody knows; says which. */
  Set<String> sweep(Set<String> known) throws IOException {
    Set<String> strays = namespaces.directories();
    strays.removeAll(known);
    for (String stray : strays) {
      namespaces.drop(new PodId(stray));
    }
    return strays;
  }
}
