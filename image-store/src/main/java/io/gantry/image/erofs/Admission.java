package io.gantry.image.erofs;

import io.gantry.image.error.ImageException;
import io.gantry.image.layer.LayerSize;
import io.gantry.linux.KernelText;
import java.io.IOException;

/**
 * Lets names into a tree: those that a file can have, and as many as there is room for, however an
 * entry asks for them. One thread.
 */
final class Admission {

  private static final int LONGEST_NAME = 255; // bytes, NAME_MAX

  private final LayerSize size;
  private final TreeWeight weight;

  Admission(LayerSize size, TreeWeight weight) {
    this.size = size;
    this.weight = weight;
  }

  /**
   * Lets a new node in.
   *
   * @param entry that asks for it, for messages
   */
  void node(String name, Node node, String entry) throws IOException {
    name(name, entry);
    weight.add(2L * node.target.length());
    size.add(entry, 0);
  }

  /** Lets another name of a node in. */
  void name(String name, String entry) throws IOException {
    if (KernelText.bytes(name).length > LONGEST_NAME) {
      throw new ImageException.Refused(
          "tar entry " + entry,
          "it holds a name that is too long for a file",
          "do not trust this image");
    }
    weight.addNode(name);
  }

  /** Lets an extended attribute in. */
  void attribute(String name, byte[] value) throws TooLargeException {
    weight.addNode(name);
    weight.add(value.length);
  }
}
