package io.gantry.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.Errno;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Talking to processes of a container: to execs with input or a terminal, to the first one. */
@ParameterizedClass
@EnumSource(Binary.class)
class TalkIT {

  private static final Attachment OUTPUT = new Attachment(false, true, true, false);
  private static final Attachment ALL = new Attachment(true, true, true, false);

  private final Box box;
  private final List<ProcessStream> open = new ArrayList<>();

  private final Binary binary;

  TalkIT(Binary binary) throws IOException {
    this.binary = binary;
    box = new Box(binary);
  }

  @AfterEach
  void close() throws IOException {
    for (ProcessStream stream : open) {
      stream.close();
    }
    box.close();
  }

  private ProcessStream exec(Box.Container container, PlanBuilder plan, String script)
      throws IOException {
    container.started();
    Plan whole = plan.chdir("/").exec(List.of("sh", "-c", script), Box.ENVIRONMENT).build();
    ProcessStream stream = container.shim().exec(whole, Box.SOON);
    open.add(stream);
    return stream;
  }

  private ProcessStream attach(Box.Container container, Attachment attachment) throws IOException {
    container.started();
    ProcessStream stream = container.shim().attach(attachment, Box.SOON);
    open.add(stream);
    return stream;
  }

  /** A container whose first process has standard input. */
  private Box.Container listening(String script) throws IOException {
    return box.start(
        box.plan()
            .openStdin()
            .pivot()
            .chdir("/")
            .exec(List.of("sh", "-c", script), Box.ENVIRONMENT));
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  /** What comes until the end. */
  private record Heard(String out, String err, long skipped, int code) {}

  private static Heard listen(ProcessStream stream) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    long skipped = 0;
    while (true) {
      switch (stream.read()) {
        case ProcessStream.Event.Stdout(ByteBuffer more) -> out.writeBytes(copy(more));
        case ProcessStream.Event.Stderr(ByteBuffer more) -> err.writeBytes(copy(more));
        case ProcessStream.Event.Skipped(long more) -> skipped += more;
        case ProcessStream.Event.Ended(int code) -> {
          return new Heard(
              out.toString(StandardCharsets.UTF_8),
              err.toString(StandardCharsets.UTF_8),
              skipped,
              code);
        }
      }
    }
  }

  private static byte[] copy(ByteBuffer from) {
    byte[] bytes = new byte[from.remaining()];
    from.get(bytes);
    return bytes;
  }

  /** Reads until the text has come. */
  private static void await(ProcessStream stream, String out) throws IOException {
    await(stream, out, "");
  }

  /** Reads until the one text has come as output and the other as errors, in any order. */
  private static void await(ProcessStream stream, String out, String err) throws IOException {
    StringBuilder heard = new StringBuilder();
    StringBuilder complaints = new StringBuilder();
    while (heard.indexOf(out) < 0 || complaints.indexOf(err) < 0) {
      switch (stream.read()) {
        case ProcessStream.Event.Stdout(ByteBuffer more) ->
            heard.append(StandardCharsets.UTF_8.decode(more));
        case ProcessStream.Event.Stderr(ByteBuffer more) ->
            complaints.append(StandardCharsets.UTF_8.decode(more));
        case ProcessStream.Event.Skipped _, ProcessStream.Event.Ended _ ->
            throw new IOException("no such text before the end: " + heard + complaints);
      }
    }
  }

  @Test
  void anExecReadsWhatItIsSentUntilTheEnd() throws IOException {
    ProcessStream stream =
        exec(box.sh("sleep 1000"), Plan.builder().openStdin(), "cat; echo bad >&2; exit 3");

    stream.write(bytes("one\ntwo\n"));
    stream.endInput();

    assertThat(listen(stream)).isEqualTo(new Heard("one\ntwo\n", "bad\n", 0, 3));
  }

