package io.gantry.shim;

import java.util.List;

/**
 * A file system to be made inside the container's own mount namespace.
 *
 * @param type such as {@code proc} or {@code tmpfs}
 * @param source shown in mountinfo; empty for none
 * @param attributes {@code MOUNT_ATTR_*} of fsmount(2)
 * @param options {@code key=value}, or {@code key} for a flag
 * @param target absolute within the root
 */
public record NewMount(
    String type, String source, int attributes, List<String> options, String target) {

  public NewMount {
    options = List.copyOf(options);
  }
}
