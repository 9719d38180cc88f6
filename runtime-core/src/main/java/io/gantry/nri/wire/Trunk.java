package io.gantry.nri.wire;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The multiplexer: several logical connections over one socket, each frame with the number of its
 * connection and its length (nri, pkg/net/multiplex). Sending is safe for many threads.
 */
final class Trunk {

  /** Plugins answer there. */
  static final int PLUGIN = 1;

  /** The runtime answers there. */
  static final int RUNTIME = 2;

  static final int HEADER = 8;
  static final int LARGEST = Frames.HEADER + Frames.LARGEST;

  /**
   * Plugins read through a buffer of this size, and take a larger frame only where they know what
   * is to come: behind a message's head.
   */
  private static final int FIRST = 4096;

  /** Messages that wait for a plugin that does not read. */
  private static final int WAITING = 256;

  /** And what they may be together. */
  static final int MOST_WAITING_BYTES = 16 << 20;

  private final SocketChannel channel;
  private final LinkedBlockingQueue<ByteBuffer> waiting = new LinkedBlockingQueue<>(WAITING);
  private final AtomicLong waitingBytes = new AtomicLong();

  Trunk(SocketChannel channel) {
    this.channel = channel;
  }

  /** Where the bytes of logical connections go. */
  interface Receiver {
    void received(int connection, byte[] bytes) throws IOException;
  }

  /** Gives one message to the thread that writes; a failure is the end of the connection. */
  void send(int connection, byte[] message) throws IOException {
    int first = Math.min(FIRST, message.length);
    int rest = message.length - first;
    ByteBuffer framed = ByteBuffer.allocate(message.length + HEADER + (rest > 0 ? HEADER : 0));
    framed.putInt(connection).putInt(first).put(message, 0, first);
    if (rest > 0) {
      framed.putInt(connection).putInt(rest).put(message, first, rest);
    }
    int size = framed.flip().remaining();
    if (waitingBytes.addAndGet(size) > MOST_WAITING_BYTES) {
      throw new IOException(
          "more than " + MOST_WAITING_BYTES + " bytes wait, because the other side does not read");
    }
    if (!waiting.offer(framed)) {
      throw new IOException(WAITING + " messages wait, because the other side does not read");
    }
  }

  /** Writes what is sent until the channel is closed or the thread interrupted. */
  void write() throws IOException, InterruptedException {
    while (true) {
      ByteBuffer next = waiting.take();
      int size = next.remaining();
      while (next.hasRemaining()) {
        channel.write(next);
      }
      waitingBytes.addAndGet(-size);
    }
  }

  /** Reads until the channel is closed; ends with an exception in any case. */
  void read(Receiver receiver) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER);
    while (true) {
      fill(header.clear());
      int connection = header.getInt();
      int length = header.getInt();
      if (length < 0 || length > LARGEST) {
        throw new IOException(
            "a frame of " + Integer.toUnsignedString(length) + " bytes, more than " + LARGEST);
      }
      ByteBuffer payload = ByteBuffer.allocate(length);
      fill(payload);
      receiver.received(connection, payload.array());
    }
  }

  private void fill(ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new EOFException("closed by the other side");
      }
    }
    buffer.flip();
  }

  void close() throws IOException {
    channel.close();
  }
}
