package io.gantry.image.registry;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers for a while which endpoints were out of reach, too slow or told lies, so that only one
 * pull waits for them and not each one. They are still asked, after all others. Safe for all
 * threads.
 */
final class Absences {

  /** Long enough for the pulls of one rollout, short enough that a mended mirror is used soon. */
  private static final Duration MEMORY = Duration.ofMinutes(1);

  private static final int MOST = 256;

  private final InstantSource clock;
  private final Map<String, Instant> ends = new LinkedHashMap<>();

  Absences(InstantSource clock) {
    this.clock = clock;
  }

  synchronized void add(Endpoint endpoint) {
    ends.remove(endpoint.name());
    ends.put(endpoint.name(), clock.instant().plus(MEMORY));
    if (ends.size() > MOST) {
      Iterator<String> eldest = ends.keySet().iterator();
      eldest.next();
      eldest.remove();
    }
  }

  synchronized void remove(Endpoint endpoint) {
    ends.remove(endpoint.name());
  }

  synchronized boolean contains(Endpoint endpoint) {
    Instant end = ends.get(endpoint.name());
    return end != null && clock.instant().isBefore(end);
  }
}
