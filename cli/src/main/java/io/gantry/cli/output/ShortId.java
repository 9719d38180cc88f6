package io.gantry.cli.output;

/** Ids as a table shows them: 13 digits are enough to tell objects apart. */
public final class ShortId {
  private static final int LENGTH = 13;
  private static final String ALGORITHM = "sha256:";

  private ShortId() {}

  /** The id, cut unless {@code whole} is asked for. */
  public static String of(String id, boolean whole) {
    if (whole) {
      return id;
    }
    var digits = id.startsWith(ALGORITHM) ? id.substring(ALGORITHM.length()) : id;
    return digits.length() > LENGTH ? digits.substring(0, LENGTH) : digits;
  }

  /** An image as it was asked for: names stay, ids are cut. */
  public static String ofImage(String image, boolean whole) {
    boolean id = image.startsWith(ALGORITHM) || image.matches("[0-9a-f]{64}");
    return id ? of(image, whole) : image;
  }
}
