package io.gantry.oci;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** A deny-by-default list of system calls, grouped by purpose and gated by capabilities. */
record SyscallList(List<SyscallGroup> groups) {

  SyscallList {
    groups = List.copyOf(groups);
  }

  /** Gantry's own list, from {@code default-seccomp.txt}. */
  static SyscallList ofGantry() {
    try (InputStream in = SyscallList.class.getResourceAsStream("default-seccomp.txt")) {
      if (in == null) {
        throw new IllegalStateException("default-seccomp.txt is missing from the jar");
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return new SyscallList(SyscallListParser.parse(text));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read default-seccomp.txt", e);
    }
  }

  /** What holds for a process with these capabilities. */
  List<SyscallRule> rulesFor(Set<Capability> held) {
    return groups.stream()
        .filter(group -> group.countsFor(held))
        .flatMap(group -> group.rules().stream())
        .toList();
  }

  /** The capabilities that make a difference: two processes alike in them have one filter. */
  Set<Capability> gates() {
    Set<Capability> gates = EnumSet.noneOf(Capability.class);
    groups.forEach(group -> gates.addAll(group.gate()));
    return gates;
  }
}
