package io.gantry.image.layer;

import io.gantry.image.error.ImageException;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The layer that unpacked files stand for, as a tar that is made while it is read. The same files
 * give the same bytes: names are sorted, a hard link follows the first of its names, times are
 * exact. What overlayfs keeps as devices and attributes turns back into {@code .wh.} names (OCI
 * image spec, layer.md, "Whiteouts"). Memory is two buffers and the names of the directories that
 * are open. One thread.
 */
public final class LayerTar extends InputStream {

  private static final int BUFFER = 128 << 10;
  private static final byte[] END = new byte[2 * TarHead.BLOCK];
  private static final ConcurrentLinkedQueue<ByteBuffer> BUFFERS = new ConcurrentLinkedQueue<>();

  private final FileCalls files;
  private final LayerWalk walk;
  private final ByteBuffer buffer;
  private final long maxBytes;
  private ByteBuffer pending = ByteBuffer.allocate(0);
  private @Nullable TarEntry entry;
  private @Nullable Fd content;
  private long contentLeft;

  /** Bytes that may still be promised: by a head, with the content that follows it. */
  private long room;

  private boolean ended;
  private boolean closed;

  private LayerTar(FileCalls files, LayerWalk walk, long maxBytes) {
    this.files = files;
    this.walk = walk;
    this.maxBytes = maxBytes;
    this.room = maxBytes - END.length;
    ByteBuffer pooled = BUFFERS.poll();
    this.buffer = pooled == null ? ByteBuffer.allocateDirect(BUFFER) : pooled;
    buffer.limit(0);
  }

  /**
   * Opens the files of a layer in the store.
   *
   * @param layer stays as it is until this is closed; a change is found out and told
   * @param privileges what the layer was unpacked with
   */
  public static LayerTar of(FileCalls files, Path layer, Privileges privileges) throws IOException {
    return of(files, layer, privileges, Long.MAX_VALUE);
  }

  /**
   * Opens the writable directory of a container, in which a file may claim any size.
   *
   * @param layer stays as it is until this is closed; a change is found out and told
   * @param privileges what the container writes with
   * @param maxBytes of the tar; the file with which it would grow beyond is refused by its size,
   *     with nothing of it read
   */
  public static LayerTar of(FileCalls files, Path layer, Privileges privileges, long maxBytes)
      throws IOException {
    return new LayerTar(files, LayerWalk.of(files, layer, privileges), maxBytes);
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
    while (true) {
      if (pending.hasRemaining()) {
        int n = Math.min(length, pending.remaining());
        pending.get(target, offset, n);
        return n;
      }
      if (contentLeft > 0) {
        return content(target, offset, length);
      }
      if (!advance()) {
        return -1;
      }
    }
  }

  private int content(byte[] target, int offset, int length) throws IOException {
    TarEntry current = Objects.requireNonNull(entry);
    if (!buffer.hasRemaining()) {
      buffer.clear();
      if (files.read(Objects.requireNonNull(content), buffer) == 0) {
        throw changed(current);
      }
      buffer.flip();
    }
    int n = (int) Math.min(Math.min(length, buffer.remaining()), contentLeft);
    buffer.get(target, offset, n);
    contentLeft -= n;
    if (contentLeft == 0) {
      endContent(current);
    }
    return n;
  }

  private void endContent(TarEntry current) throws IOException {
    try (Fd file = Objects.requireNonNull(content)) {
      buffer.clear();
      boolean longer = files.read(file, buffer) > 0;
      buffer.limit(0);
      if (longer) {
        throw changed(current);
      }
    } finally {
      content = null;
    }
    pending = ByteBuffer.allocate(TarHead.padding(current.size()));
  }

  private static ImageException changed(TarEntry entry) {
    return new ImageException.Storage(
        "file " + entry.name(),
        "it changed while it was read: it has no longer " + entry.size() + " bytes",
        "stop what writes to it, and try again",
        null);
  }

  /** Puts the next entry's head into {@code pending}; false at the end of the tar. */
  private boolean advance() throws IOException {
    if (ended) {
      return false;
    }
    try {
      TarEntry next = walk.next();
      entry = next;
      if (next == null) {
        ended = true;
        pending = ByteBuffer.wrap(END);
        return true;
      }
      byte[] head = TarHead.of(next);
      promise(next, head.length + TarHead.padding(next.size()));
      pending = ByteBuffer.wrap(head);
      contentLeft = next.size();
      if (contentLeft > 0) {
        content = walk.content();
      }
      return true;
    } catch (SyscallException e) {
      throw new ImageException.Storage(
          "layer", "cannot be read: " + e.getMessage(), "check the disk of the image store", e);
    }
  }

  private void promise(TarEntry next, int around) throws ImageException {
    if (room - around < next.size()) {
      throw new ImageException.Refused(
          "file /" + next.name(),
          "with its "
              + next.size()
              + " bytes the layer grows beyond the limit of "
              + maxBytes
              + " bytes",
          "remove it, or raise image.max_layer_bytes");
    }
    room -= around + next.size();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    ended = true;
    contentLeft = 0;
    pending = ByteBuffer.allocate(0);
    walk.close();
    if (content != null) {
      content.close();
    }
    BUFFERS.offer(buffer.clear().limit(0));
  }
}
