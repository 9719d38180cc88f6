package io.gantry.metrics.sample;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import io.gantry.linux.SyscallException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Reads small files of the kernel, one after the other, into one buffer, and finds the numbers in
 * them without making a text of them. For one thread at a time.
 */
final class KernelFile {

  /** What the kernel says in place of a number where nothing is limited. */
  static final long UNLIMITED = Long.MAX_VALUE;

  /** memory.stat, the longest that is read here, has 3 KiB; io.stat 100 bytes a device. */
  private static final int CAPACITY = 64 * 1024;

  /** EOPNOTSUPP: how pressure files answer where the kernel was told not to measure it. */
  private static final Errno NOT_MEASURED = new Errno(95);

  private final FileCalls files;
  private final ByteBuffer direct = ByteBuffer.allocateDirect(CAPACITY);
  private final byte[] bytes = new byte[CAPACITY];
  private int length;
  private int at;

  KernelFile(FileCalls files) {
    this.files = files;
  }

  /**
   * Reads a whole file; what is asked afterwards is about this one.
   *
   * @return false when the kernel does not have it: no such controller, or a group that is gone
   */
  boolean read(Path file) throws SyscallException {
    length = 0;
    at = 0;
    direct.clear();
    try (Fd fd = files.open(file, FileFlags.O_RDONLY, 0)) {
      int more = files.read(fd, direct);
      while (more > 0 && direct.hasRemaining()) {
        more = files.read(fd, direct);
      }
    } catch (SyscallException failure) {
      if (failure.is(Errno.ENOENT) || failure.is(Errno.ENODEV) || failure.is(NOT_MEASURED)) {
        return false;
      }
      throw failure;
    }
    direct.flip();
    length = direct.remaining();
    direct.get(bytes, 0, length);
    return true;
  }

  /** The only number of a file, {@link #UNLIMITED} for {@code max}; 0 when there is none. */
  static long number(KernelFile file, Path path) throws SyscallException {
    return file.read(path) ? file.nextNumber() : 0;
  }

  /** The next number from here on; {@code max} is one. 0 at the end. */
  long nextNumber() {
    while (at < length) {
      if (isDigit(bytes[at])) {
        return digits();
      }
      if (startsWith("max")) {
        at += 3;
        return UNLIMITED;
      }
      at++;
    }
    return 0;
  }

  private long digits() {
    long value = 0;
    while (at < length && isDigit(bytes[at])) {
      value = value * 10 + (bytes[at++] - '0');
    }
    return value;
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  /** Whether what is here begins so. */
  private boolean startsWith(String word) {
    if (at + word.length() > length) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if (bytes[at + i] != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Fills in the values of a file of lines {@code key value}, in one pass. Lines mostly come in the
   * order of the keys, so that each is found at once.
   *
   * @param values one for each key; left as it is where the file has no such line
   */
  void flat(String[] keys, long[] values) {
    int expected = 0;
    for (at = 0; at < length; nextLine()) {
      for (int tried = 0; tried < keys.length; tried++) {
        int key = (expected + tried) % keys.length;
        if (isKey(keys[key])) {
          at += keys[key].length() + 1;
          values[key] = nextNumber();
          expected = key + 1;
          break;
        }
      }
    }
  }

  private boolean isKey(String key) {
    int end = at + key.length();
    return end < length && bytes[end] == ' ' && startsWith(key);
  }

  private void nextLine() {
    while (at < length && bytes[at] != '\n') {
      at++;
    }
    at++;
  }

  /** How many lines the file has: pids, in {@code cgroup.procs}. */
  long lines() {
    long lines = 0;
    for (int i = 0; i < length; i++) {
      lines += bytes[i] == '\n' ? 1 : 0;
    }
    return lines;
  }

  /** The file as text, for the few whose shape needs it. */
  String text() {
    return new String(bytes, 0, length, java.nio.charset.StandardCharsets.US_ASCII);
  }

  /** The line of a pressure file that begins so (Documentation/accounting/psi.rst). */
  Pressure.Line pressure(String word) {
    for (at = 0; at < length; nextLine()) {
      if (isKey(word)) {
        return new Pressure.Line(average("avg10="), average("avg60="), average("avg300="), total());
      }
    }
    return Pressure.Line.NONE;
  }

  private double average(String name) {
    skipTo(name);
    long whole = nextNumber();
    // Always two digits behind the point.
    return at < length && bytes[at] == '.' ? whole + nextNumber() / 100.0 : whole;
  }

  private long total() {
    skipTo("total=");
    return nextNumber();
  }

  private void skipTo(String name) {
    while (at < length && bytes[at] != '\n' && !startsWith(name)) {
      at++;
    }
    at = Math.min(length, at + name.length());
  }
}
