package io.gantry.cli.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.cli.session.Console;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogFileTest {
  private static final String TIME = "2026-01-02T15:04:05.123456789Z ";

  @TempDir private Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Path path = Path.of("");

  @BeforeEach
  void choosePath() {
    path = directory.resolve("0.log");
  }

  private LogPrinter printer(LogView view) {
    return new LogPrinter(stream(out), stream(err), view);
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, UTF_8);
  }

  private static String line(String stream, String tag, String text) {
    return TIME + stream + " " + tag + " " + text + "\n";
  }

  private void append(String text) {
    try {
      Files.writeString(path, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void partsOfTwoStreamsAreJoinedEachOnItsOwn() throws IOException {
    append(
        line("stdout", "P", "a")
            + line("stderr", "P", "1")
            + line("stdout", "F", "b")
            + line("stderr", "F", "2")
            + line("stdout", "F", ""));
    try (var file = new LogFile(path)) {
      file.pump(printer(new LogView(true, Instant.MIN, Long.MAX_VALUE)));
    }
    assertThat(out.toString(UTF_8)).isEqualTo(TIME + "ab\n" + TIME + "\n");
    assertThat(err.toString(UTF_8)).isEqualTo(TIME + "12\n");
  }

  @Test
  void anyCutOfTheBytesGivesTheSameText() {
    var seed = 42L;
    var random = RandomGeneratorFactory.getDefault().create(seed);
    var bytes =
        (line("stdout", "F", "größer") + line("stdout", "P", "x y  z") + line("stdout", "F", "!"))
            .getBytes(UTF_8);
    for (int round = 0; round < 50; round++) {
      out.reset();
      var printer = printer(LogView.PLAIN);
      for (int start = 0; start < bytes.length; ) {
        int length = Math.min(1 + random.nextInt(20), bytes.length - start);
        printer.accept(Arrays.copyOfRange(bytes, start, start + length), length);
        start += length;
      }
      assertThat(out.toString(UTF_8)).as("seed %d", seed).isEqualTo("größer\nx y  z!\n");
    }
  }

  @Test
  void linesOfAnotherFormatAreShownAsTheyAre() throws IOException {
    append("what is this\n" + line("stdout", "F", "fine"));
    try (var file = new LogFile(path)) {
      file.pump(printer(LogView.PLAIN));
    }
    assertThat(out.toString(UTF_8)).isEqualTo("what is this\nfine\n");
  }

  @ParameterizedTest
  @CsvSource({
    "0, ''",
    "1, 'five!'",
    "2, 'four|five!'",
    "5, 'one|two|three|four|five!'",
    "9, 'one|two|three|four|five!'"
  })
  void tailCountsLinesNotParts(long lines, String expected) throws IOException {
    for (var word : List.of("one", "two", "three", "four")) {
      append(line("stdout", "F", word));
    }
    append(line("stdout", "P", "fi") + line("stdout", "P", "ve") + line("stdout", "F", "!"));
    try (var file = new LogFile(path)) {
      file.skipToLast(lines);
      file.pump(printer(LogView.PLAIN));
    }
    assertThat(out.toString(UTF_8).strip().replace('\n', '|')).isEqualTo(expected);
  }

  @Test
  void tailReachesOverBlocksOfALargeLog() throws IOException {
    var filler = "x".repeat(16_000);
    for (int i = 0; i < 30; i++) {
      append(line("stdout", "F", i + filler));
    }
    try (var file = new LogFile(path)) {
      file.skipToLast(12);
      file.pump(printer(LogView.PLAIN));
    }
    assertThat(out.toString(UTF_8).lines()).hasSize(12).first().asString().startsWith("18x");
  }

  @Test
  void rotatedLogIsReadToItsEndAndThenTheNewOne() throws IOException {
    append(line("stdout", "F", "one"));
    try (var file = new LogFile(path)) {
      var printer = printer(LogView.PLAIN);
      file.pump(printer);
      append(line("stdout", "F", "two"));
      Files.move(path, directory.resolve("0.log.1"));
      file.pump(printer);
      append(line("stdout", "F", "three"));
      file.pump(printer);
    }
    assertThat(out.toString(UTF_8)).isEqualTo("one\ntwo\nthree\n");
  }

  private void rotate(int files) throws IOException {
    for (int i = files - 1; i > 0; i--) {
      var from = i == 1 ? path : directory.resolve("0.log." + (i - 1));
      if (Files.exists(from)) {
        Files.move(from, directory.resolve("0.log." + i), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private void appendAndRotate(String... words) throws IOException {
    for (var word : words) {
      append(line("stdout", "F", word));
      rotate(5);
    }
  }

  @Test
  void filesThatWereRotatedBeforeAreReadFromTheOldestOn() throws IOException {
    appendAndRotate("one", "two", "three");
    append(line("stdout", "F", "four"));
    Files.delete(directory.resolve("0.log.2"));
    try (var file = new LogFile(path)) {
      file.pump(printer(LogView.PLAIN));
    }
    assertThat(out.toString(UTF_8)).isEqualTo("one\nthree\nfour\n");
  }

  @ParameterizedTest
  @CsvSource({
    "0, ''",
    "1, 'five'",
    "2, 'four!|five'",
    "3, 'three|four!|five'",
    "4, 'two|three|four!|five'",
    "5, 'one|two|three|four!|five'",
    "9, 'one|two|three|four!|five'"
  })
  void tailReachesOverFiles(long lines, String expected) throws IOException {
    appendAndRotate("one");
    append(line("stdout", "F", "two"));
    append(line("stdout", "F", "three"));
    append(line("stdout", "P", "four"));
    rotate(5);
    append(line("stdout", "F", "!"));
    append(line("stdout", "F", "five"));
    try (var file = new LogFile(path)) {
      file.skipToLast(lines);
      file.pump(printer(LogView.PLAIN));
    }
    assertThat(out.toString(UTF_8).strip().replace('\n', '|')).isEqualTo(expected);
  }

  @Test
  void rotatedSeveralTimesBetweenTwoLooksNothingIsMissed() throws IOException {
    append(line("stdout", "F", "one"));
    try (var file = new LogFile(path)) {
      var printer = printer(LogView.PLAIN);
      file.pump(printer);
      appendAndRotate("two", "three", "four");
      file.pump(printer);
      append(line("stdout", "F", "five"));
      file.pump(printer);
    }
    assertThat(out.toString(UTF_8)).isEqualTo("one\ntwo\nthree\nfour\nfive\n");
  }

  @Test
  void tailOfOneLessThanThereAreIsOneLess() throws IOException {
    append(line("stdout", "F", "one") + line("stdout", "F", "two"));
    try (var file = new LogFile(path)) {
      file.skipToLast(1);
      file.pump(printer(LogView.PLAIN));
    }
    assertThat(out.toString(UTF_8)).isEqualTo("two\n");
  }

  @Test
  void emptiedLogIsReadFromItsNewBeginning() throws IOException {
    append(line("stdout", "F", "a long first line"));
    try (var file = new LogFile(path)) {
      var printer = printer(LogView.PLAIN);
      file.pump(printer);
      Files.writeString(path, line("stdout", "F", "new"), StandardOpenOption.TRUNCATE_EXISTING);
      file.pump(printer);
    }
    assertThat(out.toString(UTF_8)).isEqualTo("a long first line\nnew\n");
  }

  @Test
  void followerShowsWhatIsWrittenUntilTheEnd() throws IOException {
    append(line("stdout", "F", "before"));
    var console =
        new Console(
            InputStream.nullInputStream(), stream(out), stream(err), InstantSource.system());
    Queue<Runnable> life =
        new ArrayDeque<>(
            List.of(
                () -> append(line("stdout", "F", "while asked")),
                () -> append(line("stderr", "F", "last words"))));
    var follower =
        new LogFollower(
            console,
            LogView.PLAIN,
            () -> {
              var next = life.poll();
              if (next != null) {
                next.run();
              }
              return life.isEmpty();
            });
    try (var file = new LogFile(path)) {
      follower.follow(file, path);
    }
    assertThat(out.toString(UTF_8)).isEqualTo("before\nwhile asked\n");
    assertThat(err.toString(UTF_8)).isEqualTo("last words\n");
  }

  @Test
  void watchWakesUpForANewLine() throws IOException, InterruptedException {
    append("");
    try (var watch = new LogWatch(path)) {
      append(line("stdout", "F", "news"));
      assertThat(watch.await(Duration.ofSeconds(30))).isTrue();
    }
  }
}
