package io.gantry.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A process that cannot be mistaken for a later one with the same pid.
 *
 * @param pid in the machine's namespace
 * @param startTicks when it started, in clock ticks since boot: field 22 of {@code /proc/PID/stat}
 *     (proc(5))
 */
public record ProcessIdentity(int pid, long startTicks) {

  private static final Path PROC = Path.of("/proc");
  private static final int STATE = 0;
  private static final int START = 19;

  /** The process that has that pid now. */
  public static ProcessIdentity of(int pid) throws IOException {
    return new ProcessIdentity(pid, Long.parseLong(fields(pid)[START]));
  }

  /** Whether it is still there and no zombie. */
  public boolean isAlive() {
    try {
      String[] fields = fields(pid);
      return Long.parseLong(fields[START]) == startTicks && !"ZX".contains(fields[STATE]);
    } catch (IOException gone) {
      // ENOENT, or ESRCH when it ended between open and read: nothing else fails in reading stat.
      return false;
    }
  }

  /** The fields after the name, which may itself hold blanks and parentheses. */
  private static String[] fields(int pid) throws IOException {
    String stat =
        Files.readString(
            PROC.resolve(Integer.toString(pid)).resolve("stat"), StandardCharsets.ISO_8859_1);
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
  }
}
