package io.gantry.conformance.bench;

import io.gantry.conformance.bench.Cycle.Pair;
import io.gantry.conformance.bench.Cycle.Times;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;

/** Fifty pods at the same time: how long they take to start, and the memory they take. */
final class Crowding {

  static final int PODS = 50;
  private static final int CALLERS = 8;
  private static final double MOST_SECONDS = 1.5;
  private static final double MOST_DAEMON_MEBIBYTES = 100;
  private static final double MOST_MEBIBYTES_PER_POD = 0.5;
  private static final Pattern SUPERVISORS =
      Pattern.compile("^(gantry-shim|containerd-shim|conmon)");

  private final Cycle cycle;
  private final OptionalLong daemon;

  Crowding(Cycle cycle, OptionalLong daemon) {
    this.cycle = cycle;
    this.daemon = daemon;
  }

  /** Something to measure while all pods are there. */
  @FunctionalInterface
  interface Meanwhile {
    void measure(List<Figure> figures) throws Exception;
  }

  List<Figure> run(Meanwhile meanwhile) throws Exception {
    List<Figure> figures = new ArrayList<>();
    addDaemon("memory of the daemon, no pods (PSS)", figures);
    figures.add(started("50 pods with containers, one after the other", 1, figures, _ -> {}));
    double before = Memory.ofNamed(SUPERVISORS);
    figures.add(
        started(
                "50 pods with containers, 8 at a time",
                CALLERS,
                figures,
                these -> {
                  double besides = (Memory.ofNamed(SUPERVISORS) - before) / PODS;
                  these.add(
                      Figure.once("memory per pod besides the daemon (PSS)", "MiB", besides)
                          .within(MOST_MEBIBYTES_PER_POD));
                  addDaemon("memory of the daemon, 50 pods (PSS)", these);
                  meanwhile.measure(these);
                })
            .within(MOST_SECONDS));
    return figures;
  }

  private void addDaemon(String name, List<Figure> figures) throws IOException {
    if (daemon.isPresent()) {
      figures.add(
          Figure.once(name, "MiB", Memory.of(daemon.getAsLong())).within(MOST_DAEMON_MEBIBYTES));
    }
  }

  private Figure started(String name, int callers, List<Figure> figures, Meanwhile meanwhile)
      throws Exception {
    Times ignored = Times.none();
    long start = System.nanoTime();
    List<Pair> pairs = Cycle.together(callers, PODS, () -> cycle.start(ignored));
    double seconds = (System.nanoTime() - start) / 1e9;
    meanwhile.measure(figures);
    Queue<Pair> left = new ConcurrentLinkedQueue<>(pairs);
    var _ =
        Cycle.together(
            CALLERS,
            PODS,
            () -> {
              Pair pair = left.remove();
              Cycle.end(pair, ignored);
              return pair;
            });
    return Figure.once(name, "s", seconds);
  }
}
