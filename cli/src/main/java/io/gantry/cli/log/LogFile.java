package io.gantry.cli.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A log that may grow and be rotated while it is read. For one thread. */
public final class LogFile implements AutoCloseable {
  private static final int BLOCK = 64 * 1024;

  private final Path path;
  private final ByteBuffer buffer = ByteBuffer.allocate(BLOCK);
  private FileChannel file;
  private @Nullable Object key;

  /** Opens the log at its beginning. */
  public LogFile(Path path) throws IOException {
    this.path = path;
    this.key = key();
    this.file = FileChannel.open(path);
  }

  /** Skips all but the last lines. */
  public void skipToLast(long lines) throws IOException {
    file.position(LogTail.offset(file, lines));
  }

  /** Prints everything that is there now, a rotated file's rest and the new file included. */
  public void pump(LogPrinter printer) throws IOException {
    drain(printer);
    while (replaced()) {
      // Written between the last read and the rotation.
      drain(printer);
      reopen();
      drain(printer);
    }
  }

  private void drain(LogPrinter printer) throws IOException {
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
      return !Objects.equals(key(), key);
    } catch (NoSuchFileException e) {
      // Between the rename and the new file, or removed for good: there is nothing to switch to.
      return false;
    }
  }

  private void reopen() throws IOException {
    var newKey = key();
    var newFile = FileChannel.open(path);
    file.close();
    file = newFile;
    key = newKey;
  }

  private @Nullable Object key() throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
