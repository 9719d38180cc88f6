package io.gantry.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Which process a pid meant when it was noted down: pids are used again, but not with the same
 * start time (proc_pid_stat(5)).
 *
 * @param startTicks clock ticks between the machine's start and the process's
 */
public record ProcessIdentity(int pid, long startTicks) {

  private static final Path PROC = Path.of("/proc");

  /** Fields counted from the one after the name, which is the state. */
  private static final int STATE = 0;

  private static final int START_TIME = 19;

  /** The process that has this pid now; nothing when it has ended, whether reaped or not. */
  public static Optional<ProcessIdentity> of(int pid) throws IOException {
    return of(PROC, pid);
  }

  static Optional<ProcessIdentity> of(Path proc, int pid) throws IOException {
    String stat;
    try {
      stat = Files.readString(proc.resolve(pid + "/stat"));
    } catch (NoSuchFileException ended) {
      return Optional.empty();
    } catch (IOException failure) {
      // The process ended between open(2) and read(2): ESRCH, which NIO has no class for.
      if (Files.exists(proc.resolve(pid + "/stat"))) {
        throw failure;
      }
      return Optional.empty();
    }
    // The name may hold blanks and brackets, so the fields are counted from its last bracket.
    List<String> fields = Arrays.asList(stat.substring(stat.lastIndexOf(')') + 2).split(" ", 30));
    boolean ended = fields.get(STATE).equals("Z") || fields.get(STATE).equals("X");
    return ended
        ? Optional.empty()
        : Optional.of(new ProcessIdentity(pid, Long.parseLong(fields.get(START_TIME))));
  }

  /** Whether it still runs. */
  public boolean isAlive() throws IOException {
    return of(pid).equals(Optional.of(this));
  }
}
