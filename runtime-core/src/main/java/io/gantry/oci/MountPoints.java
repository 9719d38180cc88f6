package io.gantry.oci;

import static io.gantry.linux.MountFlags.MOUNT_ATTR_NODEV;
import static io.gantry.linux.MountFlags.MOUNT_ATTR_NOEXEC;
import static io.gantry.linux.MountFlags.MOUNT_ATTR_NOSUID;
import static io.gantry.linux.MountFlags.MOUNT_ATTR_RDONLY;

import io.gantry.container.MountSpec;
import io.gantry.container.MountSpec.Propagation;
import io.gantry.container.SecuritySpec;
import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import io.gantry.oci.MountPoint.FileSystem;
import io.gantry.oci.MountPoint.HierarchyDirectory;
import io.gantry.oci.MountPoint.HostPath;
import io.gantry.oci.MountPoint.PodSharedMemory;
import io.gantry.pod.NamespaceMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which mounts a container has, in the order in which they are made. Pure. */
final class MountPoints {

  static final String PROC = "/proc";
  static final String DEV = "/dev";
  static final String CGROUP = "/sys/fs/cgroup";

  private static final int NO_PROGRAMS = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

  /** A default that lies below one of these goes when the request brings its own. */
  private static final Set<String> TREES = Set.of(DEV, CGROUP);

  private final SecuritySpec security;
  private final EtcFiles files;
  private final CgroupView cgroup;

  private MountPoints(SecuritySpec security, EtcFiles files, CgroupView cgroup) {
    this.security = security;
    this.files = files;
    this.cgroup = cgroup;
  }

  /**
   * The defaults that the request does not replace and the request's own, parents before children;
   * at the same depth the defaults come first and the request's keep their order.
   */
  static List<MountPoint> of(
      SecuritySpec security, List<MountSpec> requested, EtcFiles files, CgroupView cgroup) {
    List<MountPoint> own = requested(requested);
    Set<String> taken = own.stream().map(MountPoint::target).collect(Collectors.toSet());
    return Stream.concat(
            new MountPoints(security, files, cgroup)
                .defaults().stream().filter(each -> !replaced(each, taken)),
            own.stream())
        .sorted(Comparator.comparingInt(MountPoint::depth))
        .toList();
  }

  /** Refuses mounts that cannot be right; nothing is opened. */
  static void check(List<MountSpec> requested) {
    var _ = requested(requested);
  }

  /** The request's own, in its order. */
  static List<MountPoint> requested(List<MountSpec> mounts) {
    List<MountPoint> points = new ArrayList<>();
    int images = 0;
    for (MountSpec mount : mounts) {
      points.add(requested(mount, mount.image() == null ? 0 : images++));
    }
    return points;
  }

  private static boolean replaced(MountPoint mount, Set<String> taken) {
    return taken.contains(mount.target())
        || TREES.stream().anyMatch(tree -> taken.contains(tree) && mount.isBelow(tree));
  }

  private List<MountPoint> defaults() {
    List<MountPoint> mounts = new ArrayList<>();
    mounts.add(fresh(PROC, "proc", NO_PROGRAMS));
    mounts.add(fresh(DEV, "tmpfs", MOUNT_ATTR_NOSUID, "mode=755", "size=65536k"));
    // Each mount of devpts is an instance of its own (Linux 4.7).
    mounts.add(
        fresh(
            "/dev/pts",
            "devpts",
            MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
            "ptmxmode=0666",
            "mode=0620",
            "gid=5"));
    mounts.add(new MountPoint("/dev/shm", sharedMemory()));
    mounts.add(fresh("/dev/mqueue", "mqueue", NO_PROGRAMS));
    mounts.add(fresh("/sys", "sysfs", NO_PROGRAMS | unlessPrivileged()));
    cgroups(mounts);
    mounts.add(etc("/etc/hosts", files.hosts()));
    mounts.add(etc("/etc/hostname", files.hostname()));
    mounts.add(etc("/etc/resolv.conf", files.resolvConf()));
    return mounts;
  }

