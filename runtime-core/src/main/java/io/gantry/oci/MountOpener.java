package io.gantry.oci;

import static io.gantry.linux.MountFlags.MOUNT_ATTR_NODEV;
import static io.gantry.linux.MountFlags.MOUNT_ATTR_NOEXEC;
import static io.gantry.linux.MountFlags.MOUNT_ATTR_NOSUID;
import static io.gantry.linux.MountFlags.MOUNT_ATTR_RDONLY;

import io.gantry.container.MountSpec.Propagation;
import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import io.gantry.error.UnsupportedException;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.MountAttributes;
import io.gantry.linux.MountEntry;
import io.gantry.linux.MountFlags;
import io.gantry.linux.OpenHow;
import io.gantry.linux.SyscallException;
import io.gantry.linux.Syscalls;
import io.gantry.oci.MountPoint.HierarchyDirectory;
import io.gantry.oci.MountPoint.HostPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes detached mounts: clones of what the machine has, seen by nobody until attached. */
final class MountOpener {

  private static final Path MOUNTINFO = Path.of("/proc/self/mountinfo");

  private final Syscalls syscalls;
  private final @Nullable Fd users;

  /**
   * @param users the pod's user namespace, or null
   */
  MountOpener(Syscalls syscalls, @Nullable Fd users) {
    this.syscalls = syscalls;
    this.users = users;
  }

  /** A detached mount and whether it is one of a directory. The caller closes the descriptor. */
  record Opened(Fd mount, boolean directory) {}

  /**
   * Clones a path of the machine with everything mounted below it; links are followed. A missing
   * directory is made where the request allows it, as kubelet relies on.
   */
  Opened open(HostPath source) throws IOException {
    Fd clone = clone(source);
    try {
      checkPropagation(source);
      adjust(clone, source);
      if (source.mapped() && users != null) {
        map(clone, source, users);
      }
      return new Opened(clone, syscalls.statx(clone, "").isDirectory());
    } catch (IOException | RuntimeException e) {
      clone.close();
      throw e;
    }
  }

  /** Propagation is for all mounts of the clone, attributes only where the request says so. */
  private void adjust(Fd clone, HostPath source) throws IOException {
    long propagation =
        switch (source.propagation()) {
          case PRIVATE -> MountFlags.MS_PRIVATE;
          case HOST_TO_CONTAINER -> MountFlags.MS_SLAVE;
          case BIDIRECTIONAL -> 0;
        };
    boolean oneCall = !source.requested() || source.everywhere();
    long together = source.restrictions() | (oneCall ? source.attributes() : 0);
    if (propagation != 0 || together != 0) {
      syscalls.mountSetattr(clone, "", true, new MountAttributes(together, 0, propagation, null));
    }
    if (!oneCall && source.attributes() != 0) {
      syscalls.mountSetattr(clone, "", false, MountAttributes.setting(source.attributes()));
    }
  }

  /** All mounts of the clone together, or none. */
  private void map(Fd clone, HostPath source, Fd namespace) throws IOException {
    try {
      syscalls.mountSetattr(
          clone, "", true, new MountAttributes(MountFlags.MOUNT_ATTR_IDMAP, 0, 0, namespace));
    } catch (SyscallException e) {
      if (!e.is(Errno.EINVAL)) {
        throw e;
      }
      throw new InvalidException(
          new Subject("mount", source.path().toString()),
          "mounts: host_path "
              + source.path()
              + " cannot be shown with mapped owners: its file system, or one that is mounted below"
              + " it, does not take part",
          "use a volume on ext4, xfs, btrfs or, since Linux 6.3, tmpfs",
          e);
    }
  }

  private Fd clone(HostPath source) throws IOException {
    int flags =
        source.requested()
            ? MountFlags.OPEN_TREE_CLONE | MountFlags.AT_RECURSIVE
            : MountFlags.OPEN_TREE_CLONE;
    try {
      return syscalls.openTree(Fd.CWD, source.path().toString(), flags);
    } catch (SyscallException e) {
      if (!e.is(Errno.ENOENT) || !source.requested()) {
        throw e;
      }
    }
    try {
      Files.createDirectories(source.path());
    } catch (IOException e) {
      throw new InvalidException(
          new Subject("mount", source.path().toString()),
          "mounts: host_path " + source.path() + " is missing and cannot be made: " + e,
          "make it on the node",
          e);
    }
    return syscalls.openTree(Fd.CWD, source.path().toString(), flags);
  }

