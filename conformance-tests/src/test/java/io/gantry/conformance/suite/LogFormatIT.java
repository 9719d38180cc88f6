package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.LogFile;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.Differs;
import io.gantry.conformance.harness.RuntimeUnderTest;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The bytes of a log record, as kubelet's parser wants them, whatever the container writes. */
class LogFormatIT {

  /** Kubelet reads times with Go's RFC3339Nano and takes the tag up to the first colon. */
  private static final Pattern RECORD =
      Pattern.compile(
          "(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,9})?(?:Z|[+-]\\d\\d:\\d\\d))"
              + " (stdout|stderr) (P|F) ([^\\n]*)\\n",
          Pattern.DOTALL);

  private static final int MOST_CONTENT = 16 << 10;
  private static final int HUNDRED_MEGABYTES = 100_000_000;

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private TestPod pod;

  @BeforeEach
  void makeAPod() throws Exception {
    pod = runtime.pod("format");
  }

  private TestContainer ran(String name, String script) throws Exception {
    TestContainer container =
        pod.start(Drafts.script(name, runtime.image(), script).setLogPath(name + ".log"));
    runtime.logged(container);
    return container;
  }

  /** What it writes, and the contents of its records with their tags. */
  private record Writing(String name, String script, List<String> records) {}

  private static final List<Writing> TABLE =
      List.of(
          new Writing("a-line", "printf 'one\\n'", List.of("F one")),
          new Writing("two-lines", "printf 'one\\ntwo\\n'", List.of("F one", "F two")),
          new Writing("nothing", "true", List.of()),
          new Writing("an-empty-line", "printf '\\n'", List.of("F ")),
          new Writing("only-empty-lines", "printf '\\n\\n'", List.of("F ", "F ")),
          new Writing("spaces", "printf '  a  b  \\n'", List.of("F   a  b  ")),
          new Writing("carriage-returns", "printf 'dos\\r\\n\\r\\n'", List.of("F dos\r", "F \r")),
          new Writing("a-progress-bar", "printf '1%%\\r2%%\\r3%%\\n'", List.of("F 1%\r2%\r3%")),
          new Writing("nul-bytes", "printf 'a\\000b\\000\\n'", List.of("F a\0b\0")),
          new Writing("colours", "printf '\\033[1mbold\\033[0m\\n'", List.of("F \33[1mbold\33[0m")),
          new Writing("no-utf8", "printf '\\377\\376\\200\\n'", List.of("F \u00ff\u00fe\u0080")),
          new Writing(
              "half-a-character", "printf '\\303'; printf '\\274\\n'", List.of("F \u00c3\u00bc")),
          new Writing(
              "like-a-record",
              "printf '2026-01-01T00:00:00Z stderr F not mine\\n'",
              List.of("F 2026-01-01T00:00:00Z stderr F not mine")));

  @TestFactory
  @Differs(
      runtime = "containerd",
      why = "it takes a carriage return before a newline for a part of it",
      cases = {"carriage-returns"})
  Stream<DynamicTest> whatIsWrittenIsTheContentByteByByte() {
    return TABLE.stream()
        .map(writing ->
            DynamicTest.dynamicTest(
                writing.name(),
                () -> {
                  TestContainer container = ran(writing.name(), writing.script());
                  assertThat(records(container)).isEqualTo(writing.records());
                }));
  }

  /** Tag and content of each record; every byte of the file belongs to one. */
  private static List<String> records(TestContainer container) throws Exception {
    String text = new String(Files.readAllBytes(container.logFile()), StandardCharsets.ISO_8859_1);
    List<String> found =
        RECORD.matcher(text).results().map(r -> r.group(3) + " " + r.group(4)).toList();
    assertThat(String.join("", RECORD.matcher(text).results().map(r -> r.group()).toList()))
        .isEqualTo(text);
    return found;
  }

  @TestFactory
  Stream<DynamicTest> aLineAroundTheLimitIsWholeAgain() {
    return Stream.of(-1, 0, 1, MOST_CONTENT, MOST_CONTENT + 1)
        .map(more -> MOST_CONTENT + more)
        .map(length ->
            DynamicTest.dynamicTest(
                length + " bytes",
                () -> {
                  TestContainer container =
                      ran(
                          "length-" + length,
                          "head -c %d /dev/zero | tr '\\0' x; echo; echo next".formatted(length));
                  LogFile log = LogFile.read(container.logFile());
                  assertThat(log.lines()).allMatch(line -> line.content().size() <= MOST_CONTENT);
                  assertThat(log.text("stdout")).isEqualTo("x".repeat(length) + "\nnext\n");
                  assertThat(log.lines().getLast().text()).isEqualTo("next");
                }));
  }

