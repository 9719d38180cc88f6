package io.gantry.image.signature;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.gantry.image.TestImage;
import io.gantry.image.reference.ImageReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Whatever the bytes are, they are read or refused with a reason, and nothing else happens. */
class SignatureFuzzTest {

  @FuzzTest(maxDuration = "60s")
  void a_signed_payload(byte[] input) {
    try {
      SignedPayload payload = SignedPayload.parse(input);
      assertThat(payload.name().name()).contains("/");
    } catch (FormatException refused) {
      assertThat(refused.getMessage()).isNotEmpty();
    }
  }

  @FuzzTest(maxDuration = "60s")
  void a_policy(byte[] input) throws IOException {
    try {
      Policy policy =
          PolicyReader.read(
              input,
              (place, file) -> {
                throw new AssertionError(place + " is read before it is needed");
              });
      assertThat(policy.rule(ImageReference.parse("a.example/b:1")).requirements()).isNotEmpty();
    } catch (FormatException refused) {
      assertThat(refused.getMessage()).isNotEmpty();
    }
  }

  @FuzzTest(maxDuration = "60s")
  void a_key(byte[] input) {
    try {
      TrustedKey key = TrustedKey.of(new String(input, StandardCharsets.ISO_8859_1));
      assertThat(key.made(input, TestImage.text("content"))).isFalse();
    } catch (IOException refused) {
      assertThat(refused.getMessage()).isNotEmpty();
    }
  }
}
