package io.gantry.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer as a stream that gives up when nothing comes for too long, which the JDK's
 * own never does. A few buffers are fetched ahead, so that the network works while the reader does.
 * One reading thread.
 */
final class BodyStream extends InputStream implements BodySubscriber<BodyStream> {

  private static final int AHEAD = 16;

  /** What the network thread hands over. */
  private sealed interface Event {
    record Data(List<ByteBuffer> buffers) implements Event {}

    record Failed(Throwable cause) implements Event {}

    record Complete() implements Event {}
  }

  private final TransferLimits limits;
  private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final Queue<ByteBuffer> buffers = new ArrayDeque<>();
  private volatile Flow.@Nullable Subscription subscription;
  private volatile boolean closed;
  private boolean ended;
  private long waitedNanos;
  private long broughtBytes;

  BodyStream(TransferLimits limits) {
    this.limits = limits;
  }

  @Override
  public CompletionStage<BodyStream> getBody() {
    return CompletableFuture.completedStage(this);
  }

  @Override
  public void onSubscribe(Flow.Subscription newSubscription) {
    subscription = newSubscription;
    if (closed) {
      newSubscription.cancel();
    } else {
      newSubscription.request(AHEAD);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> item) {
    events.add(new Event.Data(item));
  }

  @Override
  public void onError(Throwable cause) {
    events.add(new Event.Failed(cause));
  }

  @Override
  public void onComplete() {
    events.add(new Event.Complete());
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    ByteBuffer source = filled();
    if (source == null) {
      return -1;
    }
    int n = Math.min(source.remaining(), length);
    source.get(target, offset, n);
    return n;
  }

  private @Nullable ByteBuffer filled() throws IOException {
    while (!ended) {
      ByteBuffer first = buffers.peek();
      if (first != null && first.hasRemaining()) {
        return first;
      }
      if (first != null) {
        buffers.remove();
      } else {
        take();
      }
    }
    return null;
  }

  private void take() throws IOException {
    switch (nextEvent()) {
      case Event.Data data -> {
        buffers.addAll(data.buffers());
        Flow.Subscription current = subscription;
        if (current != null) {
          current.request(1);
        }
      }
      case Event.Failed failed -> throw new IOException(describe(failed.cause()), failed.cause());
      case Event.Complete complete -> ended = true;
    }
  }

  private static String describe(Throwable cause) {
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  private Event nextEvent() throws IOException {
    try {
      long start = System.nanoTime();
      long stall = limits.stall().toMillis();
      Event event = events.poll(stall, TimeUnit.MILLISECONDS);
      if (event == null) {
        throw new SlowBodyException("nothing came for " + stall + " ms");
      }
      requireFlow(System.nanoTime() - start, event);
      return event;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted = new InterruptedIOException("interrupted");
      interrupted.initCause(e);
      throw interrupted;
    }
  }

  /** Only the time counts in which the reader waited for the network. */
  private void requireFlow(long nanos, Event event) throws SlowBodyException {
    if (!(event instanceof Event.Data data)) {
      return;
    }
    waitedNanos += nanos;
    broughtBytes += data.buffers().stream().mapToLong(ByteBuffer::remaining).sum();
    if (waitedNanos < limits.stall().toNanos()) {
      return;
    }
    long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(waitedNanos));
    if (broughtBytes * 1000 < millis * limits.leastBytesPerSecond()) {
      throw new SlowBodyException(
          "nothing but " + broughtBytes + " bytes came in " + millis + " ms");
    }
    waitedNanos = 0;
    broughtBytes = 0;
  }

  @Override
  public void close() {
    closed = true;
    Flow.Subscription current = subscription;
    if (current != null && !ended) {
      current.cancel();
    }
  }
}
