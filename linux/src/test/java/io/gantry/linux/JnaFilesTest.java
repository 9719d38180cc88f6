package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The machine's file calls. */
class JnaFilesTest implements FileCallsContract {

  @TempDir Path temp;
  private Fd directory = Fd.CWD;

  @BeforeEach
  void openDirectory() throws Exception {
    directory = files().open(temp, FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0);
  }

  @AfterEach
  void closeDirectory() {
    directory.close();
  }

  @Override
  public FileCalls files() {
    return Linux.syscalls();
  }

  @Override
  public Fd directory() {
    return directory;
  }

  @Test
  void aNameThatIsNotUtf8SurvivesTheWayThereAndBack() throws Exception {
    byte[] latin1 = {'g', 'r', (byte) 0xFC, 'n', (byte) 0xE9};
    String name = KernelText.text(latin1, 0, latin1.length);
    files().mkdirat(directory, name, 0755);
    assertThat(files().names(directory)).containsExactly(name);
    assertThat(KernelText.bytes(name)).isEqualTo(latin1);
  }

  @Test
  void descriptorsAreClosedOnExec() throws Exception {
    try (Fd memory = files().memfdCreate("m");
        Fd file = files().open(Path.of("/dev/null"), FileFlags.O_WRONLY, 0)) {
      assertThat(flagsOf(memory) & 02000000).isNotZero();
      assertThat(flagsOf(file) & 02000000).isNotZero();
      assertThat(files().write(file, ByteBuffer.allocate(1))).isEqualTo(1);
    }
  }

  private static int flagsOf(Fd fd) throws Exception {
    String flags =
        Files.readAllLines(Path.of("/proc/self/fdinfo/" + fd.number())).stream()
            .filter(line -> line.startsWith("flags:"))
            .findFirst()
            .orElseThrow();
    return Integer.parseInt(flags.substring("flags:".length()).strip(), 8);
  }

  @Test
  void theFileSystemTellsItsSize() throws Exception {
    try (Fd proc = files().open(Path.of("/proc"), FileFlags.O_PATH, 0)) {
      assertThat(files().fstatfs(proc).type()).isEqualTo(0x9fa0);
    }
    assertThat(files().fstatfs(directory).blocks()).isPositive();
  }
}
