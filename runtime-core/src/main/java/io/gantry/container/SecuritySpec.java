package io.gantry.container;

import io.gantry.pod.NamespaceOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What the container may do (CRI LinuxContainerSecurityContext).
 *
 * @param addCapabilities names as they came, {@code ALL} allowed
 * @param ambientCapabilities names as they came, {@code ALL} allowed; kept by a user other than
 *     root and by the programs it executes
 * @param runAsUser wins over {@code runAsUsername}; both absent: the image's user
 * @param strictGroups only the groups named here, none of the image's (CRI
 *     SupplementalGroupsPolicy)
 * @param maskedPaths absent paths are skipped
 */
public record SecuritySpec(
    Set<String> addCapabilities,
    Set<String> dropCapabilities,
    Set<String> ambientCapabilities,
    boolean privileged,
    NamespaceOptions namespaces,
    OptionalLong runAsUser,
    OptionalLong runAsGroup,
    String runAsUsername,
    boolean readOnlyRootfs,
    List<Long> supplementalGroups,
    boolean strictGroups,
    boolean noNewPrivileges,
    List<String> maskedPaths,
    List<String> readOnlyPaths,
    SeccompChoice seccomp,
    AppArmorChoice appArmor) {

  public SecuritySpec {
    addCapabilities = Set.copyOf(addCapabilities);
    dropCapabilities = Set.copyOf(dropCapabilities);
    // Records of containers from before there were ambient ones have none.
    ambientCapabilities = ambientCapabilities == null ? Set.of() : Set.copyOf(ambientCapabilities);
    supplementalGroups = List.copyOf(supplementalGroups);
    maskedPaths = List.copyOf(maskedPaths);
    readOnlyPaths = List.copyOf(readOnlyPaths);
    appArmor = AppArmorChoice.orNone(appArmor);
  }

  /** The same with more supplementary groups. */
  public SecuritySpec withGroups(List<Long> more) {
    List<Long> groups = new ArrayList<>(supplementalGroups);
    groups.addAll(more);
    return new SecuritySpec(
        addCapabilities,
        dropCapabilities,
        ambientCapabilities,
        privileged,
        namespaces,
        runAsUser,
        runAsGroup,
        runAsUsername,
        readOnlyRootfs,
        groups,
        strictGroups,
        noNewPrivileges,
        maskedPaths,
        readOnlyPaths,
        seccomp,
        appArmor);
  }
}
