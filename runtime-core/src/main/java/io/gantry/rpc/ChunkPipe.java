package io.gantry.rpc;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Chunks that a client sends, read as a stream. One thread puts, another reads; the reader asks for
 * the next chunk when it takes one, so that no more than {@link #CAPACITY} wait here.
 */
final class ChunkPipe extends InputStream {

  static final int CAPACITY = 4;

  /** What ends a stream, well or badly. */
  private record Item(ByteString chunk, boolean last, @Nullable IOException failure) {}

  // One place more than the chunks under way, for the end.
  private final BlockingQueue<Item> queue = new ArrayBlockingQueue<>(CAPACITY + 1);
  private final Runnable more;
  private ByteBuffer current = ByteBuffer.allocate(0);
  private @Nullable Item end;

  /**
   * @param more asks the sender for one more chunk
   */
  ChunkPipe(Runnable more) {
    this.more = more;
  }

  void put(ByteString chunk) {
    add(new Item(chunk, false, null));
  }

  void finish() {
    add(new Item(ByteString.EMPTY, true, null));
  }

  /** The sender is gone; whoever reads learns it at once. */
  void fail(IOException cause) {
    queue.clear();
    add(new Item(ByteString.EMPTY, true, cause));
  }

  private void add(Item item) {
    if (!queue.offer(item)) {
      throw new IllegalStateException("chunk that nobody asked for");
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    while (!current.hasRemaining()) {
      if (!next()) {
        return -1;
      }
    }
    int count = Math.min(length, current.remaining());
    current.get(target, offset, count);
    return count;
  }

  private boolean next() throws IOException {
    Item item = end == null ? take() : end;
    if (item.failure() != null) {
      throw new IOException(item.failure());
    }
    current = item.chunk().asReadOnlyByteBuffer();
    if (!item.last()) {
      more.run();
    }
    return !item.last();
  }

  private Item take() throws IOException {
    try {
      Item item = queue.take();
      end = item.last() ? item : null;
      return item;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for the next chunk", e);
    }
  }
}
