package io.gantry.cli.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Finds where the last lines of a log begin, reading from its end and no more than needed. */
final class LogTail {
  private static final int BLOCK = 64 * 1024;
  private static final int HEADER = 80;

  private final FileChannel file;
  private final long wanted;
  private long found;

  private LogTail(FileChannel file, long wanted) {
    this.file = file;
    this.wanted = wanted;
  }

  /** The offset of the last {@code wanted} lines; a line in several parts counts once. */
  static long offset(FileChannel file, long wanted) throws IOException {
    return new LogTail(file, wanted).search();
  }

  private long search() throws IOException {
    long lineEnd = -1;
    for (long blockEnd = file.size(); blockEnd > 0; blockEnd -= BLOCK) {
      var block = read(Math.max(0, blockEnd - BLOCK), (int) Math.min(BLOCK, blockEnd));
      for (int i = block.limit() - 1; i >= 0; i--) {
        if (block.get(i) != '\n') {
          continue;
        }
        long newline = Math.max(0, blockEnd - BLOCK) + i;
        if (lineEnd >= 0 && isOneTooMany(newline + 1)) {
          return lineEnd;
        }
        lineEnd = newline + 1;
        if (wanted == 0) {
          return lineEnd;
        }
      }
    }
    return 0;
  }

  /** Whether the line that starts here ends a line of the container, one more than is wanted. */
  private boolean isOneTooMany(long start) throws IOException {
    if (tag(start) != 'P') {
      found++;
    }
    return found > wanted;
  }

  private byte tag(long start) throws IOException {
    var header = read(start, HEADER);
    int spaces = 0;
    for (int i = 0; i < header.limit(); i++) {
      if (spaces == 2) {
        return header.get(i);
      }
      if (header.get(i) == ' ') {
        spaces++;
      }
    }
    return 'F';
  }

  private ByteBuffer read(long from, int length) throws IOException {
    var buffer = ByteBuffer.allocate(length);
    int count;
    do {
      count = file.read(buffer, from + buffer.position());
    } while (count > 0 && buffer.hasRemaining());
    return buffer.flip();
  }
}
