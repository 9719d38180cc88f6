package io.gantry.streaming;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.error.ExhaustedException;
import io.gantry.error.NotFoundException;
import io.gantry.error.Subject;
import io.gantry.shim.ProcessStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The HTTP side of streams, over real sockets and without containers. */
class StreamServerTest {

  private static final StreamSettings SETTINGS =
      new StreamSettings("127.0.0.1", 0, Duration.ofMinutes(1), Duration.ofMillis(300), null);
  private static final StreamRequest EXEC =
      new StreamRequest.Exec("c", List.of("ls"), false, true, true, false);

  private final LinkedBlockingQueue<Boolean> closed = new LinkedBlockingQueue<>();
  private final AtomicLong produced = new AtomicLong();
  private ProcessStream.Event next = new ProcessStream.Event.Ended(0);
  private boolean missing;
  private boolean silent;
  private final CountDownLatch end = new CountDownLatch(1);
  private final StreamServer server = new StreamServer(SETTINGS, new Targets());

  @AfterEach
  void close() {
    end.countDown();
    server.close();
  }

  /** One process that says the same over and over, or ends. */
  private final class Targets implements StreamTargets, ProcessStream {

    @Override
    public ProcessStream exec(StreamRequest.Exec request) {
      if (missing) {
        throw new NotFoundException(new Subject("container", "c"), "no container c", "look again");
      }
      return this;
    }

    @Override
    public ProcessStream attach(StreamRequest.Attach request) {
      return this;
    }

    @Override
    public SocketChannel connect(String pod, int port, Consumer<SocketChannel> made)
        throws IOException {
      throw new IOException("nobody listens on " + port);
    }

    @Override
    public Event read() {
      if (silent) {
        awaitTheEnd();
      }
      if (next instanceof Event.Stdout(ByteBuffer bytes)) {
        produced.addAndGet(bytes.remaining());
        return new Event.Stdout(bytes.duplicate());
      }
      return next;
    }

    @Override
    public void write(ByteBuffer bytes) {}

    @Override
    public void endInput() {}

    @Override
    public void resize(int rows, int columns) {}

    @Override
    public void close() {
      closed.add(true);
    }
  }

