package io.gantry.container;

import java.util.List;

/**
 * A limit of the container's processes (setrlimit(2)).
 *
 * @param type its name there, such as {@code RLIMIT_NOFILE}
 * @param soft -1 for none
 * @param hard -1 for none
 */
public record Rlimit(String type, long soft, long hard) {

  /** At the places of their numbers. */
  private static final List<String> TYPES =
      List.of(
          "RLIMIT_CPU",
          "RLIMIT_FSIZE",
          "RLIMIT_DATA",
          "RLIMIT_STACK",
          "RLIMIT_CORE",
          "RLIMIT_RSS",
          "RLIMIT_NPROC",
          "RLIMIT_NOFILE",
          "RLIMIT_MEMLOCK",
          "RLIMIT_AS",
          "RLIMIT_LOCKS",
          "RLIMIT_SIGPENDING",
          "RLIMIT_MSGQUEUE",
          "RLIMIT_NICE",
          "RLIMIT_RTPRIO",
          "RLIMIT_RTTIME");

  /** Whether the kernel has such a limit. */
  public static boolean isKnown(String type) {
    return TYPES.contains(type);
  }

  /** The kernel's number of it. */
  public int number() {
    return TYPES.indexOf(type);
  }
}
