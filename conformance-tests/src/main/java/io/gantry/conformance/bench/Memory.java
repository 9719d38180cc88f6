package io.gantry.conformance.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Proportional set size: what of the machine's memory processes take, shared pages shared out. */
final class Memory {

  private static final double KIBIBYTES_PER_MEBIBYTE = 1024;

  private Memory() {}

  /** In MiB, of one process. */
  static double of(long pid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
      if (line.startsWith("Pss:")) {
        String kibibytes = line.replaceAll("[^0-9]", "");
        return Long.parseLong(kibibytes) / KIBIBYTES_PER_MEBIBYTE;
      }
    }
    throw new IOException("no Pss in the memory map of " + pid);
  }

  /** In MiB, of one process that may have ended, and takes no memory then. */
  static double ofLiving(long pid) throws IOException {
    try {
      return of(pid);
    } catch (NoSuchFileException gone) {
      return 0;
    }
  }
}
