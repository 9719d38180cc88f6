package io.gantry.linux.seccomp;

import java.util.List;

/**
 * Which system calls a process may make (OCI runtime specification, linux.seccomp).
 *
 * @param defaultAction for calls without a rule
 * @param architectures {@code SCMP_ARCH_*} names beside the machine's own; empty for those whose
 *     programs the machine runs natively: on x86-64 also x86 and x32, on arm64 also arm
 */
public record SeccompProfile(
    SeccompAction defaultAction, List<String> architectures, List<SeccompRule> rules) {

  public SeccompProfile {
    architectures = List.copyOf(architectures);
    rules = List.copyOf(rules);
  }
}
