package io.gantry.cli.log;

import io.gantry.cli.log.LogParts.Part;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Deque;
import java.util.Objects;

/**
 * A log that may grow and be rotated while it is read: one text, whose beginning is in the oldest
 * of its files. For one thread.
 */
public final class LogFile implements AutoCloseable {
  private static final int BLOCK = 64 * 1024;

  private final Path path;
  private final ByteBuffer buffer = ByteBuffer.allocate(BLOCK);

  /** Files behind the one that is read, the oldest first. */
  private final Deque<Part> next;

  private Part now;

  /** Opens the log at its beginning. */
  public LogFile(Path path) throws IOException {
    this.path = path;
    next = LogParts.all(path);
    var first = next.poll();
    if (first == null) {
      throw new NoSuchFileException(path.toString());
    }
    now = first;
  }

  /** Skips all but the last lines. */
  public void skipToLast(long lines) throws IOException {
    var tail = new LogTail(lines);
    next.addFirst(now);
    var newestFirst = next.descendingIterator();
    while (newestFirst.hasNext()) {
      var part = newestFirst.next();
      var offset = tail.offset(part.file());
      if (offset.isPresent()) {
        part.file().position(offset.getAsLong());
        dropBefore(part);
        break;
      }
    }
    now = next.remove();
  }

  private void dropBefore(Part first) throws IOException {
    while (!Objects.equals(next.element(), first)) {
      next.remove().close();
    }
  }

  /** Prints everything that is there now, a rotated file's rest and the new files included. */
  public void pump(LogPrinter printer) throws IOException {
    drain(printer);
    while (!next.isEmpty() || replaced()) {
      if (next.isEmpty()) {
        next.addAll(LogParts.since(path, now.key()));
        if (next.isEmpty()) {
          return;
        }
        // Written between the last read and the rotation.
        drain(printer);
      }
      now.close();
      now = next.remove();
      drain(printer);
    }
  }

  private void drain(LogPrinter printer) throws IOException {
    FileChannel file = now.file();
    if (file.position() > file.size()) {
      // Somebody emptied the file in place.
      file.position(0);
    }
    while (!printer.full() && file.read(buffer.clear()) > 0) {
      printer.accept(buffer.array(), buffer.position());
    }
  }

  private boolean replaced() throws IOException {
    try {
      return !Objects.equals(LogParts.key(path), now.key());
    } catch (NoSuchFileException e) {
      // Between the rename and the new file, or removed for good: there is nothing to switch to.
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    now.close();
    for (var part : next) {
      part.close();
    }
  }
}
