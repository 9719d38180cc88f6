package io.gantry.conformance.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.ExecRequest;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.LogFile;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.AboutGantry;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.gantry.conformance.node.Distribution;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Streams by the daemon's own command line, over WebSocket. */
@AboutGantry
class StreamsIT {

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private static final Pattern FORWARDING = Pattern.compile("127\\.0\\.0\\.1:(\\d+) -> \\d+");

  private static final Pattern SOCKET = Pattern.compile("socket:\\[(\\d+)]");

  private static List<String> gantry(String... words) {
    List<String> command = new ArrayList<>();
    command.add(Distribution.found().commandLine().toString());
    command.add("--host");
    command.add("unix://" + runtime.node().socket());
    command.addAll(List.of(words));
    return command;
  }

  /** How a program ended, and what it printed. */
  private record Result(int code, String out, String err) {}

  private static Result run(String input, List<String> command) throws Exception {
    Path out = Files.createTempFile(runtime.directory(), "out", "");
    Path err = Files.createTempFile(runtime.directory(), "err", "");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try (var stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(UTF_8));
    }
    int code = process.waitFor();
    return new Result(code, Files.readString(out), Files.readString(err));
  }

  private TestContainer sleeper(String name) throws IOException {
    return runtime.pod(name).start(Drafts.script(name, runtime.image(), "sleep 1000"));
  }

  @Test
  void anExecReadsItsInputToTheEndAndItsCodeIsPassedOn() throws Exception {
    TestContainer container = sleeper("exec");

    Result result =
        run(
            "one\ntwo\n",
            gantry("exec", "-i", container.id(), "sh", "-c", "cat; echo x >&2; exit 7"));

    assertThat(result).isEqualTo(new Result(7, "one\ntwo\n", "x\n"));
  }

  @Test
  void aCommandThatIsNotThereIsToldByTheClient() throws Exception {
    TestContainer container = sleeper("missing");

    Result result = run("", gantry("exec", "-i", container.id(), "nothing"));

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("exec nothing: ENOENT", "check the command");
  }

  @Test
  void aTerminalIsAsLargeAsTheClientsOwn() throws Exception {
    TestContainer container = sleeper("terminal");
    String exec =
        String.join(" ", gantry("exec", "-it", container.id()))
            + " sh -c 'while [ \"$(stty size)\" != \"41 97\" ]; do :; done; tty; stty size; exit 5'";

    Result result =
        run("", List.of("script", "-qec", "stty rows 41 cols 97; " + exec, "/dev/null"));

    assertThat(result.out()).contains("/dev/pts/0", "41 97");
    assertThat(result.code()).isEqualTo(5);
  }

  @Test
  void manyMegabytesComeThroughAnExecWhole() throws Exception {
    TestContainer container = sleeper("large");
    Process process =
        new ProcessBuilder(
                gantry("exec", "-i", container.id(), "sh", "-c", "head -c 268435456 /dev/zero"))
            .start();
    process.getOutputStream().close();

    assertThat(zeros(process.getInputStream())).isEqualTo(268_435_456L);
    assertThat(process.waitFor()).isZero();
    assertThat(memoryOfDaemon()).isLessThan(250L << 20);
  }

  /** How many bytes come; each has to be zero. */
  private static long zeros(InputStream in) throws IOException {
    byte[] buffer = new byte[1 << 16];
    long count = 0;
    for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
      for (int i = 0; i < got; i++) {
        if (buffer[i] != 0) {
          throw new AssertionError("byte " + (count + i) + " is " + buffer[i]);
        }
      }
      count += got;
    }
    return count;
  }

  private static long memoryOfDaemon() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + runtime.node().pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void anAttachedClientTalksToTheContainerAndTheLogHasItAll() throws Exception {
    ContainerConfig.Builder config =
        Drafts.script(
                "attach", runtime.image(), "read line; echo got $line; echo bad >&2; sleep 0.2")
            .setStdin(true)
            .setLogPath("attach.log");
    TestContainer container = runtime.pod("attach").start(config);

    Result result = run("hello\n", gantry("attach", "-i", container.id()));

    assertThat(result).isEqualTo(new Result(0, "got hello\n", "bad\n"));
    assertThat(container.ended().getExitCode()).isZero();
    assertThat(LogFile.read(container.logFile()).lines().stream().map(LogFile.Line::text))
        .containsExactlyInAnyOrder("got hello", "bad");
  }

  @Test
  void theDeathOfTheDaemonEndsTheAttachAndNotTheContainer() throws Exception {
    ContainerConfig.Builder config =
        Drafts.script(
                "survivor",
                runtime.image(),
                "i=0; while :; do i=$((i+1)); echo line $i; usleep 1000; done")
            .setLogPath("survivor.log");
    TestContainer container = runtime.pod("survivor").start(config);
    Process attached = new ProcessBuilder(gantry("attach", container.id())).start();
    assertThat(attached.getInputStream().readNBytes(100)).hasSize(100);

    runtime.node().kill();
    long written = Files.size(container.logFile());
    Awaitility.await("the container goes on")
        .until(() -> Files.size(container.logFile()) > written + 1000);
    runtime.node().startAgain();

    attached.getInputStream().readAllBytes();
    assertThat(attached.waitFor()).isEqualTo(1);
    assertThat(container.state()).isEqualTo(ContainerState.CONTAINER_RUNNING);
    assertThat(run("", gantry("exec", "-i", container.id(), "echo", "again")).out())
        .isEqualTo("again\n");
  }

  /** A client that forwards, for as long as it is open. */
  private static final class Forwarder implements AutoCloseable {

    private final Process process;
    private final int port;

    Forwarder(TestPod pod, int remote) throws IOException {
      process = new ProcessBuilder(gantry("portforward", pod.id(), "0:" + remote)).start();
      String line = process.inputReader(UTF_8).readLine();
      Matcher matcher = FORWARDING.matcher(String.valueOf(line));
      assertThat(matcher.find()).as(line).isTrue();
      port = Integer.parseInt(matcher.group(1));
    }

    @Override
    public void close() {
      process.destroy();
    }
  }

  @Test
  void aPortOfAPodIsReachedWithBothDirectionsEndingForThemselves() throws Exception {
    TestPod pod = runtime.pod("forward");
    TestContainer container =
        pod.start(
            Drafts.script(
                "server",
                runtime.image(),
                "while :; do nc -l -p 8080 -e sh -c 'head -c 268435456 /dev/zero; wc -c'; done"));
    awaitListening(container);
    try (Forwarder forwarder = new Forwarder(pod, 8080);
        Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), forwarder.port)) {
      socket.getOutputStream().write(new byte[100_000]);
      socket.shutdownOutput();
      InputStream in = socket.getInputStream();
      assertThat(zeros(limited(in, 268_435_456L))).isEqualTo(268_435_456L);
      assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo("100000\n");
    }
    assertThat(memoryOfDaemon()).isLessThan(250L << 20);
  }

  private static void awaitListening(TestContainer container) {
    Awaitility.await("a server")
        .until(() -> container.sh("cat /proc/net/tcp /proc/net/tcp6").contains(":1F90 "));
  }

  private static InputStream limited(InputStream in, long limit) {
    return new InputStream() {
      private long left = limit;

      @Override
      public int read() {
        throw new UnsupportedOperationException();
      }

      @Override
      public int read(byte[] to, int at, int length) throws IOException {
        int got = left == 0 ? -1 : in.read(to, at, (int) Math.min(length, left));
        left -= Math.max(got, 0);
        return got;
      }
    };
  }

  @Test
  void aForwardEndsWithItsPod() throws Exception {
    TestPod pod = runtime.pod("brief");
    TestContainer container =
        pod.start(
            Drafts.script(
                "server", runtime.image(), "nc -l -p 8080 -e sh -c 'echo hello; sleep 1000'"));
    awaitListening(container);
    try (Forwarder forwarder = new Forwarder(pod, 8080);
        Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), forwarder.port)) {
      socket.setSoTimeout(20_000);
      assertThat(socket.getInputStream().readNBytes(6)).isEqualTo("hello\n".getBytes(UTF_8));

      assertThat(socketsElsewhere()).isNotEmpty();

      pod.stop();

      // The client has not ended its direction, and yet nothing holds the pod's network.
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      Awaitility.await("no socket in the pod").until(() -> socketsElsewhere().isEmpty());
    }
  }

  /** Sockets of the daemon that are not in its own network. */
  private static Set<String> socketsElsewhere() throws IOException {
    Path daemon = Path.of("/proc/" + runtime.node().pid());
    Set<String> sockets = new HashSet<>();
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(daemon.resolve("fd"))) {
      for (Path descriptor : descriptors) {
        Matcher socket = SOCKET.matcher(target(descriptor));
        if (socket.matches()) {
          sockets.add(socket.group(1));
        }
      }
    }
    for (String table : List.of("tcp", "tcp6", "udp", "udp6", "unix", "netlink")) {
      for (String line : Files.readAllLines(daemon.resolve("net").resolve(table))) {
        sockets.removeAll(List.of(line.strip().split(" +")));
      }
    }
    return sockets;
  }

  /** Empty for one that was closed meanwhile. */
  private static String target(Path descriptor) throws IOException {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (NoSuchFileException closed) {
      return "";
    }
  }

  @Test
  void aPortWhereNobodyListensIsToldWithItsPod() throws Exception {
    TestPod pod = runtime.pod("silent");
    try (Forwarder forwarder = new Forwarder(pod, 81);
        Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), forwarder.port)) {
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      assertThat(forwarder.process.errorReader(UTF_8).readLine())
          .contains("port 81 of pod " + pod.id().substring(0, 8), "connection refused");
    }
  }

  /** Opens a stream by hand and returns when its first bytes are there. */
  private static Socket open(TestContainer container, String... command) throws IOException {
    ExecRequest request =
        ExecRequest.newBuilder()
            .setContainerId(container.id())
            .addAllCmd(List.of(command))
            .setStdin(true)
            .setStdout(true)
            .build();
    URI uri = URI.create(runtime.client().runtime().exec(request).getUrl());
    Socket socket = new Socket(uri.getHost(), uri.getPort());
    List<String> upgrade =
        List.of(
            "GET " + uri.getPath() + " HTTP/1.1",
            "Host: x",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
            "Sec-WebSocket-Protocol: v5.channel.k8s.io",
            "",
            "");
    socket.getOutputStream().write(String.join("\r\n", upgrade).getBytes(UTF_8));
    assertThat(new String(socket.getInputStream().readNBytes(12), UTF_8)).endsWith("101");
    return socket;
  }

  private static long count(String directory) throws IOException {
    try (Stream<Path> entries =
        Files.list(Path.of("/proc/" + runtime.node().pid() + "/" + directory))) {
      return entries.count();
    }
  }

  @Test
  void aThousandFailingExecsAndTwoHundredAtOnceLeaveNothing() throws Exception {
    TestContainer container = sleeper("many");
    rounds(container, 20, 20);
    long descriptors = count("fd");
    long threads = count("task");

    rounds(container, 1000, 200);

    Awaitility.await("descriptors and threads are given back")
        .atMost(Duration.ofSeconds(40))
        .untilAsserted(() -> {
          assertThat(count("fd")).isLessThanOrEqualTo(descriptors + 2);
          assertThat(count("task")).isLessThanOrEqualTo(threads + 3);
        });
    assertThat(container.sh("ps | grep -c '[c]at' || true")).isEqualTo("0");
  }

  private static void rounds(TestContainer container, int failing, int together)
      throws IOException {
    for (int i = 0; i < failing; i++) {
      try (Socket socket = open(container, "/nothing")) {
        assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8)).contains("ENOENT");
      }
    }
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < together; i++) {
      sockets.add(open(container, "cat"));
    }
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