  private MountPoint.Source sharedMemory() {
    return security.namespaces().ipc() == NamespaceMode.NODE
        ? new HostPath(
            Path.of("/dev/shm"), NO_PROGRAMS, false, 0, Propagation.PRIVATE, false, false)
        : new PodSharedMemory();
  }

  private void cgroups(List<MountPoint> mounts) {
    if (cgroup.unified()) {
      mounts.add(fresh(CGROUP, "cgroup2", NO_PROGRAMS | unlessPrivileged()));
      return;
    }
    Map<String, Path> hierarchies = cgroup.hierarchies();
    mounts.add(
        new MountPoint(
            CGROUP,
            new HierarchyDirectory(
                List.copyOf(hierarchies.keySet()), cgroup.links(), security.privileged())));
    hierarchies.forEach((name, directory) ->
        mounts.add(
            new MountPoint(
                CGROUP + "/" + name,
                new HostPath(
                    directory,
                    NO_PROGRAMS | unlessPrivileged(),
                    false,
                    0,
                    Propagation.PRIVATE,
                    false,
                    false))));
  }

  private int unlessPrivileged() {
    return security.privileged() ? 0 : MOUNT_ATTR_RDONLY;
  }

  private MountPoint etc(String target, Path file) {
    int attributes = security.readOnlyRootfs() ? MOUNT_ATTR_RDONLY : 0;
    return new MountPoint(
        target, new HostPath(file, attributes, false, 0, Propagation.PRIVATE, false, false));
  }

  private static MountPoint fresh(String target, String type, int attributes, String... options) {
    return new MountPoint(target, new FileSystem(type, attributes, List.of(options)));
  }

  private static MountPoint requested(MountSpec mount, int image) {
    if (mount.containerPath().isEmpty() || (mount.hostPath().isEmpty() && mount.image() == null)) {
      throw invalid(mount, "container_path and host_path must not be empty", "name both");
    }
    String target = MountPoint.normal(mount.containerPath());
    if (target.equals("/")) {
      throw invalid(mount, "nothing can be mounted over the root", "choose a path below it");
    }
    MountSpec.ImageVolume volume = mount.image();
    if (volume != null) {
      return new MountPoint(
          target,
          new MountPoint.ImageFiles(
              image, volume.reference(), volume.subPath(), restrictions(mount)));
    }
    if (!mount.hostPath().startsWith("/")) {
      throw invalid(mount, "host_path is not absolute", "begin it with a slash");
    }
    if (mount.recursiveReadOnly() && !mount.readOnly()) {
      throw invalid(mount, "recursive_read_only needs readonly", "set both");
    }
    if (mount.recursiveReadOnly() && mount.propagation() != Propagation.PRIVATE) {
      throw invalid(
          mount, "recursive_read_only needs private propagation", "set PROPAGATION_PRIVATE");
    }
    return new MountPoint(
        target,
        new HostPath(
            Path.of(mount.hostPath()),
            mount.readOnly() ? MOUNT_ATTR_RDONLY : 0,
            mount.recursiveReadOnly(),
            restrictions(mount),
            mount.propagation(),
            true,
            mount.mapped()));
  }

  private static int restrictions(MountSpec mount) {
    int attributes = 0;
    for (MountSpec.Option option : mount.options()) {
      attributes |=
          switch (option) {
            case NOEXEC -> MOUNT_ATTR_NOEXEC;
            case NODEV -> MOUNT_ATTR_NODEV;
            case NOSUID -> MOUNT_ATTR_NOSUID;
          };
    }
    return attributes;
  }

  private static InvalidException invalid(MountSpec mount, String problem, String nextStep) {
    return new InvalidException(
        new Subject("mount", mount.containerPath()),
        "mounts: " + mount.hostPath() + " on " + mount.containerPath() + ": " + problem,
        nextStep);
  }
}
