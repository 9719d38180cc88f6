package io.gantry.conformance.bench;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * One topic with the figure of the runtime that is looked at, and its peer's where there is one.
 */
record Row(Figure figure, Optional<Figure> peer) {

  Topic topic() {
    return figure.topic();
  }

  /** How many times better than the peer; below one it is worse. */
  OptionalDouble timesBetter() {
    return peer.map(other ->
            topic().moreIsBetter()
                ? figure.value() / other.value()
                : other.value() / figure.value())
        .map(OptionalDouble::of)
        .orElse(OptionalDouble.empty());
  }

  /** Each bar with a mark: reached, missed, or no mark when there is nothing to judge by. */
  String bars() {
    return topic().bars().stream().map(this::marked).collect(Collectors.joining(", "));
  }

  private String marked(Bar bar) {
    String mark = reached(bar).map(yes -> yes ? " ✓" : " ✗").orElse("");
    return bar.text(topic().unit()) + mark;
  }

  private Optional<Boolean> reached(Bar bar) {
    return bar.reachedBy(
        figure.value(),
        peer.map(other -> OptionalDouble.of(other.value())).orElse(OptionalDouble.empty()));
  }

  /** The bars that can be judged. */
  List<Boolean> judged() {
    return topic().bars().stream().flatMap(bar -> reached(bar).stream()).toList();
  }
}
