package io.gantry.image.layer;

import io.gantry.image.error.ImageException;

/**
 * What a {@code .wh.} name of a tar deletes (OCI image spec, layer.md, "Whiteouts"). It concerns
 * the layers below only, never what its own layer brings, in whatever order they come.
 *
 * @param hidden the name that is gone, of the kind that has one; else empty
 */
public record Deletion(Kind kind, String hidden) {

  /** The name of an entry that deletes begins so. */
  static final String PREFIX = ".wh.";

  static final String OPAQUE = ".wh..wh..opq";
  private static final String RESERVED = ".wh..wh.";

  /** What is deleted. */
  public enum Kind {
    /** One name. */
    NAME,
    /** Everything that the directory has below. */
    CONTENT,
    /** Nothing: bookkeeping of aufs, without meaning elsewhere. */
    NOTHING
  }

  /** Whether an entry of that name deletes. */
  public static boolean isOne(String name) {
    return name.startsWith(PREFIX);
  }

  /**
   * What the name deletes.
   *
   * @param name with the prefix
   * @param entry whose last part it is, for messages
   */
  public static Deletion of(String name, String entry) throws ImageException {
    if (name.equals(OPAQUE)) {
      return new Deletion(Kind.CONTENT, "");
    }
    if (name.startsWith(RESERVED)) {
      return new Deletion(Kind.NOTHING, "");
    }
    String hidden = name.substring(PREFIX.length());
    if (hidden.isEmpty() || hidden.equals(".") || hidden.equals("..")) {
      throw new ImageException.Refused("tar entry " + entry, "it deletes nothing nameable", "");
    }
    return new Deletion(Kind.NAME, hidden);
  }
}
