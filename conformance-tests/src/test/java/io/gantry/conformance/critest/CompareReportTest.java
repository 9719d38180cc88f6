package io.gantry.conformance.critest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareReportTest {

  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private String file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  private int run(String... arguments) {
    return CompareReport.run(
        List.of(arguments), new PrintStream(out, true, StandardCharsets.UTF_8));
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String report() throws IOException {
    return file(
        "report.xml",
        "<testsuites><testcase name=\"[It] a\" status=\"passed\"></testcase></testsuites>");
  }

  @Test
  void saysAndWritesDownHowItWent() throws Exception {
    Path counts = folder.resolve("counts");

    int status =
        run(
            "--expected",
            file("expected.tsv", "a\tpass\n"),
            "--name",
            "critest over SPDY",
            "--counts",
            counts.toString(),
            "--whole",
            report());

    assertThat(status).isZero();
    assertThat(printed())
        .isEqualTo("critest over SPDY: ran 1, passed 1, failed 0, skipped 0, todo 0\n");
    assertThat(counts).hasContent("1 0 0");
  }

  @Test
  void failsWhenAnythingIsNotAsExpected() throws Exception {
    assertThat(run("--expected", file("expected.tsv", "a\ttodo\tlater\n"), report())).isEqualTo(1);
    assertThat(printed()).contains("change expected.tsv:1 to");
  }

  @Test
  void saysWhenItCannotCompare() throws Exception {
    assertThat(run(report())).isEqualTo(2);
    assertThat(run("--expected", file("expected.tsv", "a\n"), report())).isEqualTo(2);
    assertThat(run("--expected", file("expected.tsv", "a\tpass\n"), "/no/such/report"))
        .isEqualTo(2);
    assertThat(printed()).contains("usage: CompareReport", "expected.tsv:1", "/no/such/report");
  }
}
