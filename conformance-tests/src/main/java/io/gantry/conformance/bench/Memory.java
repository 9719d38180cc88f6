package io.gantry.conformance.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

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

  /** In MiB, of all processes whose name matches. */
  static double ofNamed(Pattern name) throws IOException {
    double sum = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path entry : entries) {
        sum += matching(entry, name);
      }
    }
    return sum;
  }

  private static double matching(Path entry, Pattern name) {
    try {
      if (name.matcher(Files.readString(entry.resolve("comm")).strip()).find()) {
        return of(Long.parseLong(String.valueOf(entry.getFileName())));
      }
    } catch (IOException gone) {
      // A process that ended takes no memory.
    }
    return 0;
  }
}
