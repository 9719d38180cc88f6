package io.gantry.linux.cgroup;

import java.nio.file.Path;

/** The rule for paths of groups: absolute, with nothing that leads upwards. */
final class GroupPath {

  private GroupPath() {}

  static String checked(String path) {
    Path parsed = Path.of(path);
    if (!parsed.isAbsolute() || parsed.getNameCount() == 0 || !parsed.normalize().equals(parsed)) {
      throw new IllegalArgumentException(
          "cgroup path must be absolute and below the root, without . and ..: " + path);
    }
    return parsed.toString();
  }
}
