package io.gantry.nri.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.gantry.api.nri.v1alpha1.Empty;
import io.gantry.api.nri.v1alpha1.KeyValue;
import io.gantry.api.ttrpc.Request;
import io.gantry.api.ttrpc.Response;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PluginLineTest {

  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir Path directory;

  private final BlockingQueue<IOException> broken = new LinkedBlockingQueue<>();
  private volatile PluginLine.Answers answers = (_, _, message) -> message;
  private FakePlugin plugin;
  private PluginLine line;

  @BeforeEach
  void connect() throws IOException {
    Path socket = directory.resolve("s");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      plugin = FakePlugin.connectedTo(socket);
      line =
          PluginLine.over(
              server.accept(),
              (service, method, message) -> answers.answer(service, method, message),
              broken::add);
    }
  }

  @AfterEach
  void close() throws IOException {
    line.close();
    plugin.close();
  }

  private byte[] call(String text) throws CallException, IOException {
    return line.call("service", "Method", text.getBytes(UTF_8), LONG);
  }

  private CompletableFuture<byte[]> calling(String text) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return call(text);
      } catch (CallException | IOException e) {
        throw new IllegalStateException(e);
      }
    });
  }

  private static Request requestIn(byte[] message) throws IOException {
    return Request.parseFrom(Arrays.copyOfRange(message, 10, message.length));
  }

  private static KeyValue pair(String text) {
    return KeyValue.newBuilder().setKey(text).build();
  }

  private static Response responseIn(FakePlugin.Frame frame) throws IOException {
    assertThat(frame.connection()).isEqualTo(FakePlugin.RUNTIME);
    return Response.parseFrom(Arrays.copyOfRange(frame.bytes(), 10, frame.bytes().length));
  }

  @Test
  void aQuestionIsAnsweredAndSaysForHowLongItWaits() throws Exception {
    plugin.on("Method", KeyValue::parseFrom).start();

    byte[] question = pair("who").toByteArray();

    assertThat(line.call("service", "Method", question, LONG)).isEqualTo(question);
    assertThat(plugin.requests().getFirst().getService()).isEqualTo("service");
    assertThat(plugin.requests().getFirst().getTimeoutNano()).isEqualTo(LONG.toNanos());
  }

  @Test
  void eachQuestionHasAStreamOfItsOwnWithAnOddNumber() throws Exception {
    CompletableFuture<byte[]> first = calling("one");
    ByteBuffer one = ByteBuffer.wrap(plugin.nextFrame().bytes());
    CompletableFuture<byte[]> second = calling("two");
    ByteBuffer two = ByteBuffer.wrap(plugin.nextFrame().bytes());
    assertThat(List.of(one.getInt(4), two.getInt(4))).containsExactly(1, 3);

    plugin.send(FakePlugin.PLUGIN, FakePlugin.yes(3, pair("to two")));
    plugin.send(FakePlugin.PLUGIN, FakePlugin.yes(1, pair("to one")));

    assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo(pair("to one").toByteArray());
    assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo(pair("to two").toByteArray());
  }

  @Test
  void aNoHasItsCodeAndItsWords() {
    plugin
        .on(
            "Method",
            _ -> {
              throw new FakePlugin.No(9, "not on a Tuesday");
            })
        .start();

    assertThatThrownBy(() -> call("may I"))
        .isInstanceOfSatisfying(CallException.class, e -> assertThat(e.code()).isEqualTo(9))
        .hasMessage("not on a Tuesday");
    assertThat(broken).isEmpty();
  }

  @Test
  void aMethodThatThePluginHasNotIsTold() {
    plugin.start();

    assertThatThrownBy(() -> call("who"))
        .isInstanceOfSatisfying(
            CallException.class, e -> assertThat(e.code()).isEqualTo(CallException.UNIMPLEMENTED));
  }

  @Test
  void whoWaitsLongerThanAgreedIsToldWhatForAndALateAnswerHurtsNobody() throws Exception {
    assertThatThrownBy(() -> line.call("service", "Slow", new byte[0], Duration.ofMillis(30)))
        .isInstanceOf(IOException.class)
        .hasMessage("no answer to Slow within 30 ms");
    var _ = plugin.nextFrame();
    plugin.send(FakePlugin.PLUGIN, FakePlugin.yes(1, pair("late")));

    CompletableFuture<byte[]> next = calling("next");
    var _ = plugin.nextFrame();
    plugin.send(FakePlugin.PLUGIN, FakePlugin.yes(3, pair("in time")));

    assertThat(next.get(20, TimeUnit.SECONDS)).isEqualTo(pair("in time").toByteArray());
  }

  @Test
  void piecesOfBothConnectionsMayInterleave() throws Exception {
    answers = (_, method, _) -> pair("answer to " + method).toByteArray();
    CompletableFuture<byte[]> waiting = calling("who");
    var _ = plugin.nextFrame();
    byte[] response = FakePlugin.yes(1, pair("the plugin's answer"));
    byte[] request =
        FakePlugin.message(
            1, 1, 0, FakePlugin.request("runtime", "Mine", pair("?")).toByteString());

    int most = Math.max(response.length, request.length);
    for (int i = 0; i < most; i += 3) {
      sendPiece(FakePlugin.PLUGIN, response, i);
      sendPiece(FakePlugin.RUNTIME, request, i);
    }

    assertThat(waiting.get(20, TimeUnit.SECONDS))
        .isEqualTo(pair("the plugin's answer").toByteArray());
    assertThat(responseIn(plugin.nextFrame()).getPayload())
        .isEqualTo(pair("answer to Mine").toByteString());
  }

  private void sendPiece(int connection, byte[] bytes, int from) throws IOException {
    if (from < bytes.length) {
      plugin.send(connection, Arrays.copyOfRange(bytes, from, Math.min(from + 3, bytes.length)));
    }
  }

  @Test
  void severalMessagesMayShareAFrame() throws Exception {
    CompletableFuture<byte[]> first = calling("one");
    var _ = plugin.nextFrame();
    CompletableFuture<byte[]> second = calling("two");
    var _ = plugin.nextFrame();
    byte[] one = FakePlugin.yes(1, pair("one"));
    byte[] two = FakePlugin.yes(3, pair("two"));

    plugin.send(
        FakePlugin.PLUGIN, ByteBuffer.allocate(one.length + two.length).put(one).put(two).array());

    assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo(pair("one").toByteArray());
    assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo(pair("two").toByteArray());
  }

  @Test
  void aLargeMessageBeginsWithAFrameThatFitsIntoThePluginsBuffer() throws Exception {
    CompletableFuture<byte[]> waiting = calling("x".repeat(10_000));
    FakePlugin.Frame head = plugin.nextFrame();
    FakePlugin.Frame rest = plugin.nextFrame();

    assertThat(head.bytes()).hasSize(4096);
    assertThat(List.of(head.connection(), rest.connection())).containsOnly(FakePlugin.PLUGIN);
    byte[] whole =
        ByteBuffer.allocate(head.bytes().length + rest.bytes().length)
            .put(head.bytes())
            .put(rest.bytes())
            .array();
    assertThat(requestIn(whole).getPayload().size()).isEqualTo(10_000);
    plugin.send(FakePlugin.PLUGIN, FakePlugin.yes(1, pair("read")));
    assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo(pair("read").toByteArray());
  }

  @Test
  void whatIsTooLargeForAMessageIsNotSent() throws Exception {
    plugin.on("Method", KeyValue::parseFrom).start();

    assertThatThrownBy(() -> line.call("service", "Method", new byte[Frames.LARGEST], LONG))
        .hasMessageContaining("too many for a message");

    assertThat(call("")).isEmpty();
  }

  @Test
  void aPluginThatClosesFailsWhoWaitsAndIsToldOnce() throws Exception {
    CompletableFuture<byte[]> waiting = calling("who");
    var _ = plugin.nextFrame();
    plugin.close();

    assertThatThrownBy(() -> waiting.get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasStackTraceContaining("the connection ended during Method");
    assertThat(broken.poll(20, TimeUnit.SECONDS)).hasMessage("closed by the other side");
    assertThatThrownBy(() -> call("again")).hasMessage("the connection ended during Method");
    assertThat(broken).isEmpty();
  }

  @Test
  void whoClosesItIsNotTold() throws Exception {
    CompletableFuture<byte[]> waiting = calling("who");
    var _ = plugin.nextFrame();
    line.close();

    assertThatThrownBy(() -> waiting.get(20, TimeUnit.SECONDS))
        .hasStackTraceContaining("the connection was closed");
    assertThatThrownBy(plugin::nextFrame).hasMessage("closed");
    assertThat(broken).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {Trunk.LARGEST + 1, -1, Integer.MIN_VALUE})
  void aFrameThatIsTooLargeEndsTheConnection(int length) throws Exception {
    plugin.raw(ByteBuffer.allocate(8).putInt(FakePlugin.PLUGIN).putInt(length).array());

    assertThat(broken.poll(20, TimeUnit.SECONDS))
        .hasMessage(
            "a frame of "
                + Integer.toUnsignedString(length)
                + " bytes, more than "
                + Trunk.LARGEST);
  }

  @ParameterizedTest
  @ValueSource(ints = {Frames.LARGEST + 1, -1})
  void aMessageThatIsTooLargeEndsTheConnection(int length) throws Exception {
    plugin.send(
        FakePlugin.RUNTIME,
        ByteBuffer.allocate(10).putInt(length).putInt(1).put((byte) 1).put((byte) 0).array());

    assertThat(broken.poll(20, TimeUnit.SECONDS))
        .hasMessage(
            "a message of "
                + Integer.toUnsignedString(length)
                + " bytes, more than "
                + Frames.LARGEST);
  }

  @Test
  void aConnectionThatNobodyKnowsEndsIt() throws Exception {
    plugin.send(7, new byte[] {1});

    assertThat(broken.poll(20, TimeUnit.SECONDS)).hasMessage("logical connection 7 is unknown");
  }

  @Test
  void aKindOfMessageThatNobodyKnowsEndsIt() throws Exception {
    plugin.send(FakePlugin.RUNTIME, FakePlugin.message(1, 4, 0, ByteString.EMPTY));

    assertThat(broken.poll(20, TimeUnit.SECONDS))
        .hasMessage("a message of type 4, which ttrpc has not");
  }

  @Test
  void aPluginThatDoesNotReadIsNotWaitedForWithoutEnd() throws Exception {
    byte[] large = new byte[32 << 10];
    List<Thread> callers = new ArrayList<>();
    BlockingQueue<Exception> failures = new LinkedBlockingQueue<>();
    for (int i = 0; i < 300; i++) {
      callers.add(
          Thread.ofVirtual()
              .start(() -> {
                try {
                  var _ = line.call("service", "Method", large, LONG);
                } catch (CallException | IOException e) {
                  failures.add(e);
                }
              }));
    }

    assertThat(failures.poll(20, TimeUnit.SECONDS))
        .hasMessage("256 messages wait, because the other side does not read");
    line.close();
    for (Thread caller : callers) {
      caller.join();
    }
  }

  @Test
  void aPluginsQuestionIsAnsweredAsTheRuntimePleases() throws Exception {
    answers =
        (service, method, message) -> {
          if (method.equals("Good")) {
            return message;
          }
          if (method.equals("Broken")) {
            throw new IllegalStateException("a bug");
          }
          throw new CallException(CallException.UNIMPLEMENTED, "no " + service + "/" + method);
        };
    plugin.start();

    assertThat(plugin.call("s", "Good", pair("x")).getPayload())
        .isEqualTo(pair("x").toByteString());
    assertThat(plugin.call("s", "None", pair("x")))
        .isEqualTo(FakePlugin.failure(CallException.UNIMPLEMENTED, "no s/None"));
    assertThat(plugin.call("s", "Broken", pair("x")))
        .isEqualTo(FakePlugin.failure(CallException.UNKNOWN, "a bug"));
    assertThat(
            plugin
                .asking(ByteString.copyFrom(new byte[] {-1, -1}), (byte) 0)
                .get(20, TimeUnit.SECONDS)
                .getStatus()
                .getCode())
        .isEqualTo(CallException.INVALID);
  }

  @Test
  void aPluginCannotBeginAStream() throws Exception {
    plugin.start();
    ByteString request = FakePlugin.request("s", "Good", Empty.getDefaultInstance()).toByteString();

    assertThat(
            plugin
                .asking(request, Frames.REMOTE_OPEN)
                .get(20, TimeUnit.SECONDS)
                .getStatus()
                .getCode())
        .isEqualTo(CallException.UNIMPLEMENTED);
  }

  @Test
  void onlySoManyOfAPluginsQuestionsAreAnsweredAtATime() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(16);
    answers =
        (_, _, message) -> {
          begun.countDown();
          try {
            gate.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return message;
        };
    plugin.start();
    ByteString request = FakePlugin.request("s", "Slow", pair("x")).toByteString();
    List<CompletableFuture<Response>> waiting = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      waiting.add(plugin.asking(request, (byte) 0));
    }
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();

    assertThat(plugin.call("s", "Slow", pair("x")).getStatus().getCode())
        .isEqualTo(CallException.EXHAUSTED);

    gate.countDown();
    for (CompletableFuture<Response> each : waiting) {
      assertThat(each.get(20, TimeUnit.SECONDS).getPayload()).isEqualTo(pair("x").toByteString());
    }
  }
}
