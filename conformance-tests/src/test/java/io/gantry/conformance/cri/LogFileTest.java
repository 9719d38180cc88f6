package io.gantry.conformance.cri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {

  private static final String TIME = "2026-01-02T03:04:05.000000006Z";

  @TempDir Path directory;

  private LogFile read(String content) throws IOException {
    Path file = directory.resolve("log");
    Files.write(file, content.getBytes(StandardCharsets.ISO_8859_1));
    return LogFile.read(file);
  }

  @Test
  void partialRecordsAreOneLineOfOutput() throws IOException {
    LogFile log =
        read(TIME + " stdout P ab\n" + TIME + " stderr F other\n" + TIME + " stdout F  c\n");
    assertThat(log.text("stdout")).isEqualTo("ab c\n");
    assertThat(log.text("stderr")).isEqualTo("other\n");
  }

  @Test
  void bytesStayBytes() throws IOException {
    assertThat(read(TIME + " stdout P \u00ff\u0080\n").stream("stdout"))
        .containsExactly(0xff, 0x80);
  }

  @Test
  void whatIsNoRecordIsRefused() {
    assertThatThrownBy(() -> read("hello there\n")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> read(TIME + " stdout F cut off")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> read(TIME + " stdin F x\n")).isInstanceOf(IOException.class);
  }
}
