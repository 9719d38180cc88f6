package io.gantry.cli.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.OptionalLong;

/**
 * Finds where the last lines of a log begin, reading from its end and no more than needed. A log in
 * several files is searched from the newest of them on.
 */
final class LogTail {
  private static final int BLOCK = 64 * 1024;
  private static final int HEADER = 80;

  private final long wanted;
  private long found;

  /**
   * @param wanted lines; one in several parts counts once
   */
  LogTail(long wanted) {
    this.wanted = wanted;
  }

  /** Where in this file the wanted lines begin; empty when all of it is wanted, and more. */
  OptionalLong offset(FileChannel file) throws IOException {
    long lineEnd = -1;
    for (long blockEnd = file.size(); blockEnd > 0; blockEnd -= BLOCK) {
      var start = Math.max(0, blockEnd - BLOCK);
      var block = read(file, start, (int) (blockEnd - start));
      for (int i = block.limit() - 1; i >= 0; i--) {
        if (block.get(i) != '\n') {
          continue;
        }
        long newline = start + i;
        if (lineEnd >= 0 && isOneTooMany(file, newline + 1)) {
          return OptionalLong.of(lineEnd);
        }
        lineEnd = newline + 1;
        if (wanted == 0) {
          return OptionalLong.of(lineEnd);
        }
      }
    }
    return lineEnd >= 0 && isOneTooMany(file, 0) ? OptionalLong.of(lineEnd) : OptionalLong.empty();
  }

  /** Whether the line that starts here ends a line of the container, one more than is wanted. */
  private boolean isOneTooMany(FileChannel file, long start) throws IOException {
    if (tag(file, start) != 'P') {
      found++;
    }
    return found > wanted;
  }

  private static byte tag(FileChannel file, long start) throws IOException {
    var header = read(file, start, HEADER);
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

  private static ByteBuffer read(FileChannel file, long from, int length) throws IOException {
    var buffer = ByteBuffer.allocate(length);
    int count;
    do {
      count = file.read(buffer, from + buffer.position());
    } while (count > 0 && buffer.hasRemaining());
    return buffer.flip();
  }
}
