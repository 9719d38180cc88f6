package io.gantry.pod;

import io.gantry.cni.PodRequest.PortMapping;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was asked for (CRI PodSandboxConfig), checked at the edge.
 *
 * @param hostname empty: the pod's name; with the machine's network: the machine's
 * @param logDirectory absolute, or empty when no container of the pod is to be logged
 * @param cgroupParent absolute path made by the orchestrator, or empty for the daemon's own root
 * @param sysctls name to value, of the pod's own namespaces
 * @param ports of the node that lead into the pod
 * @param privileged containers of this pod may ask to be privileged
 */
public record PodSpec(
    PodMetadata metadata,
    String hostname,
    String logDirectory,
    DnsConfig dns,
    SortedMap<String, String> labels,
    SortedMap<String, String> annotations,
    String cgroupParent,
    NamespaceOptions namespaces,
    SortedMap<String, String> sysctls,
    List<PortMapping> ports,
    boolean privileged,
    String runtimeHandler,
    PodResources resources) {

  public PodSpec {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    annotations = Collections.unmodifiableSortedMap(new TreeMap<>(annotations));
    sysctls = Collections.unmodifiableSortedMap(new TreeMap<>(sysctls));
    ports = ports == null ? List.of() : List.copyOf(ports);
    resources = PodResources.orNone(resources);
  }

  PodSpec sized(PodResources change) {
    return new PodSpec(
        metadata,
        hostname,
        logDirectory,
        dns,
        labels,
        annotations,
        cgroupParent,
        namespaces,
        sysctls,
        ports,
        privileged,
        runtimeHandler,
        resources.changedBy(change));
  }
}
