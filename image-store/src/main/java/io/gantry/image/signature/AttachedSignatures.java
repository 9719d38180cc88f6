package io.gantry.image.signature;

import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.Descriptor;
import io.gantry.image.manifest.ManifestReader;
import io.gantry.image.reference.Digest;
import io.gantry.image.registry.Repository;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The signatures of one manifest as cosign leaves them in its repository: layers of the manifest
 * under the tag {@code sha256-HEX.sig}
 * (https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md). One thread.
 */
final class AttachedSignatures {

  private static final String PAYLOAD = "application/vnd.dev.cosign.simplesigning.v1+json";
  private static final int MAX_SIGNATURES = 128;
  private static final int MAX_PAYLOAD = 64 << 10;

  private final Repository repository;
  private final String subject;
  private final List<Descriptor> signatures;
  private final Map<Digest, byte[]> payloads = new HashMap<>();

  private AttachedSignatures(Repository repository, String subject, List<Descriptor> signatures) {
    this.repository = repository;
    this.subject = subject;
    this.signatures = List.copyOf(signatures);
  }

  /**
   * Asks the registry.
   *
   * @param image for messages
   */
  static AttachedSignatures of(Repository repository, Digest manifest, String image)
      throws ImageException {
    String subject = "signatures of " + image;
    Optional<byte[]> document = repository.attachment(tag(manifest), subject);
    List<Descriptor> found =
        document.isEmpty()
            ? List.of()
            : ManifestReader.attachments(subject, document.get()).stream()
                .filter(layer -> layer.mediaType().equals(PAYLOAD))
                .toList();
    if (found.size() > MAX_SIGNATURES) {
      throw new ImageException.Refused(
          subject,
          found.size() + " are over the limit of " + MAX_SIGNATURES,
          "remove those that nobody needs from the registry");
    }
    return new AttachedSignatures(repository, subject, found);
  }

  static String tag(Digest manifest) {
    return manifest.algorithm() + "-" + manifest.hex() + ".sig";
  }

  List<Descriptor> all() {
    return signatures;
  }

  /**
   * What a signature is of.
   *
   * @return empty when it is too large to be believed
   */
  Optional<byte[]> payload(Descriptor signature) throws ImageException {
    if (signature.size() > MAX_PAYLOAD) {
      return Optional.empty();
    }
    byte[] known = payloads.get(signature.digest());
    if (known == null) {
      known = repository.document(signature, MAX_PAYLOAD, subject);
      payloads.put(signature.digest(), known);
    }
    return Optional.of(known);
  }
}
