package io.gantry.image.content;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.reference.Digest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LayerClaimsTest {

  private static final Digest A = Digest.ofBytes(new byte[] {1});
  private static final Digest B = Digest.ofBytes(new byte[] {2});
  private final LayerClaims claims = new LayerClaims();

  @Test
  void a_layer_is_idle_when_the_last_claim_is_given_back() {
    claims.claim(List.of(A, A, B));
    claims.release(List.of(A, B));
    assertThat(claims.idle()).containsOnlyKeys(B);
    assertThat(claims.isClaimed(A)).isTrue();

    claims.release(List.of(A));
    assertThat(claims.idle()).containsOnlyKeys(A, B);
  }

  @Test
  void a_layer_that_was_claimed_meanwhile_is_not_idle_since() {
    claims.found(A);
    Map<Digest, Long> seen = claims.idle();
    assertThat(claims.isIdleSince(A, seen.getOrDefault(A, -1L))).isTrue();

    claims.claim(List.of(A));
    assertThat(claims.isIdleSince(A, seen.getOrDefault(A, -1L))).isFalse();
    claims.release(List.of(A));
    assertThat(claims.isIdle(A)).isTrue();
    assertThat(claims.isIdleSince(A, seen.getOrDefault(A, -1L))).isFalse();
  }
}
