package io.gantry.state;

import java.time.Duration;

/** Is told how long the steps of making something took. Safe for use by many threads. */
@FunctionalInterface
public interface PhaseWatch {

  /** Is not interested. */
  PhaseWatch NONE = (object, phase, took) -> {};

  /**
   * A step has ended well.
   *
   * @param object such as {@code pod}
   * @param phase one of a few words
   */
  void took(String object, String phase, Duration took);

  /** Begins to measure the steps of one object. */
  default Phases begin(String object) {
    return new Phases(this, object);
  }

  /** The steps of one object, one after the other; for one thread. */
  final class Phases {

    private final PhaseWatch watch;
    private final String object;
    private final long begin = System.nanoTime();
    private long last = begin;

    private Phases(PhaseWatch watch, String object) {
      this.watch = watch;
      this.object = object;
    }

    /** The step that began when the one before ended is over. */
    public void done(String phase) {
      long now = System.nanoTime();
      watch.took(object, phase, Duration.ofNanos(now - last));
      last = now;
    }

    /** All steps are over. */
    public void end() {
      watch.took(object, "all", Duration.ofNanos(System.nanoTime() - begin));
    }
  }
}