  /**
   * A private mount of the machine has no one to send its events to: rather refuse than let a
   * volume plugin wait for ever.
   */
  private void checkPropagation(HostPath source) throws IOException {
    if (source.propagation() == Propagation.PRIVATE) {
      return;
    }
    long id;
    try (Fd original = syscalls.open(source.path(), FileFlags.O_PATH, 0)) {
      id = syscalls.statx(original, "").mountId();
    }
    boolean found =
        MountEntry.read(MOUNTINFO).stream()
            .filter(mount -> mount.id() == id)
            .anyMatch(mount -> fits(mount, source.propagation()));
    if (!found) {
      throw new InvalidException(
          new Subject("mount", source.path().toString()),
          "mounts: host_path " + source.path() + " lies on a mount that is not shared",
          "run mount --make-rshared on it, or set PROPAGATION_PRIVATE");
    }
  }

  private static boolean fits(MountEntry mount, Propagation propagation) {
    boolean slave = mount.propagation().stream().anyMatch(field -> field.startsWith("master:"));
    return mount.isShared() || (slave && propagation == Propagation.HOST_TO_CONTAINER);
  }

  /**
   * An image, or a path in it, which links in the image lead to as they would lead from its root.
   *
   * @param files of the whole image; stays the caller's
   * @return what to mount: a clone, which the caller closes
   */
  Opened open(MountPoint.ImageFiles source, Fd files) throws IOException {
    try (Fd inside = inside(source, files)) {
      Fd clone = clone(source, inside);
      try {
        restrict(clone, source.attributes());
        return new Opened(clone, syscalls.statx(clone, "").isDirectory());
      } catch (IOException | RuntimeException e) {
        clone.close();
        throw e;
      }
    }
  }

  /** Makes a detached mount read-only, with more attributes. */
  void restrict(Fd mount, int attributes) throws IOException {
    syscalls.mountSetattr(mount, "", true, MountAttributes.setting(attributes | MOUNT_ATTR_RDONLY));
  }

  /** Fails when the path is not in the image. */
  void check(MountPoint.ImageFiles source, Fd files) throws IOException {
    inside(source, files).close();
  }

  private Fd inside(MountPoint.ImageFiles source, Fd files) throws IOException {
    String path = source.subPath().isEmpty() ? "." : source.subPath();
    try {
      return syscalls.openat2(files, path, OpenHow.inRoot(FileFlags.O_PATH));
    } catch (SyscallException e) {
      if (!e.is(Errno.ENOENT) && !e.is(Errno.ENOTDIR)) {
        throw e;
      }
      throw new InvalidException(
          new Subject("image", source.image()),
          "mounts: image_sub_path %s is not in image %s".formatted(path, source.image()),
          "name a file or directory that the image has",
          e);
    }
  }

  /** Since Linux 6.15 what is attached nowhere can be cloned. */
  private Fd clone(MountPoint.ImageFiles source, Fd inside) throws IOException {
    try {
      return syscalls.openTree(inside, "", MountFlags.OPEN_TREE_CLONE);
    } catch (SyscallException e) {
      if (!e.is(Errno.EINVAL)) {
        throw e;
      }
      throw new UnsupportedException(
          new Subject("image", source.image()),
          "mounts: a path within an image cannot be mounted: that takes Linux 6.15",
          "mount the whole image, without image_sub_path",
          e);
    }
  }

  /** A small tmpfs that holds nothing but mount points and links. */
  Fd open(HierarchyDirectory source) throws IOException {
    try (Fd context = syscalls.fsopen("tmpfs")) {
      syscalls.fsconfigString(context, "mode", "755");
      syscalls.fsconfigString(context, "size", "64k");
      syscalls.fsconfigCreate(context);
      Fd mount =
          syscalls.fsmount(context, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
      try {
        fill(mount, source);
        return mount;
      } catch (IOException | RuntimeException e) {
        mount.close();
        throw e;
      }
    }
  }

  private void fill(Fd mount, HierarchyDirectory source) throws IOException {
    for (String name : source.names()) {
      syscalls.mkdirat(mount, name, 0755);
    }
    for (Map.Entry<String, String> link : source.links().entrySet()) {
      syscalls.symlinkat(link.getValue(), mount, link.getKey());
    }
    if (!source.writable()) {
      syscalls.mountSetattr(mount, "", false, MountAttributes.setting(MOUNT_ATTR_RDONLY));
    }
  }
}
