package io.gantry.linux.cgroup;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import io.gantry.linux.SyscallException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The directories and files of a cgroup file system (cgroups(7)). */
class CgroupFiles {

  /** A list of pids is longer than a page now and then, so files are read to their end. */
  private static final int CHUNK = 8192;

  private static final int LINKS_OF_A_LEAF = 2;

  private final FileCalls files;

  CgroupFiles(FileCalls files) {
    this.files = files;
  }

  /** Makes a group; false when it is there already. */
  boolean make(Path group) throws SyscallException {
    try {
      files.mkdirat(Fd.CWD, group.toString(), 0755);
      return true;
    } catch (SyscallException failure) {
      if (failure.is(Errno.EEXIST)) {
        return false;
      }
      throw failure;
    }
  }

  /** Removes a group without subgroups; one that is gone is fine. */
  void remove(Path group) throws SyscallException {
    try {
      files.unlinkat(Fd.CWD, group.toString(), FileFlags.AT_REMOVEDIR);
    } catch (SyscallException failure) {
      if (!failure.is(Errno.ENOENT)) {
        throw failure;
      }
    }
  }

  boolean exists(Path path) throws SyscallException {
    try {
      files.statx(Fd.CWD, path.toString());
      return true;
    } catch (SyscallException failure) {
      if (failure.is(Errno.ENOENT)) {
        return false;
      }
      throw failure;
    }
  }

  Fd open(Path path, int flags) throws SyscallException {
    return files.open(path, flags, 0);
  }

  String read(Path file) throws SyscallException {
    try (Fd fd = open(file, FileFlags.O_RDONLY)) {
      ByteBuffer content = ByteBuffer.allocate(CHUNK);
      while (files.read(fd, content) > 0) {
        if (!content.hasRemaining()) {
          content = ByteBuffer.allocate(content.capacity() * 2).put(content.flip());
        }
      }
      return StandardCharsets.UTF_8.decode(content.flip()).toString().strip();
    }
  }

  void write(Path file, String value) throws SyscallException {
    try (Fd fd = open(file, FileFlags.O_WRONLY | FileFlags.O_TRUNC)) {
      files.write(fd, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)));
    } catch (SyscallException failure) {
      throw new SyscallException(
          failure.call(), failure.errno(), file.toString(), "value " + value);
    }
  }

  /** The groups directly below. */
  List<Path> subgroups(Path group) throws SyscallException {
    List<Path> found = new ArrayList<>();
    // The kernel counts subgroups as links, which spares listing some forty files.
    if (files.statx(Fd.CWD, group.toString()).links() == LINKS_OF_A_LEAF) {
      return found;
    }
    try (Fd directory = open(group, FileFlags.O_RDONLY | FileFlags.O_DIRECTORY)) {
      for (String name : files.names(directory)) {
        if (files.statx(directory, name).isDirectory()) {
          found.add(group.resolve(name));
        }
      }
    }
    return found;
  }
}
