package io.gantry.streaming;

import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes pairs of the streams of a port-forward by SPDY: for each connection the client opens one
 * for errors and one for data, with the same {@code requestID} and {@code port}. Runs on the
 * connection's loop.
 */
final class ForwardStreams implements SpdyStreams.SpdyOpened {

  private static final Logger LOG = LoggerFactory.getLogger(ForwardStreams.class);

  private static final int LARGEST_PORT = 65535;

  private final StreamRequest.Forward request;
  private final StreamTargets targets;
  private final Line line;
  private final Duration creation;
  private final Map<String, Pair> waiting = new HashMap<>();

  /** How many connections there are that had both their streams, however these went on. */
  private final AtomicInteger running = new AtomicInteger();

  private @Nullable SpdyStreams streams;

  ForwardStreams(
      StreamRequest.Forward request, StreamTargets targets, Line line, Duration creation) {
    this.request = request;
    this.targets = targets;
    this.line = line;
    this.creation = creation;
  }

  /** Whom to tell that streams are over. */
  void of(SpdyStreams all) {
    streams = all;
  }

  private static final class Pair {
    private @Nullable SpdyStream data;
    private @Nullable SpdyStream error;
    private @Nullable ScheduledFuture<?> limit;

    boolean take(SpdyStream stream, boolean isData) {
      if ((isData ? data : error) != null) {
        return false;
      }
      if (isData) {
        data = stream;
      } else {
        error = stream;
      }
      return true;
    }

    void stopWaiting() {
      if (limit != null) {
        limit.cancel(false);
      }
    }
  }

  @Override
  public boolean opened(SpdyStream stream) {
    String type = stream.header("streamtype");
    boolean isData = type.equals("data");
    int port = port(stream.header("port"));
    if (port == 0 || (!isData && !type.equals("error"))) {
      LOG.info(
          "port-forward stream refused: streamType \"{}\", port \"{}\"",
          type,
          stream.header("port"));
      return false;
    }
    String id = requestId(stream, isData);
    if (!waiting.containsKey(id) && waiting.size() + running.get() >= SpdyStreams.MOST) {
      LOG.info("port-forward stream refused: there are {} connections already", SpdyStreams.MOST);
      return false;
    }
    Pair pair = waiting.computeIfAbsent(id, _ -> new Pair());
    if (!pair.take(stream, isData)) {
      LOG.info("port-forward stream refused: request {} has its {} stream already", id, type);
      return false;
    }
    complete(id, pair, port);
    return true;
  }

  @Override
  public void reset(SpdyStream stream) {
    String id = requestId(stream, stream.header("streamtype").equals("data"));
    Pair pair = waiting.get(id);
    if (pair != null && (pair.data == stream || pair.error == stream)) {
      waiting.remove(id);
      pair.stopWaiting();
    }
  }

  /** Old clients give none, and open the data stream right after its error stream. */
  private static String requestId(SpdyStream stream, boolean isData) {
    String id = stream.header("requestid");
    return id.isEmpty() ? "stream " + (isData ? stream.id() - 2 : stream.id()) : id;
  }

  private static int port(String text) {
    if (!text.matches("[0-9]{1,5}")) {
      return 0;
    }
    int port = Integer.parseInt(text);
    return port <= LARGEST_PORT ? port : 0;
  }

  private void complete(String id, Pair pair, int port) {
    SpdyStream data = pair.data;
    SpdyStream error = pair.error;
    if (data == null || error == null) {
      pair.limit =
          line.channel()
              .eventLoop()
              .schedule(() -> giveUp(id, pair, port), creation.toMillis(), TimeUnit.MILLISECONDS);
      return;
    }
    waiting.remove(id);
    pair.stopWaiting();
    error.inlet().abandon();
    start(port, () -> forward(port, data, error));
  }

  private void start(int port, Runnable work) {
    running.incrementAndGet();
    Thread.ofVirtual()
        .name("portforward " + port)
        .start(() -> {
          try {
            work.run();
          } finally {
            running.decrementAndGet();
          }
        });
  }

  /** Ends the one stream, and nothing else (k8s.io/kubelet, portforward/httpstream.go). */
  private void giveUp(String id, Pair pair, int port) {
    if (waiting.remove(id, pair)) {
      LOG.info("port-forward ended: request {} has only one stream after {}", id, creation);
      start(port, () -> end(pair, port));
    }
  }

  private void end(Pair pair, int port) {
    SpdyStream error = pair.error;
    SpdyStream only = error == null ? Objects.requireNonNull(pair.data) : error;
    try {
      if (error != null) {
        String text =
            "error forwarding port %d to pod %s: no data stream came within %s"
                .formatted(port, request.pod(), creation);
        error.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        error.end();
      } else {
        only.abort();
      }
    } catch (IOException e) {
      LOG.debug("port {} of pod {}: the client has gone", port, request.pod());
    } finally {
      drop(only);
    }
  }

  private void forward(int port, SpdyStream data, SpdyStream error) {
    try {
      new ForwardSession(targets, request.pod(), port, line, data.inlet(), data, error).run();
    } finally {
      drop(data);
      drop(error);
    }
  }

  private void drop(SpdyStream stream) {
    if (streams != null) {
      streams.drop(stream);
    }
  }
}
