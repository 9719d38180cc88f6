package io.gantry.linux.seccomp;

import java.util.List;

/**
 * One action for several system calls (OCI runtime specification, linux.seccomp.syscalls).
 *
 * @param names of the calls; those that libseccomp does not know are left out and reported
 * @param conditions all must hold, but of several on the same argument one is enough, as in other
 *     OCI runtimes
 */
public record SeccompRule(
    List<String> names, SeccompAction action, List<SeccompCondition> conditions) {

  public SeccompRule {
    names = List.copyOf(names);
    conditions = List.copyOf(conditions);
  }

  public static SeccompRule allow(String... names) {
    return new SeccompRule(List.of(names), SeccompAction.ALLOW, List.of());
  }

  /** Whether libseccomp has to be given each condition as a rule of its own. */
  boolean repeatsAnArgument() {
    return conditions.stream().mapToInt(SeccompCondition::argument).distinct().count()
        < conditions.size();
  }
}
