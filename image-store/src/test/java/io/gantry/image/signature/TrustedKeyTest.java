package io.gantry.image.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.TestImage;
import io.gantry.image.TestSigner;
import java.io.IOException;
import java.security.KeyPairGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedKeyTest {

  private static final byte[] CONTENT = TestImage.text("content");

  @ParameterizedTest
  @ValueSource(
      strings = {"secp256r1", "secp384r1", "secp521r1", "RSA2048", "RSA3072", "RSA4096", "Ed25519"})
  void aKeyKnowsItsOwnSignaturesAndNoOthers(String kind) throws Exception {
    TestSigner signer = TestSigner.of(kind);
    TrustedKey key = TrustedKey.of(signer.publicKey());
    byte[] signature = signer.sign(CONTENT);

    assertThat(key.made(signature, CONTENT)).isTrue();
    assertThat(key.made(signature, TestImage.text("Content"))).isFalse();
    assertThat(key.made(TestSigner.of(kind).sign(CONTENT), CONTENT)).isFalse();
    for (int at = 0; at < signature.length; at++) {
      byte[] changed = signature.clone();
      changed[at] ^= 1;
      assertThat(key.made(changed, CONTENT)).as("byte %d", at).isFalse();
    }
    assertThat(key.made(new byte[0], CONTENT)).isFalse();
    assertThat(key.made(TestSigner.of("secp256r1").sign(CONTENT), CONTENT)).isFalse();
    assertThat(key.made(TestSigner.of("RSA2048").sign(CONTENT), CONTENT)).isFalse();
    assertThat(key.made(TestSigner.of("Ed25519").sign(CONTENT), CONTENT)).isFalse();
  }

  /** CVE-2022-21449: 0 for both numbers of an ECDSA signature, which fits every content. */
  @Test
  void aSignatureOfZerosIsNone() throws Exception {
    TrustedKey key = TrustedKey.of(TestSigner.of("secp256r1").publicKey());

    assertThat(key.made(new byte[] {0x30, 6, 2, 1, 0, 2, 1, 0}, CONTENT)).isFalse();
  }

  private static void assertRefused(String pem, String problem) {
    assertThatThrownBy(() -> TrustedKey.of(pem))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void whatIsNoKeyOfAKnownKindIsRefused() throws Exception {
    TestSigner signer = TestSigner.of("secp256r1");

    assertRefused("", "holds no PUBLIC KEY in PEM form");
    assertRefused(signer.privateKey(), "holds a PRIVATE KEY; give a PUBLIC KEY");
    assertRefused(signer.publicKey() + signer.publicKey(), "holds 2 PEM blocks");
    assertRefused(signer.publicKey().replace("MFk", "M=k"), "its PUBLIC KEY is damaged");
    assertRefused(TestSigner.pem("PUBLIC KEY", CONTENT), "holds a damaged key or one of another");
    assertRefused(
        TestSigner.of("RSA1024").publicKey(), "an RSA key of 1024 bits; give one of at least 2048");
    for (String other : new String[] {"Ed448", "X25519", "RSASSA-PSS", "DSA"}) {
      byte[] key = KeyPairGenerator.getInstance(other).generateKeyPair().getPublic().getEncoded();
      assertRefused(TestSigner.pem("PUBLIC KEY", key), "holds a damaged key or one of another");
    }
  }
}
