package io.gantry.cli.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The files of a log that the runtime rotates: NAME, before it NAME.1, before that NAME.2 and so
 * on. They are opened from the newest on, so that none is missed when they are renamed meanwhile:
 * that makes them older.
 */
final class LogParts {

  /** A rotation that was broken off leaves a gap of one. */
  private static final int GAP = 1;

  private LogParts() {}

  /**
   * An open file.
   *
   * @param key which file it is, whatever its name
   */
  record Part(FileChannel file, @Nullable Object key) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  /** All files, the oldest first. */
  static Deque<Part> all(Path log) throws IOException {
    return find(log, null);
  }

  /** The files that have been begun since a certain one was, the oldest first. */
  static Deque<Part> since(Path log, @Nullable Object key) throws IOException {
    return find(log, key);
  }

  /**
   * The file that has the log's name now.
   *
   * @throws NoSuchFileException between a rename and the new file
   */
  static @Nullable Object key(Path log) throws IOException {
    return Files.readAttributes(log, BasicFileAttributes.class).fileKey();
  }

  private static Deque<Part> find(Path log, @Nullable Object last) throws IOException {
    Deque<Part> parts = new ArrayDeque<>();
    Set<@Nullable Object> seen = new HashSet<>();
    try {
      int missing = 0;
      for (int number = 0; missing <= GAP; number++) {
        var part = open(number == 0 ? log : Path.of(log + "." + number));
        if (part == null) {
          missing++;
        } else if (last != null && Objects.equals(part.key, last)) {
          part.close();
          break;
        } else if (seen.add(part.key)) {
          parts.addFirst(part);
          missing = 0;
        } else {
          part.close();
        }
      }
      return parts;
    } catch (IOException e) {
      for (var part : parts) {
        part.close();
      }
      throw e;
    }
  }

  /** Null when there is none; again when another took the name while it was opened. */
  private static @Nullable Part open(Path path) throws IOException {
    while (true) {
      try {
        var before = key(path);
        var file = FileChannel.open(path);
        if (Objects.equals(before, key(path))) {
          return new Part(file, before);
        }
        file.close();
      } catch (NoSuchFileException e) {
        return null;
      }
    }
  }
}
