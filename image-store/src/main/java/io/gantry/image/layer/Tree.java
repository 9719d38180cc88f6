package io.gantry.image.layer;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import io.gantry.linux.OpenHow;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * Deletes a tree that somebody else grew, an image's author or a container: it may be deeper than
 * any path is long, and wider than memory. Everything is reached through the descriptor of its
 * directory, so no path is ever built; a directory that lies too deep is moved up to the tree's top
 * first, so that few descriptors are open; names are read in pieces. Links are not followed, and
 * other mounts are not entered. One thread.
 */
public final class Tree {

  /** Descriptors and pieces of listings that are held at a time. */
  private static final int DEEPEST = 32;

  private static final OpenHow DIRECTORY =
      new OpenHow(
          FileFlags.O_RDONLY | FileFlags.O_DIRECTORY | FileFlags.O_NOFOLLOW,
          0,
          FileFlags.RESOLVE_BENEATH | FileFlags.RESOLVE_NO_XDEV);

  private final FileCalls files;
  private final Fd above;
  private final Deque<Level> levels = new ArrayDeque<>();
  private long moved;

  private Tree(FileCalls files, Fd above) {
    this.files = files;
    this.above = above;
  }

  /** A directory being emptied. */
  private static final class Level {
    private final String name;
    private final Fd fd;
    private Iterator<String> names = List.<String>of().iterator();
    private boolean found;

    Level(String name, Fd fd) {
      this.name = name;
      this.fd = fd;
    }
  }

  /** Deletes a file or tree; a missing one is fine. */
  public static void delete(FileCalls files, Path tree) throws IOException {
    Path folder = tree.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IllegalArgumentException("refusing to delete the root directory");
    }
    try (Fd above = files.open(folder, FileFlags.O_PATH | FileFlags.O_DIRECTORY, 0)) {
      delete(files, above, String.valueOf(tree.getFileName()));
    } catch (SyscallException e) {
      if (!e.is(Errno.ENOENT)) {
        throw e;
      }
    }
  }

  /**
   * Deletes a file or tree; a missing one is fine.
   *
   * @param name one component in the directory
   */
  static void delete(FileCalls files, Fd directory, String name) throws SyscallException {
    new Tree(files, directory).delete(name);
  }

  private void delete(String name) throws SyscallException {
    if (unlinked(above, name)) {
      return;
    }
    try {
      enter(above, name);
      while (!levels.isEmpty()) {
        step(levels.element());
      }
    } finally {
      levels.forEach(level -> level.fd.close());
    }
  }

  private void step(Level level) throws SyscallException {
    if (!level.names.hasNext()) {
      List<String> more = files.nextNames(level.fd);
      level.names = more.iterator();
      if (more.isEmpty()) {
        leave(level);
      }
      return;
    }
    level.found = true;
    String name = level.names.next();
    if (unlinked(level.fd, name) || removed(level.fd, name)) {
      return;
    }
    if (levels.size() < DEEPEST) {
      enter(level.fd, name);
    } else {
      moveUp(level.fd, name);
    }
  }

  /** Whether it was no directory, and is gone. */
  private boolean unlinked(Fd directory, String name) throws SyscallException {
    try {
      files.unlinkat(directory, name, 0);
      return true;
    } catch (SyscallException e) {
      if (e.is(Errno.EISDIR)) {
        return false;
      }
      return isGone(e);
    }
  }

  /** Whether it was an empty directory, and is gone. */
  private boolean removed(Fd directory, String name) throws SyscallException {
    try {
      files.unlinkat(directory, name, FileFlags.AT_REMOVEDIR);
      return true;
    } catch (SyscallException e) {
      if (e.is(Errno.ENOTEMPTY)) {
        return false;
      }
      return isGone(e);
    }
  }

  private static boolean isGone(SyscallException e) throws SyscallException {
    if (e.is(Errno.ENOENT)) {
      return true;
    }
    throw e;
  }

  private void enter(Fd directory, String name) throws SyscallException {
    levels.push(new Level(name, files.openat2(directory, name, DIRECTORY)));
  }

  /** The listing is at its end: the directory goes, unless something was put into it since. */
  private void leave(Level level) throws SyscallException {
    levels.pop();
    Level parent = levels.peek();
    Fd directory = parent == null ? above : parent.fd;
    level.fd.close();
    if (removed(directory, level.name)) {
      return;
    }
    if (!level.found) {
      throw new SyscallException("unlinkat", Errno.ENOTEMPTY, level.name);
    }
    enter(directory, level.name);
  }

  private void moveUp(Fd directory, String name) throws SyscallException {
    Fd top = levels.getLast().fd;
    while (true) {
      try {
        String free = "moved-up-" + ++moved;
        files.renameat2(directory, name, top, free, FileFlags.RENAME_NOREPLACE);
        return;
      } catch (SyscallException e) {
        if (!e.is(Errno.EEXIST)) {
          throw e;
        }
      }
    }
  }
}
