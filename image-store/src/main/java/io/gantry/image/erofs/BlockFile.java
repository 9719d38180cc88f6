package io.gantry.image.erofs;

import io.gantry.image.layer.TarReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A new file that is written from its beginning to its end, and once more near the beginning. */
final class BlockFile implements AutoCloseable {

  static final int BLOCK = 4096;
  private static final byte[] ZEROS = new byte[BLOCK];

  private final FileChannel file;
  private final ByteBuffer buffer;
  private long flushed;

  private BlockFile(FileChannel file, ByteBuffer buffer) {
    this.file = file;
    this.buffer = buffer;
  }

  /**
   * Makes the file, which root alone may read.
   *
   * @param buffer any content, at least a block
   */
  static BlockFile create(Path path, ByteBuffer buffer) throws IOException {
    FileChannel file =
        FileChannel.open(
            path,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return new BlockFile(file, buffer.clear().order(ByteOrder.LITTLE_ENDIAN));
  }

  /** Bytes so far. */
  long position() {
    return flushed + buffer.position();
  }

  /** The number of the block that begins here. */
  int block() {
    if (position() % BLOCK != 0) {
      throw new IllegalStateException("not at the beginning of a block: " + position());
    }
    return Math.toIntExact(position() / BLOCK);
  }

  /**
   * Copies the content of the tar's current entry, and fills up its last block.
   *
   * @return its bytes
   */
  long content(TarReader tar) throws IOException {
    long start = position();
    do {
      if (!buffer.hasRemaining()) {
        flush();
      }
    } while (tar.read(buffer) >= 0);
    long size = position() - start;
    fill(BLOCK);
    return size;
  }

  void put(byte[] bytes) throws IOException {
    int done = 0;
    while (done < bytes.length) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      int part = Math.min(buffer.remaining(), bytes.length - done);
      buffer.put(bytes, done, part);
      done += part;
    }
  }

  /** Zeros up to a multiple of the unit, at most a block of them. */
  void fill(int unit) throws IOException {
    int over = (int) (position() % unit);
    if (over > 0) {
      zeros(unit - over);
    }
  }

  void zeros(int count) throws IOException {
    int left = count;
    while (left > 0) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      int part = Math.min(Math.min(left, buffer.remaining()), BLOCK);
      buffer.put(ZEROS, 0, part);
      left -= part;
    }
  }

  /** Writes over what is there at a position. */
  void overwrite(ByteBuffer bytes, long position) throws IOException {
    flush();
    long at = position;
    while (bytes.hasRemaining()) {
      at += file.write(bytes, at);
    }
  }

  void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      flushed += file.write(buffer);
    }
    buffer.clear();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
