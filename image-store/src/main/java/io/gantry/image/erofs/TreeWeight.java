package io.gantry.image.erofs;

import io.gantry.image.layer.TarEntry;
import java.util.Map;

/**
 * About how much memory the tree of a layer takes, which has to wait there for the end of the
 * layer. One thread.
 */
final class TreeWeight {

  /** A node with its place in a directory, measured with short names. */
  private static final int NODE = 200;

  private final long most;
  private long bytes;

  TreeWeight(long most) {
    this.most = most;
  }

  void add(TarEntry entry) throws TooLargeException {
    bytes += NODE + 2L * (entry.name().length() + entry.linkName().length());
    for (Map.Entry<String, byte[]> attribute : entry.xattrs().entrySet()) {
      bytes += NODE + attribute.getKey().length() + attribute.getValue().length;
    }
    if (bytes > most) {
      throw new TooLargeException(
          "the names and attributes of the layer take more than " + most + " bytes of memory");
    }
  }
}
