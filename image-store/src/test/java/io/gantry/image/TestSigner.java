package io.gantry.image;

import io.gantry.image.reference.Digest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Signs manifests as cosign does. */
public final class TestSigner {

  public static final String PAYLOAD_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json";

  private final KeyPair pair;
  private final String algorithm;

  private TestSigner(KeyPair pair, String algorithm) {
    this.pair = pair;
    this.algorithm = algorithm;
  }

  /**
   * A fresh key.
   *
   * @param kind a curve such as {@code secp256r1}, {@code RSA} with its bits, {@code Ed25519}
   */
  public static TestSigner of(String kind) throws GeneralSecurityException {
    if (kind.startsWith("secp")) {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(kind));
      return new TestSigner(generator.generateKeyPair(), "SHA256withECDSA");
    }
    if (kind.startsWith("RSA")) {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(Integer.parseInt(kind.substring(3)));
      return new TestSigner(generator.generateKeyPair(), "SHA256withRSA");
    }
    return new TestSigner(KeyPairGenerator.getInstance(kind).generateKeyPair(), kind);
  }

  public String publicKey() {
    return pem("PUBLIC KEY", pair.getPublic().getEncoded());
  }

  public String privateKey() {
    return pem("PRIVATE KEY", pair.getPrivate().getEncoded());
  }

  public static String pem(String kind, byte[] content) {
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
        .formatted(kind, Base64.getMimeEncoder().encodeToString(content));
  }

  public byte[] sign(byte[] content) throws GeneralSecurityException {
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(pair.getPrivate());
    signature.update(content);
    return signature.sign();
  }

  /** What a signature says when nothing is wrong with it. */
  public static byte[] payload(Digest manifest, String name) {
    return """
    {"critical":{"identity":{"docker-reference":"%s"},"image":{"docker-manifest-digest":"%s"},\
    "type":"cosign container image signature"},"optional":null}\
    """
        .formatted(name, manifest)
        .getBytes(StandardCharsets.UTF_8);
  }

  /**
   * A signature as a registry has it.
   *
   * @param annotation in base64
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Attached(byte[] payload, String type, String annotation) {}

  /** A good signature. */
  public Attached attached(Digest manifest, String name) throws GeneralSecurityException {
    return attached(payload(manifest, name));
  }

  public Attached attached(byte[] payload) throws GeneralSecurityException {
    return new Attached(payload, PAYLOAD_TYPE, Base64.getEncoder().encodeToString(sign(payload)));
  }

  /** Leaves signatures in a registry, instead of those that were there. */
  public static void attach(
      FakeRegistry registry, String repository, Digest manifest, List<Attached> signatures) {
    List<String> layers = new ArrayList<>();
    for (Attached each : signatures) {
      Digest digest = Digest.ofBytes(each.payload());
      registry.blob(digest, each.payload());
      layers.add(
          """
          {"mediaType":"%s","digest":"%s","size":%d,\
          "annotations":{"dev.cosignproject.cosign/signature":"%s"}}\
          """
              .formatted(each.type(), digest, each.payload().length, each.annotation()));
    }
    registry.document(
        repository,
        tag(manifest),
        TestImage.text(
            """
            {"schemaVersion":2,"mediaType":"%s","config":{"mediaType":\
            "application/vnd.oci.image.config.v1+json","digest":"%s","size":2},"layers":[%s]}\
            """
                .formatted(
                    TestImage.OCI_MANIFEST,
                    Digest.ofBytes(TestImage.text("{}")),
                    String.join(",", layers))),
        TestImage.OCI_MANIFEST);
  }

  public static String tag(Digest manifest) {
    return "sha256-" + manifest.hex() + ".sig";
  }
}