  @Test
  void anUnfinishedLineIsShownWhileItWaits() throws Exception {
    TestContainer container =
        pod.start(
            Drafts.script(
                    "prompt",
                    runtime.image(),
                    "printf 'password: '; until [ -e /go ]; do sleep 0.05; done; echo ok")
                .setLogPath("prompt.log"));
    assertThat(container.sh("sleep 0.5; echo slept")).isEqualTo("slept");
    container.tell("/go");
    runtime.logged(container);
    assertThat(LogFile.read(container.logFile()).text("stdout")).isEqualTo("password: ok\n");
  }

  @Test
  void timesNeverGoBackAndAreThoseOfTheWriting() throws Exception {
    TestContainer container = ran("times", "seq 500; sleep 0.3; seq 500 >&2");
    List<LogFile.Line> lines = LogFile.read(container.logFile()).lines();
    assertThat(lines).hasSize(1000);
    assertThat(lines).extracting(LogFile.Line::time).isSortedAccordingTo(OffsetDateTime::compareTo);
    assertThat(Duration.between(lines.get(499).time(), lines.get(500).time()))
        .isBetween(Duration.ofMillis(200), Duration.ofSeconds(30));
  }

  @Test
  void theOwnerCanReadItAndNobodyCanWriteIt() throws Exception {
    TestContainer container = ran("mode", "echo one");
    assertThat(Files.getPosixFilePermissions(container.logFile()).toString())
        .contains("OWNER_READ")
        .doesNotContain("OTHERS_WRITE")
        .doesNotContain("GROUP_WRITE");
  }

  /** Kubelet gives each attempt of a container a file; the same file twice is continued. */
  @Test
  void aFileThatIsThereIsAppendedTo() throws Exception {
    TestContainer container =
        pod.create(Drafts.script("append", runtime.image(), "echo new").setLogPath("append.log"));
    String before = "2026-01-01T00:00:00.1Z stdout F old\n";
    Files.writeString(container.logFile(), before);
    container.start();
    runtime.logged(container);
    assertThat(LogFile.read(container.logFile()).text("stdout")).isEqualTo("old\nnew\n");
  }

  @Test
  void whatIsThereIsInTheFileSoon() throws Exception {
    TestContainer container =
        pod.start(
            Drafts.script("soon", runtime.image(), "echo here; sleep 600").setLogPath("soon.log"));
    Awaitility.await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(
            () -> assertThat(LogFile.read(container.logFile()).text("stdout")).isEqualTo("here\n"));
  }

  /** Counts bytes and fails at the first that is not of the endless line 0123…89. */
  private static final class Digits extends OutputStream {
    private long count;

    @Override
    public void write(int b) {
      int expected = count % 100 == 99 ? '\n' : '0' + (int) (count % 100 % 10);
      if (b != expected) {
        throw new AssertionError("byte " + count + " is " + b + ", not " + expected);
      }
      count++;
    }
  }

  @Test
  void ofAHundredMegabytesNoneIsMissing() throws Exception {
    String line = "0123456789".repeat(10).substring(0, 99);
    TestContainer container =
        ran("flood", "yes %s | head -c %d".formatted(line, HUNDRED_MEGABYTES));
    Digits digits = new Digits();
    LogFile.copyOutput(container.logFile(), digits);
    assertThat(digits.count).isEqualTo(HUNDRED_MEGABYTES);
    Files.delete(container.logFile());
  }

  @Test
  void bytesOfEveryValueComeThrough() throws Exception {
    String script =
        "i=0; while [ $i -lt 256 ]; do printf \"\\\\$(printf %03o $i)\"; i=$((i + 1)); done";
    byte[] expected = new byte[256];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = (byte) i;
    }
    TestContainer container = ran("all-bytes", script);
    assertThat(LogFile.read(container.logFile()).stream("stdout")).isEqualTo(expected);
  }
}
