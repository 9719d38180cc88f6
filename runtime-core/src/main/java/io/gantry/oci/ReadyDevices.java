package io.gantry.oci;

import io.gantry.linux.Fd;
import io.gantry.linux.MountFlags;
import io.gantry.linux.Syscalls;
import io.gantry.pod.UserMapping;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Device files made beforehand, for containers whose root may not make any (mknod(2) takes
 * CAP_MKNOD over the machine's user namespace). The usual ones belong to root inside; devices of
 * the machine keep their owners and modes, so that being root inside opens none of them.
 */
final class ReadyDevices {

  private static final Path DEV = Path.of(MountPoints.DEV);
  private static final int DIRECTORY_MODE = 0755;
  private static final int PERMISSIONS = 07777;

  private final Syscalls syscalls;
  private final UserMapping users;

  ReadyDevices(Syscalls syscalls, UserMapping users) {
    this.syscalls = syscalls;
    this.users = users;
  }

  static boolean isInDev(DeviceNode node) {
    return path(node).startsWith(DEV);
  }

  private static Path path(DeviceNode node) {
    return Path.of(MountPoint.normal(node.path()));
  }

  /**
   * A detached mount for {@code /dev}; the caller closes it.
   *
   * @param granted devices of the machine; those that belong elsewhere are left out
   */
  Fd dev(List<DeviceNode> granted) throws IOException {
    Fd mount = tmpfs("65536k");
    try {
      Set<Path> made = new HashSet<>();
      for (DeviceNode node : DeviceNode.DEFAULT) {
        make(mount, DEV.relativize(path(node)), node);
        String name = DEV.relativize(path(node)).toString();
        syscalls.fchownat(mount, name, users.rootUid(), users.rootGid());
        made.add(path(node));
      }
      for (DeviceNode node : granted) {
        if (isInDev(node) && made.add(path(node))) {
          Path inside = DEV.relativize(path(node));
          parents(mount, inside, made);
          make(mount, inside, node);
        }
      }
      return mount;
    } catch (IOException | RuntimeException e) {
      mount.close();
      throw e;
    }
  }

  /** A detached mount of the device alone; the caller closes it. */
  Fd single(DeviceNode node) throws IOException {
    try (Fd around = tmpfs("64k")) {
      make(around, Path.of("device"), node);
      return syscalls.openTree(around, "device", MountFlags.OPEN_TREE_CLONE);
    }
  }

  private Fd tmpfs(String size) throws IOException {
    try (Fd context = syscalls.fsopen("tmpfs")) {
      syscalls.fsconfigString(context, "mode", "755");
      syscalls.fsconfigString(context, "size", size);
      syscalls.fsconfigString(context, "uid", Long.toString(users.uids().first()));
      syscalls.fsconfigString(context, "gid", Long.toString(users.gids().first()));
      syscalls.fsconfigCreate(context);
      return syscalls.fsmount(context, MountFlags.MOUNT_ATTR_NOSUID);
    }
  }

  private void parents(Fd mount, Path inside, Set<Path> made) throws IOException {
    for (int names = 1; names < inside.getNameCount(); names++) {
      Path parent = inside.subpath(0, names);
      if (made.add(DEV.resolve(parent))) {
        syscalls.mkdirat(mount, parent.toString(), DIRECTORY_MODE);
        syscalls.fchmodat(mount, parent.toString(), DIRECTORY_MODE);
        syscalls.fchownat(mount, parent.toString(), users.rootUid(), users.rootGid());
      }
    }
  }

  /** With the owner and the mode that it has on the machine. */
  private void make(Fd mount, Path inside, DeviceNode node) throws IOException {
    String name = inside.toString();
    syscalls.mknodat(mount, name, node.mode(), node.device());
    syscalls.fchownat(mount, name, node.uid(), node.gid());
    syscalls.fchmodat(mount, name, node.mode() & PERMISSIONS);
  }
}
