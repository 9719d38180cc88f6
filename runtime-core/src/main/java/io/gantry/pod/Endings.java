package io.gantry.pod;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The ends of many pods after a restart of the machine, some at a time: each may wait for programs
 * of its networks, and the daemon is not ready before all are through.
 */
final class Endings {

  /** As many as keep a small machine busy and no plugin's files locked for long. */
  private static final int AT_ONCE = 8;

  private final List<Runnable> waiting = new ArrayList<>();

  /** Notes one; it must see to its failures itself. */
  void add(Runnable ending) {
    waiting.add(ending);
  }

  /** Runs all and returns when the last has come to its end. */
  void run() {
    if (waiting.isEmpty()) {
      return;
    }
    try (ExecutorService threads =
        Executors.newFixedThreadPool(
            Math.min(AT_ONCE, waiting.size()),
            Thread.ofPlatform().name("pod ending ", 1).factory())) {
      waiting.forEach(threads::execute);
    }
    waiting.clear();
  }
}
