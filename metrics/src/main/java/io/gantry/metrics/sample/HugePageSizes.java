package io.gantry.metrics.sample;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/** The sizes of huge pages that a machine has, in the spelling of its control groups. */
final class HugePageSizes {

  static final List<String> OF_THIS_MACHINE = here();

  private static final String PREFIX = "hugepages-";

  private HugePageSizes() {}

  private static List<String> here() {
    try {
      return of(Path.of("/sys/kernel/mm/hugepages"));
    } catch (IOException e) {
      LoggerFactory.getLogger(HugePageSizes.class)
          .warn("the sizes of huge pages are unknown, none are measured: {}", e.toString());
      return List.of();
    }
  }

  /** Directories such as {@code hugepages-2048kB}; a kernel without huge pages has none. */
  static List<String> of(Path directory) throws IOException {
    List<String> sizes = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, PREFIX + "*kB")) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        sizes.add(name(Long.parseLong(name, PREFIX.length(), name.length() - 2, 10)));
      }
    } catch (NoSuchFileException none) {
      return List.of();
    }
    sizes.sort(null);
    return List.copyOf(sizes);
  }

  /** As mem_fmt of mm/hugetlb_cgroup.c writes it. */
  private static String name(long kilobytes) {
    if (kilobytes >= 1 << 20) {
      return (kilobytes >> 20) + "GB";
    }
    return kilobytes >= 1 << 10 ? (kilobytes >> 10) + "MB" : kilobytes + "KB";
  }
}
