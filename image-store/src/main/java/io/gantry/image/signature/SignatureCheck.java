package io.gantry.image.signature;

import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.Descriptor;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.FetchedManifest;
import io.gantry.image.registry.Repository;
import io.gantry.image.signature.Requirement.SigstoreSigned;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the node's policy wants of one pull. One thread. */
public final class SignatureCheck {

  private static final String SIGNATURE = "dev.cosignproject.cosign/signature";
  private static final int SHOWN_OBJECTIONS = 5;
  private static final String ADVICE =
      "sign the image with a key of the policy, or change the policy";

  private final String subject;
  private final SignedName image;
  private final List<Wanted> wanted;

  /**
   * A signature that must be there.
   *
   * @param rule where the policy says so
   * @param keys one of which must have made it
   * @param identity that it must be for
   */
  private record Wanted(String rule, List<TrustedKey> keys, SignedIdentity identity) {}

  private SignatureCheck(ImageReference image, List<Wanted> wanted) {
    this.subject = "image " + image;
    this.image = SignedName.of(image);
    this.wanted = List.copyOf(wanted);
  }

  /**
   * Reads the policy and the keys that it wants for the image.
   *
   * @param policy its file, or null where there is none
   * @param image as the user named it, whatever mirror it may come from
   * @throws ImageException.Invalid when the policy is not as it should be
   * @throws ImageException.Untrusted when it wants no such image
   */
  public static SignatureCheck of(@Nullable Path policy, ImageReference image)
      throws ImageException {
    return policy == null ? new SignatureCheck(image, List.of()) : read(policy, image);
  }

  private static SignatureCheck read(Path file, ImageReference image) throws ImageException {
    Policy.Rule rule = new PolicyFile(file).rule(image);
    List<Wanted> wanted = new ArrayList<>();
    for (int number = 1; number <= rule.requirements().size(); number++) {
      String place = "policy %s, %s, requirement %d".formatted(file, rule.place(), number);
      switch (rule.requirements().get(number - 1)) {
        case Requirement.AcceptAnything _ -> {}
        case Requirement.Reject _ ->
            throw new ImageException.Untrusted(
                "image " + image,
                place + " (reject) allows no such image",
                "pull an image that the policy allows, or change the policy");
        case SigstoreSigned signed ->
            wanted.add(new Wanted(place + " (sigstoreSigned)", keys(signed), signed.identity()));
      }
    }
    return new SignatureCheck(image, wanted);
  }

  private static List<TrustedKey> keys(SigstoreSigned signed) throws ImageException {
    List<TrustedKey> keys = new ArrayList<>();
    for (KeySource source : signed.keys()) {
      keys.add(source.key());
    }
    return keys;
  }

  /** Equal when the same signatures are wanted for the same image. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SignatureCheck check
        && subject.equals(check.subject)
        && wanted.equals(check.wanted);
  }

  @Override
  public int hashCode() {
    return Objects.hash(subject, wanted);
  }

  /** Whether a manifest must be checked before its image may be used. */
  public boolean isNeeded() {
    return !wanted.isEmpty();
  }

  /**
   * Checks the manifest that the image is made of: as containers/image does, that of this machine's
   * platform and not the index above it ({@code copy/single.go}).
   *
   * @param repository where it is from, and its signatures are
   * @throws ImageException.Untrusted when a wanted signature is not there
   */
  public void require(FetchedManifest manifest, Repository repository) throws ImageException {
    AttachedSignatures attached = AttachedSignatures.of(repository, manifest.digest(), subject);
    for (Wanted each : wanted) {
      require(each, manifest, attached);
    }
  }

  private void require(Wanted wanted, FetchedManifest manifest, AttachedSignatures attached)
      throws ImageException {
    if (attached.all().isEmpty()) {
      throw untrusted(
          wanted,
          "no signature of manifest %s is in the registry, under the tag %s"
              .formatted(manifest.digest(), AttachedSignatures.tag(manifest.digest())));
    }
    List<String> objections = new ArrayList<>();
    for (Descriptor signature : attached.all()) {
      String objection = objection(signature, attached, wanted, manifest);
      if (objection.isEmpty()) {
        return;
      }
      objections.add("signature " + (objections.size() + 1) + " " + objection);
    }
    throw untrusted(wanted, shown(objections));
  }

  /** Why a signature does not count, or empty when it does. */
  private String objection(
      Descriptor signature, AttachedSignatures attached, Wanted wanted, FetchedManifest manifest)
      throws ImageException {
    String base64 = signature.annotations().get(SIGNATURE);
    if (base64 == null) {
      return "has no annotation " + SIGNATURE;
    }
    byte[] made;
    try {
      made = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      return "is not base64: " + e.getMessage();
    }
    Optional<byte[]> payload = attached.payload(signature);
    if (payload.isEmpty()) {
      return "has a payload of " + signature.size() + " bytes, which is too much";
    }
    byte[] signed = payload.get();
    List<TrustedKey> keys = wanted.keys();
    if (keys.stream().noneMatch(key -> key.made(made, signed))) {
      return keys.size() == 1
          ? "is not of the policy's key"
          : "is of none of the policy's " + keys.size() + " keys";
    }
    return objection(signed, wanted.identity(), manifest);
  }

  /** The same for what a trusted key has signed. */
  private String objection(byte[] signed, SignedIdentity identity, FetchedManifest manifest) {
    SignedPayload payload;
    try {
      payload = SignedPayload.parse(signed);
    } catch (FormatException e) {
      return "has a payload of another form: " + e.getMessage();
    }
    if (!payload.manifest().ofSameKind(manifest.content()).equals(payload.manifest())) {
      return "is for " + payload.manifest() + ", another manifest than " + manifest.digest();
    }
    if (identity.accepts(image, payload.name())) {
      return "";
    }
    String hint =
        payload.name().isNameOnly() && payload.name().name().equals(image.name())
            ? "; cosign signs no tags, matchRepository takes it so"
            : "";
    return "is for the name %s, and %s is wanted%s"
        .formatted(payload.name(), identity.wanted(image), hint);
  }

  private static String shown(List<String> objections) {
    int more = objections.size() - SHOWN_OBJECTIONS;
    String first =
        String.join("; ", objections.subList(0, Math.min(SHOWN_OBJECTIONS, objections.size())));
    return more > 0 ? first + "; and " + more + " more do not count either" : first;
  }

  private ImageException untrusted(Wanted wanted, String reason) {
    return new ImageException.Untrusted(subject, wanted.rule() + ": " + reason, ADVICE);
  }
}
