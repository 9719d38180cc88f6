package io.gantry.streaming;

import io.gantry.error.ExhaustedException;
import io.gantry.error.Subject;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What was promised to clients that have yet to come, each under a secret word of 8 characters that
 * is good once and for a minute (as containerd's and kubelet's request caches have it). Safe for
 * use by many threads.
 */
final class Tokens {

  static final Duration LIFE = Duration.ofMinutes(1);

  /** Promises that nobody takes up must not fill the memory. */
  static final int MOST = 1000;

  private static final int BYTES = 6;

  private record Promise(StreamRequest request, long until) {}

  private final LongSupplier nanos;
  private final SecureRandom random = new SecureRandom();

  /** Oldest first. */
  private final Map<String, Promise> promises = new LinkedHashMap<>();

  /**
   * @param nanos the time, as {@link System#nanoTime}
   */
  Tokens(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** A new word for this request. */
  synchronized String promise(StreamRequest request) {
    forgetOld();
    if (promises.size() >= MOST) {
      throw new ExhaustedException(
          new Subject("streams", request.kind()),
          MOST + " streams were asked for in the last minute and not connected to",
          "connect to the URLs that are handed out, or try again in a minute");
    }
    String token = random();
    promises.put(token, new Promise(request, nanos.getAsLong() + LIFE.toNanos()));
    return token;
  }

  private String random() {
    byte[] bytes = new byte[BYTES];
    String token;
    do {
      random.nextBytes(bytes);
      token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    } while (promises.containsKey(token));
    return token;
  }

  /** What was promised under that word, if it was and for this kind; nobody gets it again. */
  synchronized Optional<StreamRequest> redeem(String kind, String token) {
    forgetOld();
    Promise promise = promises.get(token);
    if (promise == null || !promise.request().kind().equals(kind)) {
      return Optional.empty();
    }
    promises.remove(token);
    return Optional.of(promise.request());
  }

  private void forgetOld() {
    long now = nanos.getAsLong();
    Iterator<Promise> oldest = promises.values().iterator();
    while (oldest.hasNext() && oldest.next().until() - now <= 0) {
      oldest.remove();
    }
  }
}
