package io.gantry.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the command line takes and how it refuses. */
class ArgumentsTest {

  @TempDir Path directory;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void bothSpellingsOfAnOptionAreTaken() throws UsageException {
    Arguments arguments =
        Arguments.parse("--root=/a", "--state", "/b/../c", "--log-level", "debug");

    assertThat(arguments.action()).isEqualTo(Arguments.Action.SERVE);
    assertThat(arguments.flags().root()).contains(Path.of("/a"));
    assertThat(arguments.flags().state()).contains(Path.of("/c"));
    assertThat(arguments.flags().socket()).isEmpty();
    assertThat(arguments.flags().logLevel()).contains("debug");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --rot=/x         | unknown argument --rot; did you mean --root?
          serve            | unknown argument serve
          --state          | --state needs a value
          --root=          | --root needs a value
          --log-level=loud | --log-level is loud; give one of error, warn, info, debug, trace
          config           | config is followed by default or check
          """)
  void whatIsNotUnderstoodIsOneLineWithARemedy(String argument, String message) {
    assertThat(run(argument)).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("gantryd: " + message + "; gantryd --help shows what there is\n");
  }

  @Test
  void helpAndVersionAreOutput() {
    assertThat(run("--help")).isZero();
    assertThat(run("--version")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .startsWith("Usage: gantryd")
        .contains("\ngantryd 0.")
        .doesNotContain("${");
  }

  @Test
  void theDefaultConfigurationPassesItsOwnCheck() throws IOException {
    assertThat(run("config", "default")).isZero();
    Path file = Files.write(directory.resolve("c.toml"), out.toByteArray());

    assertThat(run("config", "check", "--config", file.toString())).isZero();
  }

  @Test
  void aBadConfigurationStopsTheStart() throws IOException {
    Path file = Files.writeString(directory.resolve("c.toml"), "[log]\nlevel = 1\n");

    assertThat(run("--config", file.toString())).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "gantryd: "
                + file
                + ":2:1: log.level is 1; give one of error, warn, info, debug, trace\n");
  }

  @Test
  void aFileThatWasNamedMustBeThere() {
    assertThat(run("--config", "/no/such/file")).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("gantryd: no file /no/such/file\n");
  }

  private int run(String... args) {
    return Main.run(
        args,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }
}
