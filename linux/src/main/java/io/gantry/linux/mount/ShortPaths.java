package io.gantry.linux.mount;

import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.SyscallException;
import io.gantry.linux.Syscalls;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Paths for fsconfig(2), which takes at most 255 bytes: a longer one is opened and named by its
 * descriptor until this is closed.
 */
final class ShortPaths implements AutoCloseable {

  private static final int LONGEST = 255;

  private final Syscalls linux;
  private final List<Fd> opened = new ArrayList<>();

  ShortPaths(Syscalls linux) {
    this.linux = linux;
  }

  /** Of a directory. */
  String of(Path path) throws SyscallException {
    return of(path, FileFlags.O_DIRECTORY);
  }

  String ofFile(Path path) throws SyscallException {
    return of(path, 0);
  }

  private String of(Path path, int flags) throws SyscallException {
    String text = path.toString();
    if (text.getBytes(StandardCharsets.UTF_8).length <= LONGEST) {
      return text;
    }
    Fd fd = linux.open(path, FileFlags.O_PATH | flags, 0);
    opened.add(fd);
    return fd.path().toString();
  }

  @Override
  public void close() {
    opened.forEach(Fd::close);
  }
}
