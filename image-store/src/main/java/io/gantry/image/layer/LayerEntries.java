package io.gantry.image.layer;

import io.gantry.image.error.ImageException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The entries of a layer's tar, as many as a layer may have and until the work is given up. */
public final class LayerEntries {

  private final TarReader tar;
  private final long most;
  private final long mostBytes;
  private long seen;
  private long bytes;

  public LayerEntries(TarReader tar, UnpackLimits limits) {
    this.tar = tar;
    this.most = limits.maxEntries();
    this.mostBytes = limits.maxBytes();
  }

  /** The next entry, whose content the tar has then; null at the end. */
  public @Nullable TarEntry next() throws IOException {
    TarEntry entry = tar.next();
    if (entry == null) {
      return null;
    }
    if (++seen > most) {
      throw new ImageException.Refused(
          "tar entry " + entry.name(),
          "the layer has more than " + most + " entries",
          "raise image.max_layer_entries if you trust the image");
    }
    // Of sparse files almost nothing is in the stream, which has its own limit.
    bytes += Math.min(entry.size(), mostBytes - bytes + 1);
    if (bytes > mostBytes) {
      throw new ImageException.Refused(
          "tar entry " + entry.name(),
          "with it the layer grows beyond the limit of " + mostBytes + " bytes",
          "raise image.max_layer_bytes if you trust the image");
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new ImageException.Cancelled("tar entry " + entry.name(), "unpacking was stopped");
    }
    return entry;
  }
}
