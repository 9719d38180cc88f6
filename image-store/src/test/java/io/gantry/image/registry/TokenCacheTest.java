package io.gantry.image.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TokenCacheTest {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final RegistryAuth JANE = RegistryAuth.basic("jane", "secret");
  private static final TokenCache.Key PULL = key("repository:a/b:pull", JANE);

  private final AtomicReference<Instant> now = new AtomicReference<>(START);
  private final TokenCache tokens = new TokenCache(now::get);

  private static TokenCache.Key key(String scope, RegistryAuth auth) {
    return new TokenCache.Key(URI.create("https://auth.example/token"), "fake", scope, auth);
  }

  private void at(int second) {
    now.set(START.plusSeconds(second));
  }

  @Test
  void a_token_is_good_until_shortly_before_its_end() {
    tokens.put(PULL, "t", START, Duration.ofSeconds(60));

    at(54);
    assertThat(tokens.get(PULL)).isEqualTo("t");
    at(55);
    assertThat(tokens.get(PULL)).isNull();
  }

  @Test
  void a_token_is_for_one_scope_and_one_person() {
    tokens.put(PULL, "t", START, Duration.ofSeconds(60));

    assertThat(tokens.get(key("repository:a/b:pull,push", JANE))).isNull();
    assertThat(tokens.get(key("repository:a/b:pull", RegistryAuth.ANONYMOUS))).isNull();
    assertThat(tokens.get(key("repository:a/b:pull", RegistryAuth.basic("jane", "guess"))))
        .isNull();
  }

  @Test
  void a_token_for_a_year_is_forgotten_the_same_hour() {
    tokens.put(PULL, "t", START, Duration.ofDays(365));

    at(1799);
    assertThat(tokens.get(PULL)).isEqualTo("t");
    at(1800);
    assertThat(tokens.get(PULL)).isNull();
  }

  @Test
  void a_refused_token_goes_and_its_successor_stays() {
    tokens.put(PULL, "new", START, Duration.ofSeconds(60));

    tokens.remove(PULL, "old");
    assertThat(tokens.get(PULL)).isEqualTo("new");
    tokens.remove(PULL, "new");
    assertThat(tokens.get(PULL)).isNull();
  }

  @Test
  void only_so_many_are_kept_those_used_last() {
    tokens.put(PULL, "t", START, Duration.ofSeconds(60));
    for (int i = 0; i < 300; i++) {
      tokens.get(PULL);
      tokens.put(key("repository:r/" + i + ":pull", JANE), "x", START, Duration.ofSeconds(60));
    }

    assertThat(tokens.get(PULL)).isEqualTo("t");
    assertThat(tokens.get(key("repository:r/0:pull", JANE))).isNull();
    assertThat(tokens.get(key("repository:r/299:pull", JANE))).isEqualTo("x");
  }
}