  private void awaitTheEnd() {
    try {
      end.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A client as simple as can be: what it sends, and what comes back. */
  private static final class Client implements AutoCloseable {

    private final Socket socket;

    Client(String url, String... headers) throws IOException {
      URI uri = URI.create(url);
      socket = new Socket(uri.getHost(), uri.getPort());
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      String request =
          "GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n"
              .formatted(uri.getPath(), String.join("\r\n", headers));
      out.write(request.getBytes(UTF_8));
      out.flush();
    }

    String head() throws IOException {
      StringBuilder head = new StringBuilder();
      InputStream in = socket.getInputStream();
      while (head.indexOf("\r\n\r\n") < 0) {
        int next = in.read();
        if (next < 0) {
          break;
        }
        head.append((char) next);
      }
      return head.toString();
    }

    byte[] rest() throws IOException {
      return socket.getInputStream().readAllBytes();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static Client webSocket(String url, String... protocols) throws IOException {
    return new Client(
        url,
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Protocol: " + String.join(", ", protocols));
  }

  @Test
  void aUrlIsGoodOnce() throws IOException {
    String url = server.urlFor(EXEC);
    try (Client first = webSocket(url, "v5.channel.k8s.io")) {
      assertThat(first.head()).startsWith("HTTP/1.1 101").contains("v5.channel.k8s.io");
    }
    try (Client second = webSocket(url, "v5.channel.k8s.io")) {
      assertThat(second.head()).startsWith("HTTP/1.1 404");
      assertThat(new String(second.rest(), UTF_8)).contains("used already", "ask for a new one");
    }
  }

  @Test
  void whatIsNoUpgradeIsRefusedWithTheWayOut() throws IOException {
    try (Client client = new Client(server.urlFor(EXEC), "Accept: */*")) {
      assertThat(client.head()).startsWith("HTTP/1.1 400");
      assertThat(new String(client.rest(), UTF_8)).contains("Upgrade: SPDY/3.1 or websocket");
    }
  }

  @Test
  void protocolsThatNobodyKnowsAreRefusedWithThoseThatThereAre() throws IOException {
    try (Client client =
        new Client(
            server.urlFor(EXEC),
            "Connection: Upgrade",
            "Upgrade: SPDY/3.1",
            "X-Stream-Protocol-Version: v9.channel.k8s.io")) {
      assertThat(client.head())
          .startsWith("HTTP/1.1 403")
          .containsIgnoringCase("X-Accepted-Stream-Protocol-Versions: v4.channel.k8s.io");
    }
    try (Client client = webSocket(server.urlFor(EXEC), "v9.channel.k8s.io")) {
      assertThat(client.head()).startsWith("HTTP/1.1 403");
    }
  }

  @Test
  void theEndIsToldInTheErrorStreamAndThenTheConnectionIsClosed() throws IOException {
    next = new ProcessStream.Event.Ended(3);
    try (Client client = webSocket(server.urlFor(EXEC), "v4.channel.k8s.io")) {
      assertThat(client.head()).startsWith("HTTP/1.1 101");
      String rest = new String(client.rest(), ISO_8859_1);

      assertThat(rest).contains("\u0003{\"metadata\"", "\"message\":\"3\"");
      assertThat(rest).contains("\u0088"); // the opcode of the last frame: close
    }
  }

  @Test
  void whatCannotBeExecutedIsToldWithItsAdvice() throws IOException {
    missing = true;
    try (Client client = webSocket(server.urlFor(EXEC), "v4.channel.k8s.io")) {
      assertThat(client.head()).startsWith("HTTP/1.1 101");
      assertThat(new String(client.rest(), UTF_8)).contains("no container c; look again");
    }
  }

  @Test
  void aClientThatDoesNotOpenItsStreamsIsNotWaitedForForEver() throws IOException {
    try (Client client =
        new Client(
            server.urlFor(EXEC),
            "Connection: Upgrade",
            "Upgrade: SPDY/3.1",
            "X-Stream-Protocol-Version: v4.channel.k8s.io")) {
      assertThat(client.head()).startsWith("HTTP/1.1 101");
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void aRequestThatComesByteByByteIsNotWaitedForForEver() throws IOException {
    URI uri = URI.create(server.urlFor(EXEC));
    try (Socket socket = new Socket(uri.getHost(), uri.getPort());
        ScheduledExecutorService dripping = Executors.newSingleThreadScheduledExecutor()) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      var drops = dripping.scheduleAtFixedRate(() -> drip(out), 0, 20, TimeUnit.MILLISECONDS);

      assertThat(untilClosed(socket)).isEmpty();
      drops.cancel(false);
    }
  }

  /** What comes until the server closes; with bytes that it has not read that is a reset. */
  private static String untilClosed(Socket socket) throws IOException {
    StringBuilder all = new StringBuilder();
    try {
      for (int next = socket.getInputStream().read(); next >= 0; ) {
        all.append((char) next);
        next = socket.getInputStream().read();
      }
    } catch (SocketException reset) {
      assertThat(reset).hasMessageContaining("reset");
    }
    return all.toString();
  }

  private static void drip(OutputStream out) {
    try {
      out.write('G');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void connectionsBeyondTheLimitAreClosedUntilAnotherGoes() throws IOException {
    try (StreamServer small = new StreamServer(SETTINGS, new Targets(), 1)) {
      silent = true;
      Client first = webSocket(small.urlFor(EXEC), "v5.channel.k8s.io");
      assertThat(first.head()).startsWith("HTTP/1.1 101");
      try (Client second = webSocket(small.urlFor(EXEC), "v5.channel.k8s.io")) {
        assertThat(isLetIn(second)).isFalse();
      }
      first.close();

      awaitTrue(() -> {
        try (Client third = webSocket(small.urlFor(EXEC), "v5.channel.k8s.io")) {
          return isLetIn(third);
        }
      });
    }
  }

  private static boolean isLetIn(Client client) throws IOException {
    try {
      return client.head().startsWith("HTTP/1.1 101");
    } catch (SocketException closedBeforeTheRequestWasRead) {
      return false;
    }
  }

  /** A condition of the server, which hears later than its clients what they do. */
  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void awaitTrue(Condition condition) throws IOException {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).isLessThan(end);
    }
  }

  @Test
  void aContainerHasOnlySoManyStreams() throws IOException {
    silent = true;
    String early = server.urlFor(EXEC);
    List<Client> clients = new ArrayList<>();
    try {
      for (int i = 0; i < StreamCounts.MOST; i++) {
        Client client = webSocket(server.urlFor(EXEC), "v5.channel.k8s.io");
        clients.add(client);
        assertThat(client.head()).startsWith("HTTP/1.1 101");
      }

      assertThatThrownBy(() -> server.urlFor(EXEC))
          .isInstanceOf(ExhaustedException.class)
          .hasMessageContaining("container c has 224 streams already");
      try (Client late = webSocket(early, "v5.channel.k8s.io")) {
        assertThat(late.head()).startsWith("HTTP/1.1 429");
        assertThat(new String(late.rest(), UTF_8)).contains("end some of its execs and attaches");
      }
      String other = server.urlFor(new StreamRequest.Attach("other", false, false, true, false));
      try (Client elsewhere = webSocket(other, "v5.channel.k8s.io")) {
        assertThat(elsewhere.head()).startsWith("HTTP/1.1 101");
      }
    } finally {
      for (Client client : clients) {
        client.close();
      }
    }
    awaitTrue(() -> {
      try {
        return !server.urlFor(EXEC).isEmpty();
      } catch (ExhaustedException stillTooMany) {
        return false;
      }
    });
  }

  @Test
  void morePortsThanChannelsHaveNumbersAreRefused() throws IOException {
    List<Integer> many = IntStream.rangeClosed(1, 128).boxed().toList();
    try (Client client =
        webSocket(server.urlFor(new StreamRequest.Forward("p", many)), "v4.channel.k8s.io")) {
      assertThat(client.head()).startsWith("HTTP/1.1 400");
      assertThat(new String(client.rest(), UTF_8))
          .contains("name at most 127 in PortForward", "SPDY/3.1+portforward.k8s.io");
    }
    try (Client client =
        webSocket(
            server.urlFor(new StreamRequest.Forward("p", many.subList(0, 127))),
            "v4.channel.k8s.io")) {
      assertThat(client.head()).startsWith("HTTP/1.1 101");
    }
  }

  @Test
  void aClientThatDoesNotReadStopsTheProducerAndOneThatGoesEndsIt() throws Exception {
    next = new ProcessStream.Event.Stdout(ByteBuffer.allocate(32 << 10));
    try (Client client = webSocket(server.urlFor(EXEC), "v5.channel.k8s.io")) {
      assertThat(client.head()).startsWith("HTTP/1.1 101");
      long before;
      do {
        before = produced.get();
        TimeUnit.MILLISECONDS.sleep(300);
      } while (before == 0 || before != produced.get());

      // The buffers of two sockets, and what we hold.
      assertThat(produced).hasPositiveValue().hasValueLessThan(32 << 20);
      assertThat(closed).isEmpty();
    }
    assertThat(closed.poll(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void nothingListensBeforeTheFirstStreamIsAskedForNorAfterTheEnd() throws IOException {
    String url = server.urlFor(EXEC);
    server.close();

    assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> new Client(url).close()))
        .isInstanceOf(java.net.ConnectException.class);
  }
}
