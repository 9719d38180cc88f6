package io.gantry.oci;

import java.util.List;

/**
 * Whom a container's process runs as, all as numbers.
 *
 * @param groups supplementary groups; the primary one comes first
 * @param home of the passwd entry, or {@code /}
 */
public record ProcessUser(long uid, long gid, List<Long> groups, String home) {

  public static final ProcessUser ROOT = new ProcessUser(0, 0, List.of(0L), "/root");

  public ProcessUser {
    groups = List.copyOf(groups);
  }
}
