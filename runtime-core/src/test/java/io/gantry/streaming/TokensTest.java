package io.gantry.streaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.error.ExhaustedException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TokensTest {

  private static final StreamRequest REQUEST =
      new StreamRequest.Exec("c", List.of("ls"), false, false, true, true);

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
  private final Tokens tokens = new Tokens(now::get);

  @Test
  void aWordIsGoodOnce() {
    String token = tokens.promise(REQUEST);

    assertThat(tokens.redeem("exec", token)).contains(REQUEST);
    assertThat(tokens.redeem("exec", token)).isEmpty();
  }

  @Test
  void itIsGoodForItsKindOnlyAndIsNotUsedUpByAnother() {
    String token = tokens.promise(REQUEST);

    assertThat(tokens.redeem("attach", token)).isEmpty();
    assertThat(tokens.redeem("exec", token)).contains(REQUEST);
  }

  @Test
  void afterAMinuteItIsNot() {
    String early = tokens.promise(REQUEST);
    now.addAndGet(Tokens.LIFE.toNanos() - 1);
    String late = tokens.promise(REQUEST);
    now.addAndGet(1);

    assertThat(tokens.redeem("exec", early)).isEmpty();
    assertThat(tokens.redeem("exec", late)).contains(REQUEST);
  }

  @Test
  void wordsAreOfEightCharactersThatUrlsTakeAndAllDifferent() {
    Set<String> words = new HashSet<>();
    for (int i = 0; i < Tokens.MOST; i++) {
      words.add(tokens.promise(REQUEST));
    }

    assertThat(words).hasSize(Tokens.MOST).allMatch(word -> word.matches("[A-Za-z0-9_-]{8}"));
  }

  @Test
  void tooManyThatNobodyTakesUpAreRefusedUntilTheyAreOld() {
    for (int i = 0; i < Tokens.MOST; i++) {
      var _ = tokens.promise(REQUEST);
    }
    assertThatThrownBy(() -> tokens.promise(REQUEST)).isInstanceOf(ExhaustedException.class);

    now.addAndGet(Tokens.LIFE.toNanos());

    assertThat(tokens.promise(REQUEST)).isNotEmpty();
  }
}
