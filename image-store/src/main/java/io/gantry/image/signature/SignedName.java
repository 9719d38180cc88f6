package io.gantry.image.signature;

import io.gantry.image.error.ImageException;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;

/**
 * What an image is called, in full, as policies and signatures compare it.
 *
 * @param name host and repository
 * @param label {@code :tag}, {@code @digest}, both, or empty where nothing is said, which is not
 *     the tag {@code latest}
 */
record SignedName(String name, String label) {

  /** An image that is asked for; a tag beside a digest says nothing. */
  static SignedName of(ImageReference image) {
    Digest digest = image.digest();
    return new SignedName(image.name(), digest == null ? ":" + image.tag() : "@" + digest);
  }

  static SignedName parse(String text) throws ImageException {
    ImageReference reference = ImageReference.parse(text);
    Digest digest = reference.digest();
    String tag = reference.tag();
    String bare = digest == null ? text : text.substring(0, text.indexOf('@'));
    String tagged = tag != null && bare.endsWith(":" + tag) ? ":" + tag : "";
    return new SignedName(reference.name(), tagged + (digest == null ? "" : "@" + digest));
  }

  boolean isNameOnly() {
    return label.isEmpty();
  }

  boolean isDigest() {
    return label.startsWith("@");
  }

  /** What is left of it when the digest wins over a tag. */
  SignedName withoutTagOfDigest() {
    return new SignedName(name, label.substring(Math.max(0, label.indexOf('@'))));
  }

  @Override
  public String toString() {
    return name + label;
  }
}
