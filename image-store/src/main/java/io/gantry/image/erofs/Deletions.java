package io.gantry.image.erofs;

import io.gantry.image.layer.Deletion;
import io.gantry.linux.FileFlags;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Deletions as overlay reads them: character devices 0:0, opaque attributes. */
final class Deletions {

  private static final String OPAQUE_ATTRIBUTE = "trusted.overlay.opaque";
  private static final byte[] YES = "y".getBytes(StandardCharsets.US_ASCII);

  private final Admission admission;

  Deletions(Admission admission) {
    this.admission = admission;
  }

  /**
   * Takes the deletion in.
   *
   * @param name of the entry, with the prefix
   */
  void apply(Node parent, String name, String entry) throws IOException {
    Deletion deletion = Deletion.of(name, entry);
    switch (deletion.kind()) {
      case NAME -> hide(parent, deletion.hidden(), entry);
      case CONTENT -> startEmpty(parent);
      case NOTHING -> {
        // Without meaning.
      }
    }
  }

  private void hide(Node parent, String name, String entry) throws IOException {
    Node there = parent.children().get(name);
    if (there == null) {
      Node whiteout = Node.of(FileFlags.S_IFCHR);
      admission.node(name, whiteout, entry);
      parent.children().put(name, whiteout);
    } else if (there.isDirectory()) {
      startEmpty(there);
    }
  }

  /** The directory shows nothing of the layers below. */
  void startEmpty(Node directory) {
    directory.attribute(OPAQUE_ATTRIBUTE, YES);
  }
}
