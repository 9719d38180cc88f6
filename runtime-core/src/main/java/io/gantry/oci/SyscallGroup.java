package io.gantry.oci;

import java.util.List;
import java.util.Set;

/**
 * System calls with one purpose.
 *
 * @param gate the group counts for those who hold one of these; empty: for everybody
 * @param inverted the group counts for those who hold none of the gate
 */
record SyscallGroup(String title, Set<Capability> gate, boolean inverted, List<SyscallRule> rules) {

  SyscallGroup {
    gate = Set.copyOf(gate);
    rules = List.copyOf(rules);
  }

  boolean countsFor(Set<Capability> held) {
    return gate.isEmpty() || gate.stream().anyMatch(held::contains) != inverted;
  }
}
