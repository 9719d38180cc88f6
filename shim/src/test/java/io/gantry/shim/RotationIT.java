package io.gantry.shim;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A shim that begins new log files of itself, seen by the numbered lines of its container. */
@ParameterizedClass
@EnumSource(Binary.class)
class RotationIT {

  private static final long MOST = 256 << 10;

  /** What is written at once. */
  private static final long LOG_OUT = 128 << 10;

  private final Box box;
  private final Path logs;

  RotationIT(Binary binary) throws IOException {
    box = new Box(binary);
    logs = Files.createDirectory(box.directory.resolve("logs"));
  }

  @AfterEach
  void close() throws IOException {
    box.close();
  }

  private Box.Container start(int files, String script) throws IOException {
    try (Fd directory = box.calls.open(logs, FileFlags.O_PATH | FileFlags.O_DIRECTORY, 0)) {
      Plan plan =
          box.plan()
              .pivot()
              .chdir("/")
              .exec(List.of("sh", "-c", script), Box.ENVIRONMENT)
              .build()
              .rotatingLog(directory, "log", MOST, files);
      return box.startWithLog(logs.resolve("log"), plan);
    }
  }

  private Path file(int number) {
    return logs.resolve(number == 0 ? "log" : "log." + number);
  }

  /** The lines of the files from the oldest on, of which each has to end with an end of line. */
  private List<String> lines(int... numbers) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int number : numbers) {
      String text = Files.readString(file(number));
      assertThat(text.isEmpty() || text.endsWith("\n")).as("file %d", number).isTrue();
      text.lines().map(line -> line.substring(line.indexOf(' ') + 1)).forEach(lines::add);
    }
    return lines;
  }

  private static List<String> counted(long from, long to) {
    return LongStream.rangeClosed(from, to).mapToObj(i -> "stdout F " + i).toList();
  }

  @Test
  void filesGrowToTheLimitAndEachLineIsInOne() throws IOException {
    start(100, "seq 1 50000").exit();

    int oldest = oldest();
    assertThat(oldest).isBetween(5, 9);
    assertThat(lines(downFrom(oldest))).isEqualTo(counted(1, 50_000));
    for (int number = 1; number <= oldest; number++) {
      assertThat(Files.size(file(number))).isBetween(MOST, MOST + LOG_OUT);
    }
  }

  private int oldest() {
    int oldest = 0;
    while (Files.exists(file(oldest + 1))) {
      oldest++;
    }
    return oldest;
  }

  /** From the oldest to the log itself. */
  private static int[] downFrom(int oldest) {
    return IntStream.rangeClosed(0, oldest).map(i -> oldest - i).toArray();
  }

  @Test
  void onlySoManyFilesAreKeptAndTheyHaveTheLastLines() throws IOException {
    start(3, "seq 1 50000").exit();

    assertThat(file(3)).doesNotExist();
    List<String> kept = lines(2, 1, 0);
    assertThat(kept).isEqualTo(counted(50_001L - kept.size(), 50_000));
  }

  @Test
  void aLineInPartsIsNotDividedAmongFiles() throws IOException {
    start(
            50,
            "i=0; while [ $i -lt 40 ]; do head -c 40000 /dev/zero | tr '\\0' x; echo; i=$((i+1));"
                + " done")
        .exit();

    assertThat(file(1)).exists();
    for (int number = 0; Files.exists(file(number)); number++) {
      List<String> inside = lines(number);
      assertThat(inside.isEmpty() || inside.getLast().startsWith("stdout F")).isTrue();
    }
  }

  @Test
  void aLineWithoutAnEndDoesNotPutItOffForEver() throws IOException {
    start(50, "head -c 3000000 /dev/zero | tr '\\0' x").exit();

    assertThat(Files.size(file(1))).isBetween(MOST + (1 << 20), MOST + (1 << 20) + LOG_OUT);
  }

  /** Kubelet moves a log, and asks for another a moment later. */
  @Test
  void aLogThatAClientHasMovedIsLeftToIt() throws IOException {
    Box.Container container =
        start(
            3,
            "echo begin; while [ ! -e /tmp/one ]; do usleep 1000; done; seq 1 20000;"
                + " echo moved; while [ ! -e /tmp/two ]; do usleep 1000; done; seq 1 3");
    await(file(0), "begin");
    Path moved = Files.move(file(0), logs.resolve("log.by-client"));
    Files.createFile(box.rootfs.resolve("tmp/one"));
    await(moved, "moved");
    assertThat(file(0)).doesNotExist();
    assertThat(file(1)).doesNotExist();

    container.shim().reopenLog(file(0));
    Files.createFile(box.rootfs.resolve("tmp/two"));
    container.exit();

    assertThat(lines(0)).isEqualTo(counted(1, 3));
    assertThat(Files.readString(moved)).contains(" stdout F 20000\n");
  }

  @Test
  void afterReopeningTheNewFileIsRotated() throws IOException {
    Box.Container container =
        start(
            9, "echo begin; while [ ! -e /tmp/one ]; do usleep 1000; done; seq 1 20000; echo end");
    await(file(0), "begin");
    Path moved = Files.move(file(0), logs.resolve("log.by-client"));
    container.shim().reopenLog(file(0));
    Files.createFile(box.rootfs.resolve("tmp/one"));
    container.exit();

    assertThat(Files.readString(moved)).endsWith("stdout F begin\n");
    assertThat(file(1)).exists();
    List<String> written = new ArrayList<>(counted(1, 20_000));
    written.add("stdout F end");
    assertThat(lines(downFrom(oldest()))).isEqualTo(written);
  }

  @Test
  void whereNoNewFileCanBeMadeTheOldOneGoesOn() throws IOException {
    Files.createDirectory(file(1));
    Files.createFile(file(1).resolve("inside"));
    start(2, "seq 1 20000").exit();

    assertThat(lines(0)).isEqualTo(counted(1, 20_000));
    Files.delete(file(1).resolve("inside"));
  }

  private static void await(Path file, String text) throws IOException {
    long end = System.nanoTime() + Box.SOON.toNanos();
    while (!Files.readString(file).contains(text)) {
      assertThat(System.nanoTime()).as("waited for %s", text).isLessThan(end);
    }
  }
}
