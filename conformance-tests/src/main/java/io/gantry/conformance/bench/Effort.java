package io.gantry.conformance.bench;

import java.util.List;

/**
 * How much is measured.
 *
 * @param rounds how often the runtimes take turns
 * @param loads what each does in a turn
 * @param crowd pods at the same time
 * @param costCycles cycles whose cost is counted
 * @param critestCycles cycles of critest's benchmarks in a turn
 * @param pulls of the big image, each by a new daemon
 * @param imageMegabytes the size of that image, compressed
 */
record Effort(
    int warmUp,
    int rounds,
    List<Load> loads,
    int crowd,
    int costCycles,
    int critestCycles,
    int pulls,
    int imageMegabytes) {

  /**
   * Work for a turn.
   *
   * @param clients that call at the same time
   * @param cycles of all of them together
   */
  record Load(int clients, int cycles) {}

  /** Enough for figures that can be relied upon on a quiet machine. */
  static final Effort WHOLE =
      new Effort(
          60, 5, List.of(new Load(1, 20), new Load(4, 40), new Load(8, 48)), 50, 20, 10, 3, 200);

  /** Enough to see that everything works, within three minutes. */
  static final Effort QUICK =
      new Effort(6, 2, List.of(new Load(1, 6), new Load(4, 12), new Load(8, 16)), 16, 4, 2, 1, 20);
}
