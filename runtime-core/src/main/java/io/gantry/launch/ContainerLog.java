package io.gantry.launch;

import io.gantry.container.Container;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Opens the file that a container's output goes to. */
final class ContainerLog {

  private static final Path NOWHERE = Path.of("/dev/null");
  private static final int MODE = 0640;

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
}