  @Test
  void inputThatNobodyReadsWaitsAndAllOfItArrives() throws IOException {
    ProcessStream stream =
        exec(box.sh("sleep 1000"), Plan.builder().openStdin(), "sleep 0.3; wc -c");
    CompletableFuture<Boolean> written = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            stream.write(ByteBuffer.allocate(3_000_000));
            stream.endInput();
            written.complete(true);
          } catch (IOException e) {
            written.completeExceptionally(e);
          }
        });

    assertThat(listen(stream).out()).isEqualTo("3000000\n");
    assertThat(written.join()).isTrue();
  }

  @Test
  void inputForAProcessThatDoesNotReadAnyMoreIsDropped() throws IOException {
    ProcessStream stream =
        exec(
            box.sh("sleep 1000"),
            Plan.builder().openStdin(),
            "exec <&-; echo shut; sleep 0.3; echo end");
    Thread writer =
        Thread.ofVirtual()
            .start(() -> {
              try {
                stream.write(ByteBuffer.allocate(1_000_000));
              } catch (IOException theProcessHasEnded) {
                assertThat(theProcessHasEnded).hasMessageContaining("has ended");
              }
            });

    assertThat(listen(stream).out()).isEqualTo("shut\nend\n");
    assertThatThrownBy(() -> stream.write(bytes("x"))).isInstanceOf(IOException.class);
    assertThat(join(writer)).isTrue();
  }

  private static boolean join(Thread thread) {
    try {
      return thread.join(Box.SOON);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aTerminalHasASizeThatChanges() throws IOException {
    ProcessStream stream =
        exec(
            box.sh("sleep 1000"),
            Plan.builder().terminal(24, 80, ""),
            "stty size; trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.05; done");

    await(stream, "24 80\r\nready\r\n");
    stream.resize(50, 132);

    assertThat(listen(stream).out()).contains("50 132\r\n");
  }

  @Test
  void aSizeForAnExecThatHasEndedIsNotTheContainers() throws IOException {
    Box.Container container =
        box.start(
            box.plan()
                .pivot()
                .terminal(24, 80, "")
                .chdir("/")
                .exec(List.of("sh", "-c", "read line; stty size"), Box.ENVIRONMENT));
    container.started();
    try (ShimConnection connection = ShimConnection.open(container.run().resolve(Shim.SOCKET))) {
      connection.write(Shim.request(Box.execPlan("true"), Box.SOON));
      next(connection, Frame.EXEC_EXITED);

      connection.write(Frame.of(Frame.RESIZE, 50, 132));

      assertThat(next(connection, Frame.DONE).failure().errno()).isEqualTo(Errno.ESRCH);
    }
    ProcessStream stream = attach(container, ALL);
    stream.write(bytes("\n"));
    assertThat(listen(stream).out()).endsWith("24 80\r\n");
  }

  private static Frame next(ShimConnection connection, int type) throws IOException {
    while (true) {
      Frame frame = connection.read();
      if (frame.type() == type) {
        return frame;
      }
    }
  }

  /** Its client drags a window about and reads nothing meanwhile. */
  @Test
  void manySizesDoNotEndAnExecAndTheLastOneCounts() throws IOException {
    ProcessStream stream =
        exec(
            box.sh("sleep 1000"),
            Plan.builder().terminal(24, 80, ""),
            "head -c 3000000 /dev/zero | tr '\\0' x; tries=0;"
                + " until [ \"$(stty size)\" = '77 133' ] || [ $tries = 500 ];"
                + " do usleep 10000; tries=$((tries + 1)); done; stty size");

    for (int i = 0; i < 5000; i++) {
      stream.resize(24 + i % 10, 80);
    }
    stream.resize(77, 133);

    Heard heard = listen(stream);
    assertThat(heard.code()).isZero();
    assertThat(heard.out()).hasSizeGreaterThan(3_000_000).endsWith("77 133\r\n");
  }

  /** What answers instead of a shim of an earlier release. */
  @Test
  void aSupervisorThatCannotBeAttachedToIsToldOf() throws Exception {
    Path run = Files.createDirectory(box.directory.resolve("old"));
    try (ServerSocketChannel old = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      old.bind(UnixDomainSocketAddress.of(run.resolve(Shim.SOCKET)));
      Thread answering = Thread.ofVirtual().start(() -> answerUnknown(old));
      try (ShimConnection connection = ShimConnection.open(run.resolve(Shim.SOCKET))) {
        assertThatThrownBy(() -> new ShimStream(connection).startAttach(OUTPUT))
            .hasMessageContaining("is of an earlier release; restart the container");
      }
      assertThat(answering.join(Box.SOON)).isTrue();
    }
  }

  private static void answerUnknown(ServerSocketChannel old) {
    Frame done = new Frame(Frame.DONE, ByteBuffer.allocate(64));
    done.payload().putInt(-1).putInt(Errno.ENOSYS.number());
    done.payload().putInt(7).put("message".getBytes(StandardCharsets.UTF_8)).putInt(0).putInt(0);
    done.payload().flip();
    try (SocketChannel client = old.accept()) {
      client.read(ByteBuffer.allocate(64));
      client.write(done.encode());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void whatIsTypedIntoATerminalIsEchoedAndRead() throws IOException {
    ProcessStream stream =
        exec(
            box.sh("sleep 1000"),
            Plan.builder().terminal(0, 0, ""),
            "tty; read line; echo got $line; test -t 0 -a -t 1 -a -t 2");

    stream.write(bytes("hello\n"));

    Heard heard = listen(stream);
    assertThat(heard.out()).contains("/dev/pts/0\r\n", "hello\r\n").endsWith("got hello\r\n");
    assertThat(heard.code()).isZero();
  }

  @Test
  void anExecWhoseClientGoesIsHungUp() throws IOException {
    Box.Container container = box.sh("sleep 1000");
    ProcessStream stream =
        exec(
            container,
            Plan.builder().terminal(0, 0, ""),
            "trap 'echo hung up > /tmp/end; exit' HUP; echo ready; while :; do sleep 0.05; done");
    await(stream, "ready");

    stream.close();

    Path end = box.rootfs.resolve("tmp/end");
    awaitTrue(() -> Files.exists(end) && Files.size(end) > 0);
    assertThat(Files.readString(end)).isEqualTo("hung up\n");
  }

  @Test
  void whoDoesNotEndWhenHungUpIsKilledWithAllItStarted() throws IOException {
    Box.Container container = box.sh("sleep 1000");
    ProcessStream stream =
        exec(container, Plan.builder().openStdin(), "sleep 4321 & echo ready; sleep 4321; :");
    await(stream, "ready");
    awaitTrue(() -> sleepers(container) == 2);

    stream.close();

    assertThat(sleepers(container)).isEqualTo(2);
    awaitTrue(() -> sleepers(container) == 0);
  }

  private static long sleepers(Box.Container container) throws IOException {
    return Box.text(container.exec("ps", "-o", "args").stdout())
        .lines()
        .filter(line -> line.strip().equals("sleep 4321"))
        .count();
  }

  /** A condition of another process. */
  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void awaitTrue(Condition condition) throws IOException {
    long end = System.nanoTime() + Box.SOON.toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("waited for %s", condition).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  @Test
  void severalSeeWhatTheContainerWritesAndTalkToIt() throws IOException {
    Box.Container container =
        listening("while read line; do echo out $line; echo err $line >&2; done; exit 4");
    ProcessStream first = attach(container, ALL);
    ProcessStream second = attach(container, OUTPUT);

    first.write(bytes("hello\n"));
    await(first, "out hello\n");
    await(second, "out hello\n", "err hello\n");
    ProcessStream third = attach(container, new Attachment(true, true, true, true));
    third.write(bytes("bye\n"));
    third.endInput();

    assertThat(listen(first).out()).isEqualTo("out bye\n");
    assertThat(listen(second).err()).isEqualTo("err bye\n");
    assertThat(listen(third)).isEqualTo(new Heard("out bye\n", "err bye\n", 0, 4));
    assertThat(container.exit().code()).isEqualTo(4);
    assertThat(container.logged())
        .containsExactlyInAnyOrder(
            "stdout F out hello", "stderr F err hello", "stdout F out bye", "stderr F err bye");
  }

  @Test
  void theEndOfOneClientsInputIsNotTheContainers() throws IOException {
    Box.Container container = listening("read line; echo $line");
    ProcessStream first = attach(container, ALL);
    first.endInput();
    first.close();
    ProcessStream second = attach(container, ALL);

    second.write(bytes("still there\n"));

    assertThat(listen(second).out()).isEqualTo("still there\n");
  }

  @Test
  void theEndOfTheClientIsThatOfTheInputWhereItIsGivenOnce() throws IOException {
    Box.Container container = listening("cat; echo over; exit 5");
    ProcessStream stream = attach(container, new Attachment(true, true, true, true));

    stream.write(bytes("x\n"));
    await(stream, "x\n");
    stream.close();

    assertThat(container.exit().code()).isEqualTo(5);
    assertThat(container.logged()).containsExactly("stdout F x", "stdout F over");
  }

  /** The container writes far more than all buffers hold, and waits for nobody. */
  @Test
  void aSlowClientDelaysNeitherTheLogNorTheOthers() throws IOException {
    Box.Container container = listening("read go; head -c 50000000 /dev/zero; echo; echo end");
    ProcessStream slow = attach(container, OUTPUT);
    ProcessStream fast = attach(container, ALL);
    fast.write(bytes("go\n"));

    Heard heard = listen(fast);
    Heard late = listen(slow);

    assertThat(container.exit().code()).isZero();
    assertThat(container.logLines().getLast()).endsWith("stdout F end");
    assertThat(heard.out().length() + heard.skipped()).isEqualTo(50_000_005);
    assertThat(late.out().length() + late.skipped()).isEqualTo(50_000_005);
    assertThat(late.skipped()).isGreaterThan(40_000_000);
  }

  @Test
  void aContainerThatHasEndedCannotBeAttachedTo() throws IOException {
    Box.Container container = box.sh("sleep 0.2");
    container.exit();

    assertThatThrownBy(() -> attach(container, OUTPUT)).isInstanceOf(IOException.class);
  }

  @Test
  void aStepThatFailsIsToldBeforeTheStreamIsThere() throws IOException {
    Box.Container container = box.sh("sleep 1000");
    container.started();

    assertThatThrownBy(() -> container.shim().exec(Box.execPlan("nothing"), Box.SOON))
        .isInstanceOfSatisfying(
            ShimFailure.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
  }

  @Test
  void moreStreamsThanOneShimUsedToHold() throws IOException {
    Box.Container container = box.sh("sleep 1000");
    List<ProcessStream> streams = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      streams.add(exec(container, Plan.builder().openStdin(), "cat"));
    }
    for (int i = 0; i < 200; i++) {
      streams.get(i).write(bytes("exec " + i));
      streams.get(i).endInput();
    }
    for (int i = 0; i < 200; i++) {
      assertThat(listen(streams.get(i)).out()).isEqualTo("exec " + i);
    }
    if (binary == Binary.RELEASE) {
      assertThat(resident(container)).isLessThan(1 << 20);
    }
  }

  /** Bytes of the shim's own memory. */
  private static long resident(Box.Container container) throws IOException {
    Path status = Path.of("/proc/" + container.shim().pid().orElseThrow() + "/status");
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("RssAnon:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElseThrow();
  }
}
