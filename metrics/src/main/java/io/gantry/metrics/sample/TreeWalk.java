package io.gantry.metrics.sample;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import io.gantry.linux.FileStatus;
import io.gantry.linux.SyscallException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Adds up a directory tree that others change while it is read, and that may be theirs who wish one
 * ill: every step is taken from an open directory and follows no link. Not for several threads.
 */
final class TreeWalk {

  /** Each level holds a descriptor; what lies deeper is not counted. */
  static final int MOST_LEVELS = 256;

  private static final int BLOCK = 512;

  private static final int DIRECTORY =
      FileFlags.O_RDONLY | FileFlags.O_DIRECTORY | FileFlags.O_NOFOLLOW;

  private final FileCalls files;
  private double bytes;
  private double inodes;

  /**
   * What a tree takes on disk, its root included.
   *
   * @param bytes of blocks, not of lengths: holes take nothing
   */
  record Size(long bytes, long inodes) {}

  private TreeWalk(FileCalls files) {
    this.files = files;
  }

  static Size size(FileCalls files, Path root) throws SyscallException, InterruptedIOException {
    TreeWalk walk = new TreeWalk(files);
    try (Fd directory = files.open(root, DIRECTORY, 0)) {
      walk.add(files.statx(directory, ""));
      walk.walk(directory, 1);
    }
    return new Size(Math.round(walk.bytes), Math.round(walk.inodes));
  }

  /** A file of several names counts a part at each, which needs no memory of what has been seen. */
  private void add(FileStatus status) {
    int shares = status.isDirectory() ? 1 : Math.max(1, status.links());
    bytes += (double) status.blocks() * BLOCK / shares;
    inodes += 1.0 / shares;
  }

  private void walk(Fd directory, int level) throws SyscallException, InterruptedIOException {
    List<String> names = files.nextNames(directory);
    while (!names.isEmpty()) {
      for (String name : names) {
        entry(directory, name, level);
      }
      if (Thread.interrupted()) {
        throw new InterruptedIOException("nobody wants the size of this tree any more");
      }
      names = files.nextNames(directory);
    }
  }

  private void entry(Fd parent, String name, int level)
      throws SyscallException, InterruptedIOException {
    try {
      FileStatus status = files.statx(parent, name);
      add(status);
      if (status.isDirectory() && level < MOST_LEVELS) {
        try (Fd directory = files.openat(parent, name, DIRECTORY, 0)) {
          walk(directory, level + 1);
        }
      }
    } catch (SyscallException failure) {
      // Removed, or made something else, since it was listed.
      if (!failure.is(Errno.ENOENT) && !failure.is(Errno.ENOTDIR) && !failure.is(Errno.ELOOP)) {
        throw failure;
      }
    }
  }
}
