package io.gantry.image.content;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import io.gantry.linux.SyscallException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The names and small files of the store. Every change goes through {@link FileCalls}, as those of
 * the unpacker do, so that tests can count them all and end the world between any two. Paths are
 * absolute. Safe for all threads; the syncs wait natively, so platform threads only.
 */
public final class DiskFiles {

  private static final int DIRECTORY_MODE = 0755;
  private static final int FILE_MODE = 0644;

  private final FileCalls files;

  public DiskFiles(FileCalls files) {
    this.files = files;
  }

  /** Makes one directory, which must not be there. */
  public void makeDirectory(Path directory) throws SyscallException {
    files.mkdirat(Fd.CWD, directory.toString(), DIRECTORY_MODE);
  }

  /** Writes a file that must not be there; it is on disk when its file system is synced. */
  public void write(Path file, byte[] content) throws SyscallException {
    try (Fd fd = create(file)) {
      write(fd, content);
    }
  }

  /** Writes a file that must not be there; its content is on disk when this returns. */
  public void writeSynced(Path file, byte[] content) throws SyscallException {
    try (Fd fd = create(file)) {
      write(fd, content);
      files.fsync(fd);
    }
  }

  private Fd create(Path file) throws SyscallException {
    int flags = FileFlags.O_CREAT | FileFlags.O_EXCL | FileFlags.O_WRONLY;
    return files.open(file, flags, FILE_MODE);
  }

  private void write(Fd fd, byte[] content) throws SyscallException {
    ByteBuffer rest = ByteBuffer.wrap(content);
    while (rest.hasRemaining()) {
      files.write(fd, rest);
    }
  }

  /** Renames; what had the new name is gone, in one step. */
  public void move(Path from, Path to) throws SyscallException {
    files.renameat2(Fd.CWD, from.toString(), Fd.CWD, to.toString(), 0);
  }

  /** Gives two names each other's files, in one step. */
  public void exchange(Path one, Path other) throws SyscallException {
    int flags = FileFlags.RENAME_EXCHANGE;
    files.renameat2(Fd.CWD, one.toString(), Fd.CWD, other.toString(), flags);
  }

  /** Removes a file; false when it was not there. */
  public boolean delete(Path file) throws SyscallException {
    try {
      files.unlinkat(Fd.CWD, file.toString(), 0);
      return true;
    } catch (SyscallException e) {
      if (e.is(Errno.ENOENT)) {
        return false;
      }
      throw e;
    }
  }

  /** Makes a symlink that holds some text. */
  public void link(String text, Path link) throws SyscallException {
    files.symlinkat(text, Fd.CWD, link.toString());
  }

  /** Returns when the names in the directory are on disk. */
  public void syncNames(Path directory) throws SyscallException {
    try (Fd folder = files.open(directory, FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0)) {
      files.fsync(folder);
    }
  }
}
