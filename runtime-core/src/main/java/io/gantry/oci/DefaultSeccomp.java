package io.gantry.oci;

import io.gantry.linux.Errno;
import io.gantry.oci.SyscallRule.Verdict;
import java.util.Map;
import java.util.Set;

/** Gantry's own profile, for CRI's RuntimeDefault: nothing but what is on its list. */
final class DefaultSeccomp {

  /** 32-bit programs run on these machines too and are held to the same list. */
  private static final Map<String, Set<String>> ARCHITECTURES =
      Map.of("amd64", Set.of("x86"), "aarch64", Set.of("arm"));

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

  FilterProfile profile(long capabilities) {
    return new FilterProfile(
        Verdict.refuse(Errno.EPERM),
        ARCHITECTURES.getOrDefault(System.getProperty("os.arch", ""), Set.of()),
        list.rulesFor(Capability.in(capabilities)),
        false);
  }
}
