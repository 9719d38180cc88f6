package io.gantry.container;

import io.gantry.pod.NamespaceOptions;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What the container may do (CRI LinuxContainerSecurityContext).
 *
 * @param addCapabilities names as they came, {@code ALL} allowed
 * @param runAsUser wins over {@code runAsUsername}; both absent: the image's user
 * @param strictGroups only the groups named here, none of the image's (CRI
 *     SupplementalGroupsPolicy)
 * @param maskedPaths absent paths are skipped
 */
public record SecuritySpec(
    Set<String> addCapabilities,
    Set<String> dropCapabilities,
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
    SeccompChoice seccomp) {

  public SecuritySpec {
    addCapabilities = Set.copyOf(addCapabilities);
    dropCapabilities = Set.copyOf(dropCapabilities);
    supplementalGroups = List.copyOf(supplementalGroups);
    maskedPaths = List.copyOf(maskedPaths);
    readOnlyPaths = List.copyOf(readOnlyPaths);
  }
}
