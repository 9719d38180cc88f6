package io.gantry.cni.filter;

import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Keeps other processes from a table while one changes it. */
@FunctionalInterface
public interface Exclusion {

  /** Waits until nobody else has it. */
  Held hold() throws IOException;

  /** Had until it is closed. */
  interface Held extends AutoCloseable {

    /** Whether somebody else may have had it since the last time. */
    boolean shared();

    @Override
    void close();
  }

  /** For a table that only one process changes. */
  static Exclusion ofOneProcess() {
    return () ->
        new Held() {
          @Override
          public boolean shared() {
            return false;
          }

          @Override
          public void close() {}
        };
  }

  /**
   * By flock(2) of a file, which is made where it is missing. Waits in the kernel: not for threads
   * that others need.
   */
  static Exclusion byFile(FileCalls calls, Path file) {
    return () -> {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Fd lock = calls.open(file, FileFlags.O_RDWR | FileFlags.O_CREAT, 0600);
      try {
        calls.lockExclusively(lock);
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
      return new Held() {
        @Override
        public boolean shared() {
          return true;
        }

        @Override
        public void close() {
          lock.close();
        }
      };
    };
  }
}
