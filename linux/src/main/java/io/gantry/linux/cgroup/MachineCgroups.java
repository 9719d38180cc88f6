package io.gantry.linux.cgroup;

import io.gantry.linux.Linux;
import io.gantry.linux.MountEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds out how the machine mounts its control groups. */
public final class MachineCgroups {

  private static final String VERSION_ONE = "cgroup";
  private static final String VERSION_TWO = "cgroup2";

  private MachineCgroups() {}

  /** The machine's control groups. */
  public static Cgroups detect() throws IOException {
    return detect(Path.of("/"), new CgroupFiles(Linux.syscalls()));
  }

  /**
   * @param root stands for {@code /}: {@code proc/self/mountinfo} is read below it, and the mount
   *     points named there are looked up below it
   */
  static Cgroups detect(Path root, CgroupFiles files) throws IOException {
    List<MountEntry> mounts = MountEntry.read(root.resolve("proc/self/mountinfo"));
    Map<String, Path> hierarchies = versionOne(root, mounts);
    Optional<Path> unified =
        mounts.stream()
            .filter(mount -> mount.type().equals(VERSION_TWO))
            .findFirst()
            .map(mount -> below(root, mount));
    if (!hierarchies.isEmpty()) {
      Cgroups.Layout layout = unified.isPresent() ? Cgroups.Layout.HYBRID : Cgroups.Layout.V1;
      return new VersionOneCgroups(layout, hierarchies, files);
    }
    if (unified.isPresent()) {
      return new VersionTwoCgroups(unified.get(), files);
    }
    throw new CgroupException("/", "no hierarchy is mounted: mount one at /sys/fs/cgroup");
  }

  /** Mount points by controller; several controllers may share one. */
  private static Map<String, Path> versionOne(Path root, List<MountEntry> mounts) {
    Map<String, Path> hierarchies = new LinkedHashMap<>();
    for (MountEntry mount : mounts) {
      if (mount.type().equals(VERSION_ONE)) {
        for (String option : mount.options()) {
          if (VersionOneCgroups.CONTROLLERS.contains(option)) {
            hierarchies.putIfAbsent(option, below(root, mount));
          }
        }
      }
    }
    return hierarchies;
  }

  private static Path below(Path root, MountEntry mount) {
    return root.resolve(Path.of("/").relativize(mount.mountPoint()));
  }
}
