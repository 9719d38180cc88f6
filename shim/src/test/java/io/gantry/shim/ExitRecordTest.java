package io.gantry.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExitRecordTest {

  @TempDir private Path directory;

  @Test
  void anEndedContainerHasItsTimesAndCode() {
    String text =
        "code=137\nsignal=9\nstarted_ns=1000000001\nfinished_ns=2000000002\npid=42\nleft=3\noom_kills=2\n";

    assertThat(ExitRecord.parse(text))
        .isEqualTo(
            new ShimStatus.Exited(
                new ExitStatus(
                    137, 9, Instant.ofEpochSecond(1, 1), Instant.ofEpochSecond(2, 2), 42, 3, 2)));
  }

  @Test
  void aFailedStartNamesItsStep() {
    String text = "index=3\nstep=exec\nobject=/bin/a=b\nerrno=2\ndetail=\nfinished_ns=1\n";

    assertThat(ExitRecord.parse(text))
        .isEqualTo(new ShimStatus.Failed(new StepFailure(3, "exec", "/bin/a=b", Errno.ENOENT, "")));
  }

  @Test
  void noRecordIsNoState() throws IOException {
    assertThat(ExitRecord.read(directory)).isEmpty();
  }

  @Test
  void aDamagedRecordNamesItsFile() throws IOException {
    Files.writeString(directory.resolve("exit"), "code=x\n");

    assertThatThrownBy(() -> ExitRecord.read(directory))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(directory.resolve("exit").toString());
  }
}
