package io.gantry.image.progress;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * How far one layer is. One thread works on it, and all pulls that wait for the layer follow it.
 * Safe for all threads.
 */
public final class LayerProgress {

  /** Followers are told after so many bytes. */
  private static final long STEP = 256 << 10;

  /** What is being done to the layer. */
  public enum Stage {
    WAITING,
    DOWNLOADING,
    /** All bytes are here; the last are being unpacked and synced. */
    FINISHING,
    DONE,
    /** It was where it was to go before. */
    PRESENT,
    /** It is packed to be sent. */
    PACKING,
    SENDING
  }

  private final String name;
  private volatile long size;
  private final List<Progress> followers = new CopyOnWriteArrayList<>();
  private volatile Stage stage;
  private volatile long bytes;

  private LayerProgress(String name, long size, Stage stage) {
    this.name = name;
    this.size = size;
    this.stage = stage;
  }

  /**
   * A layer that is to come.
   *
   * @param name digest of its blob
   * @param size bytes of its blob
   */
  public static LayerProgress waiting(String name, long size) {
    return new LayerProgress(name, size, Stage.WAITING);
  }

  /** A layer that is here. */
  public static LayerProgress present(String name, long size) {
    return new LayerProgress(name, size, Stage.PRESENT);
  }

  /** Digest of the blob. */
  public String name() {
    return name;
  }

  /** Bytes of the blob, as far as they are known. */
  public long size() {
    return size;
  }

  /** Bytes of the blob that have come so far; starts again when another source is tried. */
  public long bytes() {
    return bytes;
  }

  public Stage stage() {
    return stage;
  }

  void follow(Progress follower) {
    followers.add(follower);
  }

  /** The stage that it has reached. */
  public void reached(Stage next) {
    stage = next;
    followers.forEach(Progress::changed);
  }

  /** The blob's stream as it comes, from its beginning, with its bytes counted here. */
  public InputStream counting(InputStream blob) {
    bytes = 0;
    reached(Stage.DOWNLOADING);
    return new Counted(blob);
  }

  /** The same of a blob that goes. */
  public InputStream sending(InputStream blob) {
    bytes = 0;
    reached(Stage.SENDING);
    return new Counted(blob);
  }

  /** Says how large the blob is, now that it is known. */
  public void measured(long blobSize) {
    size = blobSize;
  }

  private final class Counted extends FilterInputStream {
    private long count;
    private long told;

    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public long skip(long n) throws IOException {
      long skipped = in.skip(n);
      count += skipped;
      bytes = count;
      return skipped;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int n = in.read(target, offset, length);
      count += Math.max(0, n);
      bytes = count;
      if (n < 0 && stage == Stage.DOWNLOADING) {
        reached(Stage.FINISHING);
      } else if (count - told >= STEP) {
        told = count;
        followers.forEach(Progress::changed);
      }
      return n;
    }
  }
}
