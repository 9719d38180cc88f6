package io.gantry.image.progress;

import java.time.Duration;

/**
 * Is told what the store does, while it does it, by the threads that do it: its methods are called
 * by many at once, must be quick and must not throw.
 */
public interface WorkObserver {

  /** Wants to know nothing. */
  WorkObserver NONE = new WorkObserver() {};

  /** What is done with an image. Pulls that joined another one are that one. */
  enum Work {
    PULL,
    PUSH,
    IMPORT,
    COMMIT,
    EXPORT
  }

  /** Some work has begun; {@link #ended} follows in any case. */
  default void began(Work work) {}

  default void ended(Work work, Outcome outcome, Duration took) {}

  /** Bytes of a layer have come from a registry. */
  default void received(long bytes) {}

  /** Bytes of a blob have gone to a registry, which has taken them. */
  default void sent(long bytes) {}

  /** A layer begins to come and to be unpacked, wherever from; {@link #layerEnded} follows. */
  default void layerBegan() {}

  /** A layer was unpacked whole, to so many bytes. */
  default void layerUnpacked(long bytes) {}

  default void layerEnded() {}

  /** An endpoint of a registry was asked for the same once more. */
  default void retried() {}

  /** Another endpoint was asked because one was of no use. */
  default void turned() {}
}
