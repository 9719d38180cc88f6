package io.gantry.conformance.bench;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** What a figure has to reach. */
sealed interface Bar {

  /**
   * Whether the figure is good enough; empty when there is no peer to judge by.
   *
   * @param peer the same figure of the other runtime
   */
  Optional<Boolean> reachedBy(double value, OptionalDouble peer);

  /** For a column of a table. */
  String text(String unit);

  /** A limit whatever others do. */
  record AtMost(double limit) implements Bar {

    @Override
    public Optional<Boolean> reachedBy(double value, OptionalDouble peer) {
      return Optional.of(value <= limit);
    }

    @Override
    public String text(String unit) {
      return "≤ " + Numbers.shortest(limit) + (unit.isEmpty() ? "" : " " + unit);
    }
  }

  /** Where less is better: at most this part of what the peer takes. */
  record PartOfPeer(double part) implements Bar {

    @Override
    public Optional<Boolean> reachedBy(double value, OptionalDouble peer) {
      return peer.isPresent() ? Optional.of(value <= part * peer.getAsDouble()) : Optional.empty();
    }

    @Override
    public String text(String unit) {
      double times = 1 / part;
      return part < 1 && times == Math.rint(times)
          ? String.format(Locale.ROOT, "≤ 1/%.0f", times)
          : "≤ " + Numbers.shortest(part) + " ×";
    }
  }

  /** Where more is better: at least so many times what the peer does. */
  record TimesPeer(double times) implements Bar {

    @Override
    public Optional<Boolean> reachedBy(double value, OptionalDouble peer) {
      return peer.isPresent() ? Optional.of(value >= times * peer.getAsDouble()) : Optional.empty();
    }

    @Override
    public String text(String unit) {
      return "≥ " + Numbers.shortest(times) + " ×";
    }
  }
}
