package io.gantry.shim;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.MountFlags;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Binary.class)
class LogIT {

  private final Box box;

  LogIT(Binary binary) throws IOException {
    box = new Box(binary);
  }

  @AfterEach
  void close() throws IOException {
    box.close();
  }

  private List<String> logOf(String script) throws IOException {
    Box.Container container = box.sh(script);
    container.exit();
    return container.logged();
  }

  @Test
  void aLineWithoutNewlineAtTheEndIsPartial() throws IOException {
    assertThat(logOf("printf 'one\\ntwo'")).containsExactly("stdout F one", "stdout P two");
  }

  @Test
  void emptyLinesStay() throws IOException {
    assertThat(logOf("printf '\\n\\nx\\n'"))
        .containsExactly("stdout F ", "stdout F ", "stdout F x");
  }

  @Test
  void aLineThatIsLongInComingIsShownAndThenFinished() throws IOException {
    assertThat(logOf("printf prompt; sleep 1; echo ' answer'"))
        .containsExactly("stdout P prompt", "stdout F  answer");
  }

  @Test
  void longLinesAreCutAtSixteenKibibytes() throws IOException {
    List<String> lines =
        logOf("(head -c 40000 /dev/zero | tr '\\0' a; echo) > /tmp/line; cat /tmp/line");

    assertThat(lines)
        .extracting(line -> line.substring(0, 8))
        .containsExactly("stdout P", "stdout P", "stdout F");
    assertThat(lines)
        .extracting(String::length)
        .containsExactly(9 + 16384, 9 + 16384, 9 + 40000 - 2 * 16384);
  }

  @Test
  void aLineOfExactlySixteenKibibytesIsWhole() throws IOException {
    List<String> lines =
        logOf("(head -c 16384 /dev/zero | tr '\\0' b; echo) > /tmp/line; cat /tmp/line");

    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst()).startsWith("stdout F b").hasSize(9 + 16384);
  }

  @Test
  void bytesPassAsTheyAre() throws IOException {
    Box.Container container = box.sh("printf '\\000\\377\\r\\033[0m\\302\\n'");
    container.exit();

    byte[] bytes = Files.readAllBytes(container.log());
    String content = new String(bytes, StandardCharsets.ISO_8859_1).substring(40);
    assertThat(content).isEqualTo("\0\u00ff\r\u001b[0m\u00c2\n");
  }

  @Test
  void tenMegabytesOfFastOutputAreComplete() throws IOException {
    String expected =
        IntStream.rangeClosed(1, 1_300_000).mapToObj(i -> i + "\n").collect(joining());

    assertThat(joined(logOf("seq 1 1300000")).equals(expected)).isTrue();
  }

  @Test
  void whatIsInThePipeWhenTheProcessEndsIsLogged() throws IOException {
    String expected = IntStream.rangeClosed(1, 100_000).mapToObj(i -> i + "\n").collect(joining());

    assertThat(joined(logOf("seq 1 100000 > /tmp/all; cat /tmp/all")).equals(expected)).isTrue();
  }

  private static String joined(List<String> lines) {
    return lines.stream()
        .map(line -> line.substring(9) + (line.charAt(7) == 'F' ? "\n" : ""))
        .collect(joining());
  }

  @Test
  void goesOnInAnotherFileWhenItIsReopened() throws IOException {
    Box.Container container =
        box.sh("echo first; while ! test -e /tmp/go; do usleep 1000; done; echo second");
    container.started();
    Path rotated = container.run().resolve("log.1");
    await(() -> Files.size(container.log()) > 0);
    Files.move(container.log(), rotated);

    container.shim().reopenLog(container.log());
    container.exec("touch", "/tmp/go");
    container.exit();

    assertThat(container.logged()).containsExactly("stdout F second");
    assertThat(Files.readString(rotated)).endsWith(" stdout F first\n");
  }

  @Test
  void aLineCutByAFullDiskIsNoConcernOfTheNextFile() throws IOException {
    Path disk = Files.createDirectory(box.directory.resolve("disk"));
    box.calls.mount("tmpfs", disk.toString(), "tmpfs", 0, "size=64k");
    try {
      Box.Container container =
          box.startWithLog(
              disk.resolve("log"),
              "seq 2000 >/tmp/all; cat /tmp/all; while ! test -e /tmp/go; do usleep 1000; done; echo second");
      container.started();
      await(() -> Files.size(container.log()) == 64 << 10);
      assertThat(Files.readString(container.log())).doesNotEndWith("\n");
      Files.move(container.log(), container.run().resolve("log.1"));

      container.shim().reopenLog(container.log());
      container.exec("touch", "/tmp/go");
      container.exit();

      assertThat(container.logged()).containsExactly("stdout F second");
    } finally {
      box.calls.umount2(disk.toString(), MountFlags.MNT_DETACH);
    }
  }

  @Test
  void aFullDiskStopsOnlyTheLog() throws IOException {
    Box.Container container = box.startWithLog(Path.of("/dev/full"), "seq 1 100000; exit 5");

    assertThat(container.exit().code()).isEqualTo(5);
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void await(Condition condition) throws IOException {
    long end = System.nanoTime() + Box.SOON.toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      Thread.onSpinWait();
    }
  }
}
