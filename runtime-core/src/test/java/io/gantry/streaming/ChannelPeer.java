package io.gantry.streaming;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A client of streams as messages of a WebSocket, with the JDK's own implementation. */
final class ChannelPeer implements AutoCloseable {

  private static final Duration LONG = Duration.ofSeconds(20);
  private static final int CLOSE = 255;

  private final HttpClient http;
  private final WebSocket socket;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<Integer, ByteArrayOutputStream> received = new HashMap<>();
  private final Set<Integer> ended = new HashSet<>();
  private boolean closed;

  private ChannelPeer(String url, String protocol, @Nullable SSLContext tls) {
    HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(LONG);
    http = (tls == null ? builder : builder.sslContext(tls)).build();
    try {
      socket =
          http.newWebSocketBuilder()
              .subprotocols(protocol)
              .buildAsync(URI.create(url.replaceFirst("^http", "ws")), new Listener())
              .orTimeout(LONG.toSeconds(), TimeUnit.SECONDS)
              .join();
    } catch (CompletionException e) {
      http.shutdownNow();
      throw e;
    }
  }

  static ChannelPeer connect(String url, String protocol) {
    return new ChannelPeer(url, protocol, null);
  }

  /**
   * By HTTPS.
   *
   * @throws CompletionException when that fails
   */
  static ChannelPeer connect(String url, String protocol, SSLContext tls) {
    return new ChannelPeer(url, protocol, tls);
  }

  private final class Listener implements WebSocket.Listener {

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
      // The server's messages have one frame each, and a first byte that says whose they are.
      change(() -> take(data));
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      change(() -> closed = true);
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      change(() -> closed = true);
    }
  }

  private void take(ByteBuffer data) {
    int channel = Byte.toUnsignedInt(data.get());
    if (channel == CLOSE) {
      ended.add(Byte.toUnsignedInt(data.get()));
      return;
    }
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    received.computeIfAbsent(channel, _ -> new ByteArrayOutputStream()).writeBytes(bytes);
  }

  private void change(Runnable what) {
    lock.lock();
    try {
      what.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void until(BooleanSupplier condition, String what) {
    long left = LONG.toNanos();
    lock.lock();
    try {
      while (!condition.getAsBoolean()) {
        if (left <= 0) {
          throw new AssertionError("did not come: " + what + "; came: " + received);
        }
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } finally {
      lock.unlock();
    }
  }

  void send(int channel, String text) {
    byte[] bytes = ((char) channel + text).getBytes(ISO_8859_1);
    CompletableFuture<WebSocket> sent = socket.sendBinary(ByteBuffer.wrap(bytes), true);
    sent.orTimeout(LONG.toSeconds(), TimeUnit.SECONDS).join();
  }

  /** No more will come on that stream. */
  void end(int channel) {
    send(CLOSE, "" + (char) channel);
  }

  /** All of a stream so far, once it has a certain length. */
  String await(int channel, int length) {
    until(() -> text(channel).length() >= length, length + " bytes on " + channel);
    return text(channel);
  }

  /** All of a stream, once it has ended. */
  String toTheEnd(int channel) {
    until(() -> closed || ended.contains(channel), "the end of " + channel);
    return text(channel);
  }

  void awaitClose() {
    until(() -> closed, "the end of all");
  }

  String subprotocol() {
    return socket.getSubprotocol();
  }

  private String text(int channel) {
    lock.lock();
    try {
      ByteArrayOutputStream bytes = received.get(channel);
      return bytes == null ? "" : bytes.toString(ISO_8859_1);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    socket.abort();
    http.shutdownNow();
  }
}
