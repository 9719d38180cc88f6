package io.gantry.oci;

import io.gantry.oci.SyscallRule.Verdict;
import java.util.List;
import java.util.Set;

/**
 * A seccomp profile before it is compiled.
 *
 * @param otherwise for calls that no rule is about
 * @param architectures in libseccomp's words, such as {@code x86}; the machine's own is always in
 * @param log let the kernel log what is refused (SECCOMP_FILTER_FLAG_LOG)
 */
record FilterProfile(
    Verdict otherwise, Set<String> architectures, List<SyscallRule> rules, boolean log) {

  FilterProfile {
    architectures = Set.copyOf(architectures);
    rules = List.copyOf(rules);
  }
}
