package io.gantry.image.layer;

import io.gantry.image.error.ImageException;
import io.gantry.linux.Device;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import io.gantry.linux.FileStatus;
import io.gantry.linux.SyscallException;
import java.nio.charset.StandardCharsets;

/** Deletions written the way overlayfs reads them: character devices 0:0, opaque attributes. */
final class Whiteouts {

  private static final byte[] YES = "y".getBytes(StandardCharsets.US_ASCII);

  private final FileCalls files;
  private final String opaqueAttribute;

  Whiteouts(FileCalls files, Privileges privileges) {
    this.files = files;
    this.opaqueAttribute = privileges.overlay() + "opaque";
  }

  /**
   * Writes the deletion that the name stands for; the answer is whether that took an inode.
   *
   * @param name of the entry, with the prefix
   */
  boolean apply(Fd parent, String name, String entry) throws ImageException, SyscallException {
    Deletion deletion = Deletion.of(name, entry);
    return switch (deletion.kind()) {
      case NAME -> hide(parent, deletion.hidden());
      case CONTENT -> {
        markOpaque(parent, ".");
        yield false;
      }
      case NOTHING -> false;
    };
  }

  private boolean hide(Fd parent, String name) throws SyscallException {
    try {
      files.mknodat(parent, name, FileFlags.S_IFCHR, Device.NONE);
      return true;
    } catch (SyscallException e) {
      if (!e.is(Errno.EEXIST)) {
        throw e;
      }
      if (files.statx(parent, name).isDirectory()) {
        markOpaque(parent, name);
      }
      return false;
    }
  }

  /** The directory stands where one of the layers below is deleted: it starts empty. */
  void replaceByDirectory(Fd parent, String name, int mode) throws SyscallException {
    files.unlinkat(parent, name, 0);
    files.mkdirat(parent, name, mode);
    files.fchmodat(parent, name, mode);
    markOpaque(parent, name);
  }

  static boolean isWhiteout(FileStatus status) {
    return (status.mode() & FileFlags.S_IFMT) == FileFlags.S_IFCHR
        && status.special().equals(Device.NONE);
  }

  private void markOpaque(Fd parent, String name) throws SyscallException {
    files.setxattr(parent, name, opaqueAttribute, YES);
  }
}
