package io.gantry.image.content;

import io.gantry.image.reference.Digest;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * How many images and running pulls use each layer, and which layers nobody uses. Guarded by
 * whoever has it.
 */
final class LayerClaims {

  private final Map<Digest, Integer> claims = new HashMap<>();
  private final Map<Digest, Long> idle = new HashMap<>();
  private long sequence;

  /** A layer that is there and that nobody claims so far. */
  void found(Digest layer) {
    idle.put(layer, ++sequence);
  }

  void claim(Collection<Digest> layers) {
    for (Digest layer : layers) {
      claims.merge(layer, 1, Integer::sum);
      idle.remove(layer);
    }
  }

  boolean isClaimed(Digest layer) {
    return claims.containsKey(layer);
  }

  /** Gives claims back; the last one leaves the layer idle. */
  void release(Collection<Digest> layers) {
    for (Digest layer : layers) {
      claims.computeIfPresent(layer, (id, users) -> users == 1 ? null : users - 1);
      if (!isClaimed(layer)) {
        found(layer);
      }
    }
  }

  boolean isIdle(Digest layer) {
    return idle.containsKey(layer);
  }

  /** The idle layers, each with a number that it has only for this idleness. */
  Map<Digest, Long> idle() {
    return Map.copyOf(idle);
  }

  /** Whether it is idle since it was seen with that number. */
  boolean isIdleSince(Digest layer, long number) {
    return idle.getOrDefault(layer, 0L) == number;
  }

  /** The layer is gone. */
  void forget(Digest layer) {
    idle.remove(layer);
  }
}
