package io.gantry.oci;

import io.gantry.container.Rlimit;
import io.gantry.container.SeccompChoice;
import io.gantry.shim.CapabilitySets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A process as it will be executed, with every name looked up and every default filled in. It is
 * part of a container's record: an exec after a restart needs nothing else, not even the image.
 *
 * @param environment {@code NAME=value}
 * @param workingDirectory absolute within the container
 * @param capabilities the mask of the bounding, effective and permitted set
 * @param ambientCapabilities the mask of the inheritable and ambient set, within {@code
 *     capabilities}
 * @param appArmorProfile the name of a loaded one, or empty
 * @param rlimits of setrlimit(2), beside and in place of the usual ones
 * @param oomScoreAdjustment what the daemon is able to set
 */
public record ProcessSpec(
    List<String> arguments,
    List<String> environment,
    String workingDirectory,
    ProcessUser user,
    long capabilities,
    long ambientCapabilities,
    boolean noNewPrivileges,
    SeccompChoice seccomp,
    String appArmorProfile,
    int oomScoreAdjustment,
    boolean tty,
    List<Rlimit> rlimits) {

  public ProcessSpec {
    arguments = List.copyOf(arguments);
    environment = List.copyOf(environment);
    // Records of containers from before plugins could set any have none.
    rlimits = rlimits == null ? List.of() : List.copyOf(rlimits);
    appArmorProfile = Objects.requireNonNullElse(appArmorProfile, AppArmorProfiles.NONE);
  }

  /** With the usual limits. */
  public ProcessSpec(
      List<String> arguments,
      List<String> environment,
      String workingDirectory,
      ProcessUser user,
      long capabilities,
      long ambientCapabilities,
      boolean noNewPrivileges,
      SeccompChoice seccomp,
      String appArmorProfile,
      int oomScoreAdjustment,
      boolean tty) {
    this(
        arguments,
        environment,
        workingDirectory,
        user,
        capabilities,
        ambientCapabilities,
        noNewPrivileges,
        seccomp,
        appArmorProfile,
        oomScoreAdjustment,
        tty,
        List.of());
  }

  /**
   * Another command with the same user, rights, environment and directory; on a terminal {@code
   * TERM} says so where nothing else does.
   */
  public ProcessSpec running(List<String> command, boolean terminal) {
    return new ProcessSpec(
        command,
        terminal ? withTerm() : environment,
        workingDirectory,
        user,
        capabilities,
        ambientCapabilities,
        noNewPrivileges,
        seccomp,
        appArmorProfile,
        oomScoreAdjustment,
        terminal,
        rlimits);
  }

  CapabilitySets capabilitySets() {
    return new CapabilitySets(
        capabilities, capabilities, capabilities, ambientCapabilities, ambientCapabilities);
  }

  private List<String> withTerm() {
    if (environment.stream().anyMatch(each -> each.startsWith("TERM="))) {
      return environment;
    }
    return Stream.concat(environment.stream(), Stream.of("TERM=xterm")).toList();
  }
}
