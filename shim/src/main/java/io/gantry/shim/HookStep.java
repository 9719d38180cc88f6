package io.gantry.shim;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * A program beside a container's start (OCI runtime-spec, config.md, POSIX-platform Hooks).
 *
 * @param byShim whether the shim runs it among the machine's namespaces, or the new process among
 *     those that it is in at that step
 * @param path absolute, of the root at that step
 * @param arguments from the program's own name on
 * @param environment {@code NAME=value}, and nothing else is in it
 * @param timeout above 0, after which it is killed with all of its group
 * @param stateWithoutPid the state of the container as JSON up to the value of its last member,
 *     {@code "pid":}, which whoever runs the hook adds
 */
public record HookStep(
    boolean byShim,
    String path,
    List<String> arguments,
    List<String> environment,
    Duration timeout,
    String stateWithoutPid) {

  public HookStep {
    arguments = List.copyOf(arguments);
    environment = List.copyOf(environment);
  }

  byte[] state() {
    return stateWithoutPid.getBytes(StandardCharsets.UTF_8);
  }
}
