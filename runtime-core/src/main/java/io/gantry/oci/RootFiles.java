package io.gantry.oci;

import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.FileStatus;
import io.gantry.linux.OpenHow;
import io.gantry.linux.SyscallException;
import io.gantry.linux.Syscalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Reads small files of an image that nobody vouches for: links stay inside the root, only regular
 * files are opened, and only up to a limit.
 */
final class RootFiles {

  /** Large enough for any account file; an image must not be able to fill the daemon's memory. */
  static final int LARGEST = 4 << 20;

  private static final Set<Errno> ABSENT = Set.of(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP);

  private final Syscalls syscalls;
  private final Fd root;

  RootFiles(Syscalls syscalls, Fd root) {
    this.syscalls = syscalls;
    this.root = root;
  }

  /** What {@code /etc/passwd} and {@code /etc/group} say; absent files are empty. */
  Accounts accounts() throws IOException {
    return Accounts.parse(text("etc/passwd"), text("etc/group"));
  }

  /** The text of a regular file, or nothing when there is none of that name. */
  String text(String path) throws IOException {
    // O_PATH first: opening a fifo or a device for reading can block or act.
    try (Fd found = syscalls.openat2(root, path, OpenHow.inRoot(FileFlags.O_PATH))) {
      FileStatus status = syscalls.statx(found, "");
      if ((status.mode() & FileFlags.S_IFMT) != FileFlags.S_IFREG) {
        return "";
      }
      if (status.size() > LARGEST) {
        throw tooLarge(path, status.size());
      }
      try (Fd file = syscalls.open(found.path(), FileFlags.O_RDONLY, 0)) {
        return read(file, status.size());
      }
    } catch (SyscallException e) {
      if (ABSENT.contains(e.errno())) {
        return "";
      }
      throw e;
    }
  }

  private String read(Fd file, long size) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) size);
    while (bytes.hasRemaining() && syscalls.read(file, bytes) > 0) {
      // read(2) may give less than asked for; a file cut short meanwhile ends early.
    }
    return StandardCharsets.UTF_8.decode(bytes.flip()).toString();
  }

  private static InvalidException tooLarge(String path, long size) {
    return new InvalidException(
        new Subject("file", "/" + path),
        "read /" + path + " of the image: " + size + " bytes are too many",
        "keep it below " + LARGEST + " bytes");
  }
}
