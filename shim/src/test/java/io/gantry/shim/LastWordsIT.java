package io.gantry.shim;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a process writes right before its end, when whoever reads or keeps it is slow. */
@ParameterizedClass
@EnumSource(Binary.class)
@Timeout(40)
class LastWordsIT {

  private static final int SIGKILL = 9;
  private static final int SIGCONT = 18;
  private static final int SIGSTOP = 19;
  private static final int PIPE = 1 << 20;
  private static final int CHUNK = 64 << 10;
  private static final int TIMED_OUT_AND_CUT = 3;
  private static final String SENTINEL = "that is all\n";

  private final Box box;

  LastWordsIT(Binary binary) throws IOException {
    box = new Box(binary);
  }

  @AfterEach
  void close() throws IOException {
    box.close();
  }

  /**
   * The process begins and ends while the shim is stopped, so that its end is the first thing that
   * the shim sees; and the log takes longer than the shim waits for the end of output.
   */
  @Test
  void twoFullPipesAreLoggedWholeOnASlowDisk() throws Exception {
    String data = IntStream.range(0, PIPE / 16).mapToObj("%015d\n"::formatted).collect(joining());
    Files.writeString(box.rootfs.resolve("tmp/data"), data);
    Path fifo = box.directory.resolve("slow-log");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();

    try (TestGroup group = TestGroup.in("unified");
        FileChannel ends =
            FileChannel.open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      group.write("cgroup.freeze", "1");
      Box.Container container = box.startWithLog(fifo, burst(group));
      group.awaitProcesses(true);
      int first = Integer.parseInt(group.processes().getFirst());
      int shim = container.shim().pid().orElseThrow();

      box.calls.kill(shim, SIGSTOP);
      group.write("cgroup.freeze", "0");
      Box.awaitZombie(first);
      CompletableFuture<String> log = CompletableFuture.supplyAsync(() -> readSlowly(ends));
      box.calls.kill(shim, SIGCONT);

      assertThat(container.exit().code()).isEqualTo(7);
      Files.writeString(fifo, SENTINEL, StandardOpenOption.WRITE);
      assertThat(stream(log.get(), " stdout F ").equals(data)).as("whole stdout").isTrue();
      assertThat(stream(log.get(), " stderr F ").equals(data)).as("whole stderr").isTrue();
    }
  }

  private Plan burst(TestGroup group) throws IOException {
    String script =
        "dd bs=1048576 count=1 </tmp/data 2>/dev/null;"
            + " dd bs=1048576 count=1 </tmp/data >&2 2>/dev/null; exit 7";
    Fd directory = box.calls.open(group.path(), FileFlags.O_DIRECTORY, 0);
    return box.plan()
        .cgroup(directory)
        .pivot()
        .chdir("/")
        .exec(List.of("sh", "-c", script), Box.ENVIRONMENT)
        .build();
  }

