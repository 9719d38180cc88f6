package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.LogFile;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.Differs;
import io.gantry.conformance.harness.RuntimeUnderTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The log file of a container, byte for byte as kubelet reads it. */
class LogIT {

  private static final int LONGEST_RECORD = 16 << 10;

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private TestPod pod;

  @BeforeEach
  void makeAPod() throws Exception {
    pod = runtime.pod("log");
  }

  private static ContainerConfig.Builder writer(String script) {
    return Drafts.script("writer", runtime.image(), script).setLogPath("writer/0.log");
  }

  private LogFile logOf(ContainerConfig.Builder config) throws Exception {
    TestContainer container = pod.start(config);
    runtime.logged(container);
    assertThat(container.status().getLogPath()).isEqualTo(container.logFile().toString());
    return LogFile.read(container.logFile());
  }

  @Test
  void eachLineIsARecordWithTimeAndStream() throws Exception {
    Instant before = Instant.now();
    LogFile log = logOf(writer("echo out; sleep 0.2; echo err >&2; sleep 0.2; echo more"));
    assertThat(log.lines()).extracting(LogFile.Line::text).containsExactly("out", "err", "more");
    assertThat(log.lines())
        .extracting(LogFile.Line::stream)
        .containsExactly("stdout", "stderr", "stdout");
    assertThat(log.lines()).noneMatch(LogFile.Line::partial);
    assertThat(log.lines())
        .extracting(line -> line.time().toInstant())
        .isSorted()
        .allMatch(time -> time.isAfter(before) && time.isBefore(Instant.now()));
  }

  @Test
  void timesAreInRfc3339WithNanoseconds() throws Exception {
    TestContainer container = pod.start(writer("echo out"));
    runtime.logged(container);
    assertThat(Files.readString(container.logFile()))
        .matches(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{1,9}(Z|[+-]\\d\\d:\\d\\d) stdout F out\n");
  }

  @Test
  void emptyLinesAreKept() throws Exception {
    assertThat(logOf(writer("echo; echo; echo end")).text("stdout")).isEqualTo("\n\nend\n");
  }

  @Test
  void whatHasNoFinalNewlineIsPartial() throws Exception {
    LogFile log = logOf(writer("printf 'whole\\nbroken'"));
    assertThat(log.text("stdout")).isEqualTo("whole\nbroken");
    assertThat(log.lines().getLast().partial()).isTrue();
  }

  @Test
  void longLinesAreCutIntoPartialRecords() throws Exception {
    LogFile log = logOf(writer("head -c 100000 /dev/zero | tr '\\0' x; echo; echo next"));
    assertThat(log.lines()).allMatch(line -> line.content().size() <= LONGEST_RECORD);
    assertThat(log.text("stdout")).isEqualTo("x".repeat(100_000) + "\nnext\n");
  }

  @Test
  @Differs(
      runtime = "containerd",
      why = "it takes a carriage return before a newline for a part of it")
  void bytesThatAreNoTextComeThroughUnchanged() throws Exception {
    Path busybox = Path.of("/bin/busybox");
    byte[] wanted = Arrays.copyOf(Files.readAllBytes(busybox), 300_000);
    byte[] logged = logOf(writer("head -c 300000 /bin/busybox")).stream("stdout");
    assertThat(logged).isEqualTo(wanted);
  }

  @Test
  @Differs(
      runtime = "containerd",
      why = "it loses at times what is still in the pipe when a container ends",
      sometimes = true)
  void nothingIsLostOfAFastWriter() throws Exception {
    String wanted =
        IntStream.rangeClosed(1, 200_000)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining("\n", "", "\n"));
    assertThat(logOf(writer("seq 200000")).text("stdout")).isEqualTo(wanted);
  }

  @Test
  void bothStreamsAreCompleteWhenTheyMix() throws Exception {
    LogFile log = logOf(writer("for i in $(seq 500); do echo o$i; echo e$i >&2; done"));
    for (String stream : List.of("stdout", "stderr")) {
      String letter = stream.equals("stdout") ? "o" : "e";
      String wanted =
          IntStream.rangeClosed(1, 500)
              .mapToObj(i -> letter + i)
              .collect(Collectors.joining("\n", "", "\n"));
      assertThat(log.text(stream)).isEqualTo(wanted);
    }
  }

  @Test
  void whatAnOrphanWritesBeforeTheEndIsThere() throws Exception {
    LogFile log = logOf(writer("(sleep 0.1; echo orphan) & sleep 0.5; echo parent"));
    assertThat(log.text("stdout")).isEqualTo("orphan\nparent\n");
  }

  @Test
  void withoutALogPathTheOutputGoesNowhere() throws Exception {
    TestContainer container =
        pod.start(Drafts.script("mute", runtime.image(), "seq 100000; exit 3"));
    assertThat(container.ended().getExitCode()).isEqualTo(3);
    assertThat(container.status().getLogPath()).isEmpty();
  }
}
