package io.gantry.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The process that keeps a mount namespace alive while no daemon runs, and the file that says which
 * one it is. Safe for use by several threads.
 *
 * <p>A bind mount of the namespace's file would need no process, but cannot be relied on. The
 * kernel allows it only where the mounter's own namespace has the lower id ({@code mnt_ns_loop} in
 * fs/namespace.c), and Linux 6.18 hands ids out per processor, so that a younger namespace may have
 * the lower one. And no copy of a mount table contains such a mount ({@code CL_COPY_MNT_NS_FILE}):
 * a daemon that its service manager starts again in a mount namespace of its own would not find it.
 */
final class MountNamespaceKeeper implements AutoCloseable {

  private static final int SIGKILL = 9;
  private static final int LONGEST_END_MILLIS = 10_000;
  private static final Pattern RECORD = Pattern.compile("(\\d{1,9}) (\\d{1,18})\n");

  private final Syscalls linux;
  private final Path record;
  private @Nullable Sleeper sleeper;

  MountNamespaceKeeper(Syscalls linux, Path directory) {
    this.linux = linux;
    this.record = directory.resolve("keeper");
  }

  private record Sleeper(int pid, Fd pidfd) {}

  /** The namespace of the recorded process; nothing when there is none or it has ended. */
  synchronized Optional<Fd> namespace() throws IOException {
    Sleeper found = recorded();
    if (found == null) {
      return Optional.empty();
    }
    try {
      Fd namespace = linux.open(Path.of("/proc/" + found.pid() + "/ns/mnt"), 0, 0);
      // Only now is it sure that the pid meant this process until then.
      if (linux.pollIn(found.pidfd(), 0)) {
        namespace.close();
        found.pidfd().close();
        return Optional.empty();
      }
      sleeper = found;
      return Optional.of(namespace);
    } catch (SyscallException failure) {
      found.pidfd().close();
      if (failure.is(Errno.ENOENT)) {
        return Optional.empty();
      }
      throw failure;
    }
  }

  private @Nullable Sleeper recorded() throws IOException {
    String text;
    try {
      text = Files.readString(record);
    } catch (NoSuchFileException none) {
      return null;
    }
    Matcher fields = RECORD.matcher(text);
    if (!fields.matches()) {
      throw new IOException(
          record + " does not name a process; remove it, which gives up the pods' namespaces");
    }
    return open(
        new ProcessIdentity(Integer.parseInt(fields.group(1)), Long.parseLong(fields.group(2))));
  }

  private @Nullable Sleeper open(ProcessIdentity identity) throws IOException {
    Fd pidfd;
    try {
      pidfd = linux.pidfdOpen(identity.pid());
    } catch (SyscallException failure) {
      if (failure.is(Errno.ESRCH) || failure.is(Errno.EINVAL)) {
        return null;
      }
      throw failure;
    }
    if (identity.isAlive()) {
      return new Sleeper(identity.pid(), pidfd);
    }
    pidfd.close();
    return null;
  }

  /**
   * Starts a process where there is none or somebody killed it. Called on a thread that is in the
   * namespace.
   */
  synchronized void require(KeeperProgram program) throws IOException {
    Sleeper known = sleeper;
    if (known != null && !linux.pollIn(known.pidfd(), 0)) {
      return;
    }
    if (known != null) {
      sleeper = null;
      known.pidfd().close();
      var _ = linux.waitpidNow(known.pid());
    }
    sleeper = started(program);
  }

  /** Nobody would know a process that its starter died before writing down: so it waits for it. */
  private Sleeper started(KeeperProgram program) throws IOException {
    try (Pipe pipe = linux.pipe()) {
      int pid = program.start(pipe.reader());
      try {
        pipe.reader().close();
        ProcessIdentity identity =
            ProcessIdentity.of(pid)
                .orElseThrow(() -> new IOException("keeper of mounts " + pid + " ended at once"));
        write(identity);
        linux.write(pipe.writer(), ByteBuffer.wrap(new byte[1]));
        return new Sleeper(pid, linux.pidfdOpen(pid));
      } catch (IOException failure) {
        undo(pid, failure);
        throw failure;
      }
    }
  }

  private void write(ProcessIdentity identity) throws IOException {
    Path fresh = record.resolveSibling("keeper.new");
    Files.writeString(fresh, identity.pid() + " " + identity.startTicks() + "\n");
    Files.move(fresh, record, StandardCopyOption.ATOMIC_MOVE);
  }

  private void undo(int pid, IOException failure) {
    try {
      linux.kill(pid, SIGKILL);
      var _ = linux.waitpid(pid);
      Files.deleteIfExists(record);
    } catch (IOException again) {
      failure.addSuppressed(again);
    }
  }

  /** Ends the recorded process and forgets it; gone before is fine. */
  synchronized void end() throws IOException {
    Sleeper running = recorded();
    if (running != null) {
      try (Fd pidfd = running.pidfd()) {
        linux.pidfdSendSignal(pidfd, SIGKILL);
        if (!linux.pollIn(pidfd, LONGEST_END_MILLIS)) {
          throw new IOException(
              "keeper of mounts %d does not end %d ms after SIGKILL; see /proc/%d/stack"
                  .formatted(running.pid(), LONGEST_END_MILLIS, running.pid()));
        }
        var _ = linux.waitpidNow(running.pid());
      }
    }
    Files.deleteIfExists(record);
    Files.deleteIfExists(record.resolveSibling("keeper.new"));
  }

  /** Lets go of the process, which lives on. */
  @Override
  public synchronized void close() {
    if (sleeper != null) {
      sleeper.pidfd().close();
      sleeper = null;
    }
  }
}