  private static String readSlowly(FileChannel fifo) {
    StringBuilder text = new StringBuilder();
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
    try {
      while (text.indexOf(SENTINEL, text.length() - SENTINEL.length()) < 0) {
        LockSupport.parkNanos(Duration.ofMillis(60).toNanos());
        fifo.read(chunk.clear());
        text.append(StandardCharsets.ISO_8859_1.decode(chunk.flip()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static String stream(String log, String mark) {
    return log.lines()
        .filter(line -> line.contains(mark))
        .map(line -> line.substring(line.indexOf(mark) + mark.length()) + "\n")
        .collect(joining());
  }

  @Test
  void aBackgroundChildThatNeverStopsTalkingDoesNotHoldUpTheEnd() throws IOException {
    Holder holder = box.launcher.hold("pod", Holder.plan(Map.of(), List.of()).build());
    try (Fd pids = box.calls.open(Path.of("/proc/" + holder.pid() + "/ns/pid"), 0, 0)) {
      PlanBuilder plan = box.shared(pids).chdir("/");
      plan.exec(List.of("sh", "-c", "yes & yes >&2 & exit 4"), Box.ENVIRONMENT);
      long before = System.nanoTime();

      Box.Container container = box.startWithLog(Path.of("/dev/null"), plan.build());

      assertThat(container.exit().code()).isEqualTo(4);
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
    } finally {
      holder.kill(box.calls);
    }
  }

  @Test
  void aClientThatReadsSlowlyGetsAllThatItsExecWrote() throws IOException {
    Box.Container container = box.sh("sleep 1000");
    container.started();
    int size = 1_000_000;

    try (SocketChannel client = ask(container, "head -c " + size + " /dev/zero", Duration.ZERO)) {
      Answer answer = read(client, Duration.ofMillis(4));

      assertThat(answer).isEqualTo(new Answer(size, 0, 0));
    }
  }

  @Test
  void aClientThatReadTooLateIsToldThatOutputIsMissing() throws IOException {
    Box.Container container = box.sh("sleep 1000");
    container.started();

    try (SocketChannel client = ask(container, "yes", Duration.ofMillis(200))) {
      LockSupport.parkNanos(Duration.ofMillis(600).toNanos());
      Answer answer = read(client, Duration.ZERO);

      assertThat(answer.code()).isEqualTo(128 + SIGKILL);
      assertThat(answer.flags()).isEqualTo(TIMED_OUT_AND_CUT);
    }
  }

  @Test
  void aClientThatNeverReadsTakesNoTimeFromTheOthersAtTheEnd() throws IOException {
    Box.Container container = box.sh("sleep 1000");
    int first = container.started().pid();

    try (SocketChannel _ = ask(container, "yes", Duration.ZERO);
        SocketChannel client = ask(container, "yes", Duration.ZERO)) {
      awaitStuck(container, first, 2);
      box.calls.kill(first, SIGKILL);
      while (ExitRecord.read(container.run()).isEmpty()) {
        Thread.onSpinWait();
      }

      assertThat(read(client, Duration.ZERO).code()).isEqualTo(128 + SIGKILL);
    }
  }

  /** Waits until that many execs have slept for a while, as nobody takes what they write. */
  private static void awaitStuck(Box.Container container, int first, int count) throws IOException {
    Path shim = Path.of("/proc/" + container.shim().pid().orElseThrow());
    Path children = shim.resolve("task/" + shim.getFileName() + "/children");
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    Set<String> before = Set.of();
    Set<String> now = Set.of();
    do {
      assertThat(System.nanoTime()).as("stuck by now: %s", before).isLessThan(end);
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
      before = now;
      now =
          Stream.of(Files.readString(children).split(" ", -1))
              .filter(pid -> !pid.isEmpty() && !pid.equals(String.valueOf(first)))
              .flatMap(pid -> asleep(pid).stream())
              .collect(toSet());
      before = before.stream().filter(now::contains).collect(toSet());
    } while (before.size() < count);
  }

  /** A program that sleeps, by its pid and the time that it has computed. */
  private static Optional<String> asleep(String pid) {
    try {
      String line = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
      boolean executed = !line.contains("(gantry-shim");
      return executed && fields[0].equals("S")
          ? Optional.of(pid + " " + fields[11] + " " + fields[12])
          : Optional.empty();
    } catch (IOException gone) {
      // Whoever leads an exec into its namespaces ends at once.
      return Optional.empty();
    }
  }

  private record Answer(int bytes, int code, int flags) {}

  private static SocketChannel ask(Box.Container container, String script, Duration timeout)
      throws IOException {
    Path socket = container.run().resolve(Shim.SOCKET);
    SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    ByteBuffer request = Shim.request(Box.execPlan("sh", "-c", script), timeout).encode();
    while (request.hasRemaining()) {
      client.write(request);
    }
    return client;
  }

  /** Reads frames to the end of the exec, at most 4 KiB at once and a pause between. */
  private static Answer read(SocketChannel client, Duration pause) throws IOException {
    int bytes = 0;
    while (true) {
      ByteBuffer header = take(client, 8, Duration.ZERO);
      ByteBuffer payload = take(client, header.getInt(0), pause);
      switch (header.getInt(4)) {
        case Frame.STDOUT -> bytes += payload.remaining();
        case Frame.EXEC_EXITED -> {
          return new Answer(bytes, payload.getInt(0), payload.getInt(8));
        }
        default -> assertThat(header.getInt(4)).isIn(Frame.STATE, Frame.EXEC_STARTED);
      }
    }
  }

  private static ByteBuffer take(SocketChannel client, int length, Duration pause)
      throws IOException {
    ByteBuffer whole = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (whole.hasRemaining()) {
      LockSupport.parkNanos(pause.toNanos());
      whole.limit(Math.min(length, whole.position() + 4096));
      assertThat(client.read(whole)).isPositive();
      whole.limit(length);
    }
    return whole.flip();
  }
}
