package io.gantry.conformance.suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.LogFile;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.AboutGantry;
import io.gantry.conformance.harness.CountingLines;
import io.gantry.conformance.node.Command;
import io.gantry.conformance.node.Distribution;
import io.gantry.conformance.node.PrivateNode;
import io.gantry.conformance.node.TestImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs that nobody rotates but the runtime, by its configuration. */
@AboutGantry
class LogLimitIT {

  private static final long MOST = 262_144;
  private static final String SETTINGS =
      "[container_log]\nmax_bytes = " + MOST + "\nmax_files = 1000\n";

  /** Prints numbered lines until it finds the file /stop. */
  private static final String COUNTER =
      "n=0; while [ ! -e /stop ]; do seq $((n + 1)) $((n + 100)); n=$((n + 100)); done";

  @TempDir private Path directory;

  private TestContainer started(PrivateNode node, String script) throws Exception {
    Path logs = Files.createDirectory(directory.resolve("logs"));
    TestPod pod =
        TestPod.run(node.client(), Drafts.pod("limited").setLogDirectory(logs.toString()).build());
    return pod.start(
        Drafts.script("writer", TestImage.importInto(node), script).setLogPath("0.log"));
  }

  private static Path file(TestContainer container, int number) throws IOException {
    return container.logFile().resolveSibling("0.log." + number);
  }

  private static void awaitFiles(TestContainer container, int number) {
    Awaitility.await("so many files")
        .pollInterval(Duration.ofMillis(2))
        .atMost(Duration.ofSeconds(60))
        .until(() -> Files.exists(file(container, number)));
  }

  private static List<String> gantry(PrivateNode node, String... words) {
    List<String> command = new ArrayList<>();
    command.add(Distribution.found().commandLine().toString());
    command.add("--host");
    command.add("unix://" + node.socket());
    command.addAll(List.of(words));
    return command;
  }

  @Test
  void theDeathOfTheDaemonLosesNoLineOfARotatedLog() throws Exception {
    try (PrivateNode node = PrivateNode.startWith(Distribution.found(), directory, SETTINGS)) {
      TestContainer container = started(node, COUNTER);
      awaitFiles(container, 3);
      node.kill();
      awaitFiles(container, 6);
      node.startAgain();
      container.tell("/stop");
      assertThat(container.ended().getExitCode()).isZero();

      int oldest = 1;
      while (Files.exists(file(container, oldest + 1))) {
        oldest++;
      }
      CountingLines lines = new CountingLines();
      for (int number = oldest; number > 0; number--) {
        assertThat(Files.size(file(container, number))).isBetween(MOST, MOST + (128 << 10));
        LogFile.copyOutput(file(container, number), lines);
      }
      LogFile.copyOutput(container.logFile(), lines);
      assertThat(lines.lines()).isGreaterThan(10_000);
      assertThat(Command.output(gantry(node, "logs", container.id())).lines())
          .as("the command line reads all files")
          .hasSize((int) lines.lines());
      assertThat(Command.output(gantry(node, "logs", "--tail", "20000", container.id())).lines())
          .hasSize(20_000)
          .last()
          .isEqualTo(Long.toString(lines.lines()));
    }
  }

  @Test
  void aFollowerMissesNothingWhenFilesChangeUnderIt() throws Exception {
    try (PrivateNode node = PrivateNode.startWith(Distribution.found(), directory, SETTINGS)) {
      TestContainer container = started(node, COUNTER);
      Path followed = directory.resolve("followed");
      Process following =
          new ProcessBuilder(gantry(node, "logs", "-f", container.id()))
              .redirectOutput(followed.toFile())
              .start();
      awaitFiles(container, 8);
      container.tell("/stop");
      assertThat(container.ended().getExitCode()).isZero();

      assertThat(following.waitFor()).isZero();
      CountingLines lines = new CountingLines();
      lines.write(Files.readString(followed).getBytes(UTF_8));
      assertThat(lines.lines()).isGreaterThan(10_000);
    }
  }

  @Test
  void aClientThatRotatesItselfIsNotDisturbed() throws Exception {
    try (PrivateNode node = PrivateNode.startWith(Distribution.found(), directory, SETTINGS)) {
      TestContainer container = started(node, COUNTER);
      awaitFiles(container, 1);
      Path moved = Files.move(container.logFile(), directory.resolve("logs/0.log.by-client"));
      container.reopenLog();
      assertThat(container.logFile()).exists();
      awaitFiles(container, 4);
      container.tell("/stop");
      assertThat(container.ended().getExitCode()).isZero();

      List<Path> files;
      try (Stream<Path> all = Files.list(directory.resolve("logs"))) {
        files = all.sorted(Comparator.comparingLong(LogLimitIT::firstNumber)).toList();
      }
      CountingLines lines = new CountingLines();
      for (Path file : files) {
        LogFile.copyOutput(file, lines);
      }
      assertThat(files).contains(moved);
      assertThat(lines.lines()).isGreaterThan(10_000);
    }
  }

  private static long firstNumber(Path file) {
    try {
      List<LogFile.Line> lines = LogFile.read(file).lines();
      return lines.isEmpty() ? Long.MAX_VALUE : Long.parseLong(lines.getFirst().text());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
