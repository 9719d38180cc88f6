package io.gantry.image.signature;

import io.gantry.image.pem.PemBlocks;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key whose signatures are believed: ECDSA over P-256, P-384 or P-521, RSA of at least 2048 bits
 * (both with SHA-256), or Ed25519, as sigstore's signers use them
 * (https://github.com/sigstore/sigstore, {@code pkg/signature}, {@code LoadVerifier} with SHA-256).
 */
final class TrustedKey {

  private static final String RSA = "RSA";
  private static final String EC = "EC";
  private static final String ED25519 = "Ed25519";
  private static final int LEAST_RSA_BITS = 2048;
  private static final Set<Integer> CURVE_BITS = Set.of(256, 384, 521);

  private final PublicKey key;
  private final String algorithm;

  private TrustedKey(PublicKey key, String algorithm) {
    this.key = key;
    this.algorithm = algorithm;
  }

  /**
   * Reads a text with one {@code PUBLIC KEY} (RFC 7468, section 13).
   *
   * @throws IOException saying what is wrong, without the name of the text
   */
  static TrustedKey of(String pem) throws IOException {
    List<PemBlocks.Block> blocks = PemBlocks.of(pem);
    if (blocks.size() != 1) {
      throw new IOException(
          blocks.isEmpty()
              ? "holds no PUBLIC KEY in PEM form"
              : "holds " + blocks.size() + " PEM blocks; give each key a text of its own");
    }
    PemBlocks.Block block = blocks.getFirst();
    if (!block.kind().equals("PUBLIC KEY")) {
      throw new IOException("holds a " + block.kind() + "; give a PUBLIC KEY");
    }
    return decoded(new X509EncodedKeySpec(block.content()));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TrustedKey trusted && key.equals(trusted.key);
  }

  @Override
  public int hashCode() {
    return key.hashCode();
  }

  private static TrustedKey decoded(X509EncodedKeySpec encoded) throws IOException {
    for (String algorithm : List.of(EC, RSA, ED25519)) {
      PublicKey key;
      try {
        key = KeyFactory.getInstance(algorithm).generatePublic(encoded);
      } catch (InvalidKeySpecException e) {
        continue; // Of another kind; when it is of none, that is told below.
      } catch (GeneralSecurityException e) {
        throw new IOException("needs " + algorithm + ", which this JDK has not: " + e, e);
      }
      return checked(key, algorithm);
    }
    throw new IOException(
        "holds a damaged key or one of another kind; give an ECDSA (P-256, P-384, P-521), RSA or"
            + " Ed25519 key");
  }

  private static TrustedKey checked(PublicKey key, String algorithm) throws IOException {
    return switch (key) {
      case RSAPublicKey rsa when rsa.getModulus().bitLength() < LEAST_RSA_BITS ->
          throw new IOException(
              "holds an RSA key of %d bits; give one of at least %d"
                  .formatted(rsa.getModulus().bitLength(), LEAST_RSA_BITS));
      case ECPublicKey ec
          when !CURVE_BITS.contains(ec.getParams().getCurve().getField().getFieldSize()) ->
          throw new IOException("holds a key of the curve " + ec.getParams());
      default ->
          usable(
              new TrustedKey(
                  key,
                  algorithm.equals(EC)
                      ? "SHA256withECDSA"
                      : algorithm.equals(RSA) ? "SHA256withRSA" : ED25519));
    };
  }

  /** A point that is on no curve shows only when the key is used. */
  private static TrustedKey usable(TrustedKey key) throws IOException {
    try {
      var _ = key.verifier();
      return key;
    } catch (GeneralSecurityException e) {
      throw new IOException("holds a key that cannot be used: " + e.getMessage(), e);
    }
  }

  private Signature verifier() throws GeneralSecurityException {
    Signature verifier = Signature.getInstance(algorithm);
    verifier.initVerify(key);
    return verifier;
  }

  /** Whether this key made a signature of these bytes. */
  boolean made(byte[] signature, byte[] signed) {
    try {
      Signature verifier = verifier();
      verifier.update(signed);
      return verifier.verify(signature);
    } catch (SignatureException e) {
      return false; // So malformed that this algorithm cannot have made it.
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(algorithm + " worked when the key was read", e);
    }
  }
}
