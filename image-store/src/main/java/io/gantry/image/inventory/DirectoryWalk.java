package io.gantry.image.inventory;

import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.SyscallException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A walk through a tree of any depth with one descriptor: down by name, up by {@code ..}. The tree
 * does not change meanwhile. One thread.
 */
final class DirectoryWalk implements AutoCloseable {

  private final EntryReader reader;
  private final Deque<Level> levels = new ArrayDeque<>();
  private Fd current;

  /** A directory on the way, and those in it that are still to be visited. */
  private record Level(String name, Iterator<String> left) {}

  /**
   * @param top taken over
   */
  DirectoryWalk(EntryReader reader, Fd top) {
    this.reader = reader;
    this.current = top;
  }

  /** The directory that the walk is in. */
  Fd current() {
    return current;
  }

  /** Where it is below the top, for people. */
  String path(String name) {
    StringBuilder path = new StringBuilder();
    levels.descendingIterator().forEachRemaining(level -> path.append(level.name()).append('/'));
    return path.append(name).substring(path.indexOf("/") + 1);
  }

  /** Remembers what to visit below the current directory, which is called so. */
  void enter(String name, List<String> below) {
    levels.push(new Level(name, below.iterator()));
  }

  /** The next directory to visit, seen from the current one; null when all is done. */
  @Nullable String next() throws SyscallException {
    while (!levels.isEmpty()) {
      Iterator<String> left = levels.element().left();
      if (left.hasNext()) {
        return left.next();
      }
      levels.pop();
      if (!levels.isEmpty()) {
        move(reader.files().openat(current, "..", FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0));
      }
    }
    return null;
  }

  /** Goes down. */
  void descend(String name) throws SyscallException {
    move(reader.directory(current, name));
  }

  private void move(Fd to) {
    current.close();
    current = to;
  }

  @Override
  public void close() {
    current.close();
  }
}
