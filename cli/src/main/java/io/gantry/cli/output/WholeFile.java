package io.gantry.cli.output;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that appears whole or not at all: it is written beside its place and moved there when it
 * is kept. What is no plain file, such as a pipe, is written to as it is.
 */
public final class WholeFile implements AutoCloseable {
  private static final int BUFFER = 256 << 10;

  private final Path target;
  private final Path written;
  private final OutputStream out;

  private WholeFile(Path target, Path written, OutputStream out) {
    this.target = target;
    this.written = written;
    this.out = out;
  }

  public static WholeFile at(Path target) throws IOException {
    var special = Files.exists(target) && !Files.isRegularFile(target);
    var written = special ? target : target.resolveSibling(partName(target));
    var out =
        special
            ? Files.newOutputStream(target, StandardOpenOption.WRITE)
            : Files.newOutputStream(written, StandardOpenOption.CREATE_NEW);
    return new WholeFile(target, written, new BufferedOutputStream(out, BUFFER));
  }

  private static String partName(Path target) {
    return target.getFileName() + ".part-" + ProcessHandle.current().pid();
  }

  public OutputStream out() {
    return out;
  }

  /** Everything is written: the file takes its place. */
  public void keep() throws IOException {
    out.close();
    if (!written.equals(target)) {
      Files.move(
          written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Removes what was written, unless it was kept. */
  @Override
  public void close() throws IOException {
    out.close();
    if (!written.equals(target)) {
      Files.deleteIfExists(written);
    }
  }
}
