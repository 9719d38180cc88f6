package io.gantry.daemon;

import io.gantry.error.AlreadyExistsException;
import io.gantry.error.Subject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The claim of one daemon on a directory: a lock on the file {@code lock} in it, which the kernel
 * gives back when the process ends, however it ends. It is a record lock (fcntl(2)), which children
 * do not inherit, so that supervisors that outlive the daemon do not keep it.
 */
final class InstanceLock implements AutoCloseable {

  private final FileChannel channel;

  private InstanceLock(FileChannel channel) {
    this.channel = channel;
  }

  /** Throws {@link AlreadyExistsException} when a daemon has the directory. */
  static InstanceLock take(Path directory) throws IOException {
    Path file = directory.resolve("lock");
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw taken(directory, file);
      }
      String pid = ProcessHandle.current().pid() + "\n";
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
      return new InstanceLock(channel);
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw taken(directory, file);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static AlreadyExistsException taken(Path directory, Path file) throws IOException {
    String pid = Files.readString(file).strip();
    return new AlreadyExistsException(
        new Subject("directory", directory.toString()),
        "another gantryd" + (pid.isEmpty() ? "" : " (pid " + pid + ")") + " uses " + directory,
        "stop it first, or choose another --root and --state");
  }

  /** The file stays: removing it would let two daemons lock two files of one name. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
