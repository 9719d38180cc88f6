package io.gantry.image.reference;

import io.gantry.image.error.ImageException;
import io.gantry.linux.crypto.FastHash;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * The name of a piece of content: {@code sha256:<64 hex>} or {@code sha512:<128 hex>} (OCI image
 * spec, descriptor, "Digests").
 *
 * @param algorithm {@code sha256} or {@code sha512}
 * @param hex lower case
 */
public record Digest(String algorithm, String hex) implements Comparable<Digest> {

  private static final String SHA256 = "sha256";
  private static final String SHA512 = "sha512";

  public Digest {
    int expected = hexLength(algorithm);
    if (hex.length() != expected || !isLowerHex(hex)) {
      throw new IllegalArgumentException("not a " + algorithm + " digest: " + hex);
    }
  }

  /** Reads {@code algorithm:hex}; throws {@link ImageException.Invalid} naming what is wrong. */
  public static Digest parse(String text) throws ImageException {
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw invalid(text, "a digest has the form sha256:<64 hex digits>");
    }
    String algorithm = text.substring(0, colon);
    String hex = text.substring(colon + 1);
    if (!algorithm.equals(SHA256) && !algorithm.equals(SHA512)) {
      throw invalid(text, "digest algorithm " + algorithm + " is not sha256 or sha512");
    }
    if (hex.length() != hexLength(algorithm)) {
      throw invalid(
          text,
          "a %s digest has %d hex digits, this one %d"
              .formatted(algorithm, hexLength(algorithm), hex.length()));
    }
    if (!isLowerHex(hex)) {
      throw invalid(text, "a digest is written in lower case hex digits");
    }
    return new Digest(algorithm, hex);
  }

  /** The sha256 of some bytes. */
  public static Digest ofBytes(byte[] content) {
    return finish(SHA256, newHash(SHA256).digest(content));
  }

  /** The digest of the same kind as this one over other bytes. */
  public Digest ofSameKind(byte[] content) {
    return finish(algorithm, newHash().digest(content));
  }

  /** A fresh hash of this digest's algorithm; who gives it up unfinished resets it. */
  public MessageDigest newHash() {
    return newHash(algorithm);
  }

  /** A fresh sha256; who gives it up unfinished resets it. */
  public static MessageDigest newSha256() {
    return newHash(SHA256);
  }

  /** What a hash of this digest's algorithm came to; resets the hash. */
  public Digest finish(MessageDigest hash) {
    return finish(algorithm, hash.digest());
  }

  /** What a sha256 came to; resets the hash. */
  public static Digest finishSha256(MessageDigest hash) {
    return finish(SHA256, hash.digest());
  }

  private static Digest finish(String algorithm, byte[] hash) {
    return new Digest(algorithm, HexFormat.of().formatHex(hash));
  }

  private static MessageDigest newHash(String algorithm) {
    return algorithm.equals(SHA256) ? FastHash.sha256() : FastHash.sha512();
  }

  private static int hexLength(String algorithm) {
    return switch (algorithm) {
      case SHA256 -> 64;
      case SHA512 -> 128;
      default -> throw new IllegalArgumentException("unknown digest algorithm " + algorithm);
    };
  }

  static boolean isLowerHex(String text) {
    return text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
  }

  private static ImageException invalid(String text, String reason) {
    return new ImageException.Invalid(text, reason, "copy the digest again, without shortening it");
  }

  @Override
  public int compareTo(Digest other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return algorithm + ":" + hex;
  }
}
