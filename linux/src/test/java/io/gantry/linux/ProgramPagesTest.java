package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramPagesTest {

  @TempDir Path directory;

  private static String mapping(String addresses, String rights, String file, int changed) {
    return """
    %s %s 00000000 fe:00 5357705        %s
    Size:                  8 kB
    Rss:                   8 kB
    Private_Dirty:         0 kB
    Anonymous:      %8d kB
    VmFlags: rd mr mw me
    """
        .formatted(addresses, rights, file, changed);
  }

  private long bytesIn(String... mappings) throws IOException {
    return ProgramPages.in(Files.writeString(directory.resolve("smaps"), String.join("", mappings)))
        .bytes();
  }

  @Test
  void areThoseOfCodeAndArchive() throws Exception {
    assertThat(
            bytesIn(
                mapping("800001000-800003000", "r--p", "/opt/gantry/aot/gantryd.aot", 0),
                mapping("7f0000000000-7f0000001000", "r-xp", "/usr/lib/server/libjvm.so", 0)))
        .isEqualTo(0x2000 + 0x1000);
  }

  @Test
  void areNotThoseThatCanBeOrWereWritten() throws Exception {
    assertThat(
            bytesIn(
                mapping("800001000-800003000", "rw-p", "/opt/gantry/aot/gantryd.aot", 0),
                mapping("800003000-800005000", "r--p", "/opt/gantry/aot/gantryd.aot", 4)))
        .isZero();
  }

  /** What is unmapped some day would make room for something else at its address. */
  @Test
  void areNotThoseOfOtherFiles() throws Exception {
    assertThat(
            bytesIn(
                mapping("800001000-800003000", "r--p", "/usr/lib/libcrypto.so.3", 0),
                mapping("800003000-800005000", "r--p", "/data/file.aotx", 0),
                mapping("800005000-800007000", "r--p", "", 0)))
        .isZero();
  }

  @Test
  void areNotResidentOnceTheyAreLetGo() throws Exception {
    ProgramPages pages = ProgramPages.ofThisProcess();
    assertThat(pages.bytes()).isPositive();
    long before = residentCode();

    pages.letGo();

    // Looking at it needs a part of it again.
    assertThat(residentCode()).isLessThan(before * 3 / 4);
  }

  /** In KiB, of the machine code of the JVM that runs this test. */
  private static long residentCode() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("/proc/self/smaps"));
    for (Iterator<String> line = lines.iterator(); line.hasNext(); ) {
      if (line.next().matches("\\S+ r-xp .*/libjvm\\.so")) {
        while (line.hasNext()) {
          String value = line.next();
          if (value.startsWith("Rss:")) {
            return Long.parseLong(value.replaceAll("[^0-9]", ""));
          }
        }
      }
    }
    throw new IOException("no code of the JVM in /proc/self/smaps");
  }
}
