package io.gantry.image.registry;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of token servers, for as long as these say, so that many pulls of one repository ask once.
 * Who shows other credentials gets no token of somebody else's. Safe for all threads.
 */
final class TokenCache {

  private static final int MOST = 256;

  /** A token that ends while a question is on its way would cost more than a new one. */
  private static final Duration RESERVE = Duration.ofSeconds(5);

  /** Credentials that are taken away shall not pull for the rest of the day. */
  private static final Duration LONGEST = Duration.ofMinutes(30);

  private final InstantSource clock;
  private final Map<Key, Token> tokens = new LinkedHashMap<>(16, 0.75f, true);

  TokenCache(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Whom a token was for.
   *
   * @param realm address of the token server
   * @param scope such as {@code repository:library/busybox:pull}
   */
  record Key(URI realm, String service, String scope, RegistryAuth auth) {}

  private record Token(String text, Instant end) {}

  InstantSource clock() {
    return clock;
  }

  /** A token that is good for a while still, or null. */
  synchronized @Nullable String get(Key key) {
    Token token = tokens.get(key);
    if (token == null || clock.instant().isBefore(token.end)) {
      return token == null ? null : token.text;
    }
    tokens.remove(key);
    return null;
  }

  /**
   * @param asked when the token server was asked, from which the token's life counts
   */
  synchronized void put(Key key, String token, Instant asked, Duration life) {
    Duration kept = life.minus(RESERVE).compareTo(LONGEST) < 0 ? life.minus(RESERVE) : LONGEST;
    tokens.put(key, new Token(token, asked.plus(kept)));
    if (tokens.size() > MOST) {
      var eldest = tokens.entrySet().iterator();
      eldest.next();
      eldest.remove();
    }
  }

  /** A token that was not accepted is given to nobody again. */
  synchronized void remove(Key key, String token) {
    Token known = tokens.get(key);
    if (known != null && known.text.equals(token)) {
      tokens.remove(key);
    }
  }
}
