package io.gantry.oci;

import io.gantry.container.MountSpec.Propagation;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A mount of a container: what, and where.
 *
 * @param target absolute within the container, without dots and doubled slashes
 */
record MountPoint(String target, Source source) {

  /** What is mounted. */
  sealed interface Source {}

  /**
   * A file system of the container's own.
   *
   * @param attributes {@code MOUNT_ATTR_*}
   * @param options {@code key=value}, or {@code key} for a flag
   */
  record FileSystem(String type, int attributes, List<String> options) implements Source {
    FileSystem {
      options = List.copyOf(options);
    }
  }

  /**
   * A file or directory of the machine.
   *
   * @param attributes {@code MOUNT_ATTR_*} to add
   * @param everywhere the attributes and all mounts below too
   * @param restrictions {@code MOUNT_ATTR_*} to add to all mounts below in any case
   * @param requested by the user: with all mounts below, and made as a directory when missing
   * @param mapped owners are shown and taken as the pod's user namespace maps them, if it has one
   */
  record HostPath(
      Path path,
      int attributes,
      boolean everywhere,
      int restrictions,
      Propagation propagation,
      boolean requested,
      boolean mapped)
      implements Source {}

  /**
   * An image, which comes as a descriptor.
   *
   * @param number which of the request's image volumes, from 0
   * @param attributes {@code MOUNT_ATTR_*} to add
   */
  record ImageFiles(int number, String image, String subPath, int attributes) implements Source {}

  /** The pod's shared memory, which comes as a descriptor. */
  record PodSharedMemory() implements Source {}

  /**
   * A read-only directory with the mount points of version 1 hierarchies.
   *
   * @param links controllers that share another one's hierarchy, by name
   */
  record HierarchyDirectory(List<String> names, SortedMap<String, String> links, boolean writable)
      implements Source {
    HierarchyDirectory {
      names = List.copyOf(names);
      links = Collections.unmodifiableSortedMap(new TreeMap<>(links));
    }
  }

  static String normal(String path) {
    return Path.of("/").resolve(path).normalize().toString();
  }

  int depth() {
    return Path.of(target).getNameCount();
  }

  boolean isAt(String path) {
    return target.equals(path);
  }

  boolean isBelow(String path) {
    return target.startsWith(path.endsWith("/") ? path : path + "/");
  }
}
