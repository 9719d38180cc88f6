package io.gantry.image.layer;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.SyscallException;
import java.time.Instant;
import java.util.Map;

/**
 * Owner, mode and extended attributes, in the order in which the kernel lets them stand: a change
 * of owner clears setuid and file capabilities.
 */
final class EntryAttributes {

  private final FileCalls files;
  private final Privileges privileges;

  EntryAttributes(FileCalls files, Privileges privileges) {
    this.files = files;
    this.privileges = privileges;
  }

  void apply(Fd dir, String name, TarEntry entry) throws SyscallException {
    owner(dir, name, entry);
    files.fchmodat(dir, name, entry.mode());
    extended(dir, name, entry);
  }

  /** A symlink has no mode of its own. */
  void ofLink(Fd dir, String name, TarEntry entry) throws SyscallException {
    owner(dir, name, entry);
    extended(dir, name, entry);
  }

  void modified(Fd dir, String name, Instant time) throws SyscallException {
    files.utimensat(dir, name, time, time);
  }

  private void owner(Fd dir, String name, TarEntry entry) throws SyscallException {
    if (privileges.owners()) {
      files.fchownat(dir, name, entry.uid(), entry.gid());
    }
  }

  /**
   * Overlay's own attributes are no image's business. A file system that cannot hold an attribute
   * loses it, except a capability, without which the program would not work.
   */
  private void extended(Fd dir, String name, TarEntry entry) throws SyscallException {
    for (Map.Entry<String, byte[]> attribute : entry.xattrs().entrySet()) {
      String key = attribute.getKey();
      boolean overlay = key.startsWith("trusted.overlay.") || key.startsWith("user.overlay.");
      boolean allowed = privileges.owners() || key.startsWith("user.");
      if (overlay || !allowed) {
        continue;
      }
      try {
        files.setxattr(dir, name, key, attribute.getValue());
      } catch (SyscallException e) {
        boolean bearable = e.is(Errno.EOPNOTSUPP) && !key.equals("security.capability");
        if (!bearable) {
          throw e;
        }
      }
    }
  }
}
