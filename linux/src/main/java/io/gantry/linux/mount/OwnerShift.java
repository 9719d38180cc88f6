package io.gantry.linux.mount;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import io.gantry.linux.FileStatus;
import io.gantry.linux.OpenHow;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Gives the files of a tree the owners that they are to have on the machine, where no mount can
 * show them so. Modes and capabilities of files stay, which a change of the owner takes away
 * (chown(2)). Links are not followed and other mounts not entered. One thread; to be done once.
 *
 * @param uid what user 0 of the tree becomes
 * @param uids how many users there are; others become nobody
 * @param gid what group 0 of the tree becomes
 * @param gids how many groups there are
 */
public record OwnerShift(long uid, long uids, long gid, long gids) {

  /** The overflow id, which no mapping has (/proc/sys/kernel/overflowuid). */
  private static final int NOBODY = 65_534;

  private static final int SET_ID = 06000;
  private static final int PERMISSIONS = 07777;
  private static final String CAPABILITIES = "security.capability";

  /** {@code VFS_CAP_REVISION_2} and {@code _3}, and their sizes (linux/capability.h). */
  private static final int REVISION_MASK = 0xff00_0000;

  private static final int REVISION_2 = 0x0200_0000;
  private static final int REVISION_3 = 0x0300_0000;
  private static final int SIZE_2 = 20;

  private static final OpenHow DIRECTORY =
      new OpenHow(
          FileFlags.O_RDONLY | FileFlags.O_DIRECTORY | FileFlags.O_NOFOLLOW,
          0,
          FileFlags.RESOLVE_BENEATH | FileFlags.RESOLVE_NO_XDEV);

  /**
   * Shifts a directory and all that is in it.
   *
   * @param top open for listing
   */
  public void apply(FileCalls files, Fd top) throws IOException {
    entries(files, top);
    owner(files, top, "");
  }

  private void entries(FileCalls files, Fd directory) throws IOException {
    for (List<String> names = files.nextNames(directory);
        !names.isEmpty();
        names = files.nextNames(directory)) {
      for (String name : names) {
        if (owner(files, directory, name)) {
          try (Fd below = files.openat2(directory, name, DIRECTORY)) {
            entries(files, below);
          }
        }
      }
    }
  }

  /** Shifts one entry; whether it is a directory. */
  private boolean owner(FileCalls files, Fd directory, String name) throws SyscallException {
    FileStatus file = files.statx(directory, name);
    byte[] capabilities = file.isRegular() ? capabilities(files, directory, name) : new byte[0];
    files.fchownat(directory, name, shifted(file.uid(), uid, uids), shifted(file.gid(), gid, gids));
    if (capabilities.length > 0) {
      files.setxattr(directory, name, CAPABILITIES, ofRoot(capabilities));
    }
    if (file.isRegular() && (file.mode() & SET_ID) != 0) {
      files.fchmodat(directory, name, file.mode() & PERMISSIONS);
    }
    return file.isDirectory();
  }

  private static int shifted(int id, long first, long count) {
    long inside = Integer.toUnsignedLong(id);
    return inside < count ? (int) (first + inside) : NOBODY;
  }

  private static byte[] capabilities(FileCalls files, Fd directory, String name)
      throws SyscallException {
    try {
      return files.getxattr(directory, name, CAPABILITIES);
    } catch (SyscallException e) {
      if (e.is(Errno.ENODATA) || e.is(Errno.EOPNOTSUPP)) {
        return new byte[0];
      }
      throw e;
    }
  }

  /**
   * They count in user namespaces of that root (capabilities(7), "Namespaced file capabilities").
   */
  private byte[] ofRoot(byte[] capabilities) {
    ByteBuffer read = ByteBuffer.wrap(capabilities).order(ByteOrder.LITTLE_ENDIAN);
    int magic = read.getInt();
    if ((magic & REVISION_MASK) != REVISION_2 || capabilities.length != SIZE_2) {
      return capabilities;
    }
    return ByteBuffer.allocate(SIZE_2 + Integer.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt((magic & ~REVISION_MASK) | REVISION_3)
        .put(read)
        .putInt((int) uid)
        .array();
  }
}
