package io.gantry.oci;

import io.gantry.linux.Errno;
import java.util.List;
import java.util.OptionalInt;

/**
 * One line's worth of a seccomp profile: a call and what becomes of it.
 *
 * @param number for libraries that do not know the name; empty for calls that have long had one
 * @param conditions all have to hold; none means always
 */
record SyscallRule(String name, OptionalInt number, List<Condition> conditions, Verdict verdict) {

  SyscallRule {
    conditions = List.copyOf(conditions);
  }

  /**
   * What a call gets (seccomp(2), SECCOMP_RET_*).
   *
   * @param data the error number of ERRNO and the message of TRACE, else 0
   */
  record Verdict(Kind kind, int data) {

    static final Verdict ALLOW = new Verdict(Kind.ALLOW, 0);

    enum Kind {
      ALLOW,
      ERRNO,
      KILL_PROCESS,
      KILL_THREAD,
      LOG,
      TRACE,
      TRAP
    }

    static Verdict refuse(Errno errno) {
      return new Verdict(Kind.ERRNO, errno.number());
    }
  }

  /**
   * A comparison of one argument.
   *
   * @param index 0 to 5
   * @param value what to compare with; for MASKED_EQUAL the mask
   * @param valueTwo for MASKED_EQUAL what the masked argument has to be
   */
  record Condition(int index, Comparison comparison, long value, long valueTwo) {

    enum Comparison {
      NOT_EQUAL,
      LESS,
      LESS_OR_EQUAL,
      EQUAL,
      GREATER_OR_EQUAL,
      GREATER,
      MASKED_EQUAL
    }
  }
}
