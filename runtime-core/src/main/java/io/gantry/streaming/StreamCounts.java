package io.gantry.streaming;

import io.gantry.error.ExhaustedException;
import io.gantry.error.Subject;
import java.util.HashMap;
import java.util.Map;

/**
 * How many streams each container has. A container's supervisor serves 256 connections (README of
 * the shim): whoever attaches must leave some for probes, signals and logs. Safe for use by many
 * threads.
 */
final class StreamCounts {

  /** Of one container. */
  static final int MOST = 224;

  private final Map<String, Integer> open = new HashMap<>();

  /** Refuses a stream that {@link #take} would not let in now. */
  synchronized void check(StreamRequest request) {
    if (isFull(container(request))) {
      throw refusal(request);
    }
  }

  /** Counts a stream until it is {@linkplain #give given back}; false when there are too many. */
  synchronized boolean take(StreamRequest request) {
    String container = container(request);
    if (isFull(container)) {
      return false;
    }
    open.merge(container, 1, Integer::sum);
    return true;
  }

  synchronized void give(StreamRequest request) {
    open.computeIfPresent(container(request), (_, count) -> count == 1 ? null : count - 1);
  }

  static ExhaustedException refusal(StreamRequest request) {
    return new ExhaustedException(
        new Subject("container", container(request)),
        "container " + container(request) + " has " + MOST + " streams already",
        "end some of its execs and attaches");
  }

  private boolean isFull(String container) {
    return !container.isEmpty() && open.getOrDefault(container, 0) >= MOST;
  }

  /** Empty for a forward, which asks nothing of a supervisor. */
  private static String container(StreamRequest request) {
    return switch (request) {
      case StreamRequest.Exec exec -> exec.container();
      case StreamRequest.Attach attach -> attach.container();
      case StreamRequest.Forward _ -> "";
    };
  }
}
