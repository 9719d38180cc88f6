package io.gantry.metrics.sample;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import io.gantry.linux.SyscallException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** Which files processes have open. Safe for use by several threads. */
public final class ProcessFiles {

  /** Each costs a call; who has more is told to have this many. */
  static final long MOST = 65_536;

  private static final String LIMIT = "Max open files";

  private static final int DIRECTORY = FileFlags.O_RDONLY | FileFlags.O_DIRECTORY;

  private final FileCalls files;
  private final Path proc;
  private final KernelFile file;
  private final ReentrantLock turn = new ReentrantLock();

  /**
   * What some processes have open together.
   *
   * @param descriptors at most 65536
   * @param sockets those among them
   * @param softLimit of one process, or -1 for none
   */
  public record Count(long descriptors, long sockets, long softLimit) {}

  public ProcessFiles(FileCalls files) {
    this(files, Path.of("/proc"));
  }

  ProcessFiles(FileCalls files, Path proc) {
    this.files = files;
    this.proc = proc;
    this.file = new KernelFile(files);
  }

  /**
   * Counts; a process that has ended has nothing.
   *
   * @param first the process whose limit is told
   */
  public Count count(Collection<Integer> pids, int first) throws SyscallException {
    long[] count = new long[2];
    for (int pid : pids) {
      try (Fd directory = files.open(proc.resolve(pid + "/fd"), DIRECTORY, 0)) {
        add(directory, count);
      } catch (SyscallException failure) {
        passOverTheGone(failure);
      }
    }
    return new Count(count[0], count[1], softLimit(first));
  }

  private void add(Fd directory, long[] count) throws SyscallException {
    List<String> names = files.nextNames(directory);
    while (!names.isEmpty() && count[0] < MOST) {
      for (String name : names) {
        try {
          count[1] += files.readlinkat(directory, name).startsWith("socket:") ? 1 : 0;
          count[0]++;
        } catch (SyscallException failure) {
          passOverTheGone(failure);
        }
      }
      names = files.nextNames(directory);
    }
  }

  private long softLimit(int pid) throws SyscallException {
    turn.lock();
    try {
      if (!file.read(proc.resolve(pid + "/limits"))) {
        return 0;
      }
      return file.text()
          .lines()
          .filter(line -> line.startsWith(LIMIT))
          .map(line -> line.substring(LIMIT.length()).strip().split(" +", 2)[0])
          .mapToLong(word -> word.equals("unlimited") ? -1 : Long.parseLong(word))
          .findFirst()
          .orElse(0);
    } catch (SyscallException failure) {
      passOverTheGone(failure);
      return 0;
    } finally {
      turn.unlock();
    }
  }

  private static void passOverTheGone(SyscallException failure) throws SyscallException {
    if (!failure.is(Errno.ENOENT) && !failure.is(Errno.ESRCH)) {
      throw failure;
    }
  }
}
