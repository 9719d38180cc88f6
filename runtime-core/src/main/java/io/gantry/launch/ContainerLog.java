package io.gantry.launch;

import io.gantry.container.Container;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import io.gantry.shim.Plan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** The file that a container's output goes to. */
public final class ContainerLog {

  private static final Path NOWHERE = Path.of("/dev/null");
  private static final int MODE = 0640;

  /**
   * When a supervisor begins a new log file of itself.
   *
   * @param bytes of a file; 0 for never
   * @param files that are kept, with the one that is written
   */
  public record Rotation(long bytes, int files) {}

  private ContainerLog() {}

  /**
   * The log of the record's path, appended to and made with its directory when missing; without a
   * path /dev/null.
   */
  static Fd open(FileCalls files, Container container) throws IOException {
    String path = container.spec().logPath();
    if (path.isEmpty()) {
      return files.open(NOWHERE, FileFlags.O_WRONLY, 0);
    }
    Path log = Path.of(path);
    Files.createDirectories(Objects.requireNonNull(log.getParent()));
    return files.open(log, FileFlags.O_WRONLY | FileFlags.O_CREAT | FileFlags.O_APPEND, MODE);
  }

  /** The plan with the rotation of the log in that directory. */
  static Plan rotated(Plan plan, Fd directory, Container container, Rotation rotation) {
    Path name = Objects.requireNonNull(Path.of(container.spec().logPath()).getFileName());
    return plan.rotatingLog(directory, name.toString(), rotation.bytes(), rotation.files());
  }

  /** The directory of the log, for names in it alone. */
  static Fd directory(FileCalls files, Container container) throws IOException {
    Path log = Path.of(container.spec().logPath());
    return files.open(
        Objects.requireNonNull(log.getParent()), FileFlags.O_PATH | FileFlags.O_DIRECTORY, 0);
  }
}
