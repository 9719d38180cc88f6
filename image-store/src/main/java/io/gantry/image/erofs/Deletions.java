package io.gantry.image.erofs;

import io.gantry.image.error.ImageException;
import io.gantry.linux.FileFlags;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The {@code .wh.} names of a tar (OCI image spec, layer.md, "Whiteouts") as overlay reads them. A
 * deletion concerns the layers below only, never what this layer brings.
 */
final class Deletions {

  private static final String PREFIX = ".wh.";
  private static final String RESERVED = ".wh..wh.";
  private static final String OPAQUE = ".wh..wh..opq";
  private static final String OPAQUE_ATTRIBUTE = "trusted.overlay.opaque";
  private static final byte[] YES = "y".getBytes(StandardCharsets.US_ASCII);

  private final Admission admission;

  Deletions(Admission admission) {
    this.admission = admission;
  }

  static boolean isOne(String name) {
    return name.startsWith(PREFIX);
  }

  /**
   * Takes the deletion in.
   *
   * @param name of the entry, with the prefix
   */
  void apply(Node parent, String name, String entry) throws IOException {
    if (name.equals(OPAQUE)) {
      startEmpty(parent);
      return;
    }
    if (name.startsWith(RESERVED)) {
      // Bookkeeping of aufs, without meaning elsewhere.
      return;
    }
    String hidden = name.substring(PREFIX.length());
    if (hidden.isEmpty() || hidden.equals(".") || hidden.equals("..")) {
      throw new ImageException.Refused("tar entry " + entry, "it deletes nothing nameable", "");
    }
    Node there = parent.children().get(hidden);
    if (there == null) {
      Node whiteout = Node.of(FileFlags.S_IFCHR);
      admission.node(hidden, whiteout, entry);
      parent.children().put(hidden, whiteout);
    } else if (there.isDirectory()) {
      startEmpty(there);
    }
  }

  /** The directory shows nothing of the layers below. */
  void startEmpty(Node directory) {
    directory.attribute(OPAQUE_ATTRIBUTE, YES);
  }
}
