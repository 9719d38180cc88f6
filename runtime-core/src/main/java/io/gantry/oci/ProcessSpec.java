package io.gantry.oci;

import io.gantry.container.SeccompChoice;
import java.util.List;

/**
 * A process as it will be executed, with every name looked up and every default filled in. It is
 * part of a container's record: an exec after a restart needs nothing else, not even the image.
 *
 * @param environment {@code NAME=value}
 * @param workingDirectory absolute within the container
 * @param capabilities the mask of the bounding, effective and permitted set
 * @param oomScoreAdjustment what the daemon is able to set
 */
public record ProcessSpec(
    List<String> arguments,
    List<String> environment,
    String workingDirectory,
    ProcessUser user,
    long capabilities,
    boolean noNewPrivileges,
    SeccompChoice seccomp,
    int oomScoreAdjustment,
    boolean tty) {

  public ProcessSpec {
    arguments = List.copyOf(arguments);
    environment = List.copyOf(environment);
  }

  /** Another command with the same user, rights, environment and directory. */
  public ProcessSpec running(List<String> command) {
    return new ProcessSpec(
        command,
        environment,
        workingDirectory,
        user,
        capabilities,
        noNewPrivileges,
        seccomp,
        oomScoreAdjustment,
        false);
  }
}
