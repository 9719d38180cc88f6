package io.gantry.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the kernel tells of its doings in {@code /dev/kmsg} (Documentation/ABI/testing/dev-kmsg).
 */
public final class KernelLog {

  /** Priority, sequence, microseconds since the start, flags; then what is told. */
  private static final Pattern RECORD =
      Pattern.compile("\\d+,\\d+,(\\d{1,18}),[^;]*;(.*)", Pattern.DOTALL);

  /** CONSOLE_EXT_LOG_MAX: no record is longer. */
  private static final int LONGEST = 8192;

  private final FileCalls files;
  private final Path device;

  public KernelLog(FileCalls files) {
    this(files, Path.of("/dev/kmsg"));
  }

  KernelLog(FileCalls files, Path device) {
    this.files = files;
    this.device = device;
  }

  /**
   * Whether the kernel tells that it killed a process because memory had run out, in a control
   * group or on the machine.
   *
   * @param since on the kernel's clock; an older record is about another process of that number
   */
  public boolean killedForMemory(int pid, Duration since) throws IOException {
    String victim = "Killed process " + pid + " (";
    try (Fd log = files.open(device, FileFlags.O_RDONLY | FileFlags.O_NONBLOCK, 0)) {
      while (true) {
        String record = next(log);
        if (record.isEmpty()) {
          return false;
        }
        Matcher fields = RECORD.matcher(record);
        if (fields.matches()
            && fields.group(2).contains(victim)
            && Long.parseLong(fields.group(1)) >= since.toNanos() / 1000) {
          return true;
        }
      }
    }
  }

  /** One record for each read; empty at the end. */
  private String next(Fd log) throws IOException {
    ByteBuffer record = ByteBuffer.allocate(LONGEST);
    while (true) {
      try {
        files.read(log, record);
        return StandardCharsets.UTF_8.decode(record.flip()).toString();
      } catch (SyscallException failure) {
        if (failure.is(Errno.EAGAIN)) {
          return "";
        }
        // What was to be read next has been overwritten, and reading goes on behind it.
        if (!failure.is(Errno.EPIPE)) {
          throw failure;
        }
      }
    }
  }
}
