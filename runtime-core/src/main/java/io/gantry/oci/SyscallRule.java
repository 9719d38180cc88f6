package io.gantry.oci;

import io.gantry.linux.seccomp.SeccompAction;
import io.gantry.linux.seccomp.SeccompCondition;
import java.util.List;
import java.util.OptionalInt;

/**
 * One call of a system call list and what becomes of it.
 *
 * @param number for calls newer than what libraries know; empty for those that have long had a name
 * @param conditions all have to hold; none means always
 */
record SyscallRule(
    String name, OptionalInt number, List<SeccompCondition> conditions, SeccompAction action) {

  SyscallRule {
    conditions = List.copyOf(conditions);
    if (number.isPresent() && !conditions.isEmpty()) {
      throw new IllegalArgumentException("seccomp list: conditions on the new call " + name);
    }
  }

  boolean isNew() {
    return number.isPresent();
  }
}
