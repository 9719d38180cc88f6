package io.gantry.image.signature;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.error.ImageException;
import io.gantry.image.reference.ImageReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of containers-policy.json(5), {@code signedIdentity}. */
class SignedIdentityTest {

  private static final String DIGEST = "@sha256:" + "0123456789abcdef".repeat(4);

  private static void assertAccepted(
      SignedIdentity identity, String image, String signed, boolean accepted)
      throws ImageException {
    SignedName name = SignedName.of(ImageReference.parse(image.replace("@D", DIGEST)));
    SignedName other = SignedName.parse(signed.replace("@D", DIGEST));
    assertThat(identity.accepts(name, other))
        .as("%s: %s signed as %s", identity, name, other)
        .isEqualTo(accepted);
  }

  @ParameterizedTest
  @CsvSource({
    "a.example/b:1, a.example/b:1, true, true, true",
    "a.example/b:1, a.example/b:2, false, false, true",
    "a.example/b:1, a.example/b, false, false, true",
    "a.example/b:1, a.example/b@D, false, false, true",
    "a.example/b:1, a.example/c:1, false, false, false",
    "a.example/b:1, c.example/b:1, false, false, false",
    "a.example/b:latest, a.example/b, false, false, true",
    "a.example/b, a.example/b, false, false, true",
    "a.example/b, a.example/b:latest, true, true, true",
    "a.example/b@D, a.example/b:1, false, true, true",
    "a.example/b@D, a.example/b@D, true, true, true",
    "a.example/b@D, a.example/b, false, false, true",
    "a.example/b@D, a.example/c:1, false, false, false",
    "a.example/b:1@D, a.example/b:2, false, true, true",
    "busybox:1, busybox:1, true, true, true",
    "busybox:1, index.docker.io/library/busybox:1, true, true, true",
    "localhost:5000/b:1, localhost:5000/b, false, false, true"
  })
  void whatIsAskedForDecides(
      String image, String signed, boolean exact, boolean usual, boolean repository)
      throws ImageException {
    assertAccepted(new SignedIdentity.Exact(), image, signed, exact);
    assertAccepted(new SignedIdentity.RepoDigestOrExact(), image, signed, usual);
    assertAccepted(new SignedIdentity.SameRepository(), image, signed, repository);
  }

  @ParameterizedTest
  @CsvSource({
    "v.example/x:1, v.example/x:1, true, true",
    "v.example/x:1, v.example/x:2, false, true",
    "v.example/x:1, v.example/x, false, true",
    "v.example/x:1, a.example/b:1, false, false",
    "v.example/x:1@D, v.example/x:1@D, true, true",
    "v.example/x:1@D, v.example/x:1, false, true",
    "v.example/x@D, v.example/x@D, true, true",
  })
  void orThePolicyAlone(String reference, String signed, boolean exact, boolean repository)
      throws ImageException {
    SignedName wanted = SignedName.parse(reference.replace("@D", DIGEST));
    String image = "a.example/b:1";
    assertAccepted(new SignedIdentity.ExactReference(wanted), image, signed, exact);
    assertAccepted(new SignedIdentity.ExactRepository(wanted.name()), image, signed, repository);
  }

  @ParameterizedTest
  @CsvSource({
    "m.example:5000/v, v.example, m.example:5000/v/a/b:1, v.example/a/b:1, true",
    "m.example:5000/v, v.example, m.example:5000/v/a/b:1, v.example/a/b:2, false",
    "m.example:5000/v, v.example, m.example:5000/v/a/b:1, m.example:5000/v/a/b:1, false",
    "m.example:5000/v, v.example, m.example:5000/v/a/b@D, v.example/a/b:7, true",
    "m.example:5000/v, v.example, m.example:5000/vx/b:1, m.example:5000/vx/b:1, true",
    "m.example:5000/v, v.example, m.example:5000/vx/b:1, v.example/x/b:1, false",
    "m.example/v/b, v.example/c, m.example/v/b:1, v.example/c:1, true",
    "m.example, v.example/c, m.example/b:1, v.example/c/b:1, true",
    "m.example, v.example/c, m.example:5000/b:1, v.example/c/b:1, false",
    "m.example/b, v.example, m.example/b:1, docker.io/library/v.example:1, false",
  })
  void aPrefixIsReplacedAtTheEndOfAPartOnly(
      String prefix, String signedPrefix, String image, String signed, boolean accepted)
      throws ImageException {
    assertAccepted(new SignedIdentity.Remapped(prefix, signedPrefix), image, signed, accepted);
  }
}
