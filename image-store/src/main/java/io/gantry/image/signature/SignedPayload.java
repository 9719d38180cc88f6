package io.gantry.image.signature;

import io.gantry.image.error.ImageException;
import io.gantry.image.reference.Digest;
import java.util.Set;

/**
 * What a signature says (https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md,
 * "Payload"). Read as strictly as containers/image does: two readers must not understand it
 * differently.
 *
 * @param manifest of the image that was signed
 * @param name that it was signed under
 */
record SignedPayload(Digest manifest, SignedName name) {

  private static final String TYPE = "cosign container image signature";

  static SignedPayload parse(byte[] content) throws FormatException {
    Fields payload = Fields.parse(content).only(Set.of("critical", "optional"));
    if (!payload.has("optional")) {
      throw new FormatException("optional", "is missing");
    }
    Fields critical = payload.object("critical").only(Set.of("type", "image", "identity"));
    String type = critical.text("type");
    if (!type.equals(TYPE)) {
      throw new FormatException(critical.at("type"), "is \"" + type + "\", not \"" + TYPE + "\"");
    }
    Fields image = critical.object("image").only(Set.of("docker-manifest-digest"));
    Fields identity = critical.object("identity").only(Set.of("docker-reference"));
    String digest = image.text("docker-manifest-digest");
    String name = identity.text("docker-reference");
    try {
      return new SignedPayload(Digest.parse(digest), SignedName.parse(name));
    } catch (ImageException e) {
      throw new FormatException(critical.place(), e.getMessage() + "");
    }
  }
}
