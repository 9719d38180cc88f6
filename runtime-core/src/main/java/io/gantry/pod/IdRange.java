package io.gantry.pod;

/**
 * A row of ids of the machine that are 0, 1, 2 and so on inside a user namespace.
 *
 * @param first what 0 inside is on the machine; not 0, which would be the machine's root
 * @param length how many there are, at least one
 */
public record IdRange(long first, long length) {

  /** (uid_t) -1 means "leave as it is" to the kernel, so the one before is the last id. */
  public static final long LAST = 0xffff_fffeL;

  public IdRange {
    if (first < 1 || length < 1 || first + length - 1 > LAST) {
      throw new IllegalArgumentException("no ids: " + length + " from " + first + " on");
    }
  }

  /** As {@code /proc/PID/uid_map} takes it (user_namespaces(7)). */
  String line() {
    return "0 " + first + " " + length + "\n";
  }
}
