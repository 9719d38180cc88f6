package io.gantry.image.erofs;

import io.gantry.image.layer.ContentSums;
import io.gantry.image.layer.TarReader;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * A new file that is written from its beginning to its end, and its first block once more. The disk
 * takes it while it is written, and the CRC-32C of what it holds at the end is taken on the way, so
 * that nobody has to wait for either after the last byte. One thread.
 */
final class BlockFile implements AutoCloseable {

  static final int BLOCK = 4096;
  private static final byte[] ZEROS = new byte[BLOCK];

  /** As much is given to the disk at a time. */
  private static final int PIECE = 8 << 20;

  private static final int OWNER_ONLY = 0600;

  private final FileCalls files;
  private final Path path;
  private final Fd file;
  private final ByteBuffer buffer;
  private final CRC32C afterFirst = new CRC32C();
  private final CRC32C first = new CRC32C();
  private long flushed;
  private long started;

  private BlockFile(FileCalls files, Path path, Fd file, ByteBuffer buffer) {
    this.files = files;
    this.path = path;
    this.file = file;
    this.buffer = buffer;
  }

  /**
   * Makes the file, which root alone may read.
   *
   * @param buffer any content, a multiple of a block
   */
  static BlockFile create(FileCalls files, Path path, ByteBuffer buffer) throws IOException {
    int flags = FileFlags.O_CREAT | FileFlags.O_EXCL | FileFlags.O_WRONLY;
    Fd file = files.open(path, flags, OWNER_ONLY);
    return new BlockFile(files, path, file, buffer.clear().order(ByteOrder.LITTLE_ENDIAN));
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

  /** Writes what is left, and then over the first block. */
  void finish(ByteBuffer firstBlock) throws IOException {
    flush();
    first.update(firstBlock.duplicate());
    try (Fd again = files.open(path, FileFlags.O_WRONLY, 0)) {
      while (firstBlock.hasRemaining()) {
        files.write(again, firstBlock);
      }
    }
  }

  /** What was seen of the finished file. */
  ContentSums sums() throws IOException {
    int sum = JoinedSum.of((int) first.getValue(), (int) afterFirst.getValue(), flushed - BLOCK);
    ContentSums sums = new ContentSums();
    sums.put(files.statx(file, "").inode(), sum);
    return sums;
  }

  private void flush() throws IOException {
    buffer.flip();
    afterFirst.update(flushed == 0 ? buffer.slice(BLOCK, buffer.limit() - BLOCK) : buffer.slice());
    while (buffer.hasRemaining()) {
      flushed += files.write(file, buffer);
    }
    buffer.clear();
    if (flushed - started >= PIECE) {
      files.startWriting(file, started, flushed - started);
      started = flushed;
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
