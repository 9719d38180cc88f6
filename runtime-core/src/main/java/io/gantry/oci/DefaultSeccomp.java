package io.gantry.oci;

import io.gantry.linux.Errno;
import io.gantry.linux.seccomp.SeccompAction;
import io.gantry.linux.seccomp.SeccompProfile;
import io.gantry.linux.seccomp.SeccompRule;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Gantry's own profile, for CRI's RuntimeDefault: nothing but what is on its list. */
final class DefaultSeccomp {

  /** 32-bit programs run on these machines too and are held to the same list; x32 is left out. */
  private static final Map<String, List<String>> ARCHITECTURES =
      Map.of(
          "amd64", List.of("SCMP_ARCH_X86_64", "SCMP_ARCH_X86"),
          "aarch64", List.of("SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"));

  private final SyscallList list;
  private final long gates;

  DefaultSeccomp(SyscallList list) {
    this.list = list;
    this.gates = Capability.mask(list.gates());
  }

  /** The part of a mask that decides on the filter: equal keys mean equal filters. */
  long key(long capabilities) {
    return capabilities & gates;
  }

  /** The program for a process with these capabilities. */
  byte[] program(long capabilities, FilterCompiler compiler) throws IOException {
    List<SyscallRule> rules = list.rulesFor(Capability.in(capabilities));
    SeccompProfile named =
        new SeccompProfile(
            SeccompAction.errno(Errno.EPERM.number()),
            ARCHITECTURES.getOrDefault(System.getProperty("os.arch", ""), List.of()),
            rules.stream().filter(rule -> !rule.isNew()).map(DefaultSeccomp::named).toList());
    return NewSyscalls.before(rules, compiler.compile(named));
  }

  private static SeccompRule named(SyscallRule rule) {
    return new SeccompRule(List.of(rule.name()), rule.action(), rule.conditions());
  }
}
