package io.gantry.conformance.bench;

import io.gantry.conformance.bench.Bar.TimesPeer;
import io.gantry.conformance.bench.Effort.Load;
import java.util.ArrayList;
import java.util.List;

/** How long calls take, and how many pods a second can live. */
final class CallTimes implements Measurement {

  private static final double NANOSECONDS_PER_SECOND = 1e9;
  private static final int WARMING_CLIENTS = 2;

  private final Effort effort;

  CallTimes(Effort effort) {
    this.effort = effort;
  }

  /** What one runtime has done under one load. */
  private static final class Tally {

    private final Cycle cycle;
    private final Times times = new Times();
    private int cycles;
    private double seconds;

    Tally(Cycle cycle) {
      this.cycle = cycle;
    }

    void turn(Load load) throws Exception {
      Callers callers = new Callers(load.clients());
      long start = System.nanoTime();
      callers.repeat(load.cycles(), () -> cycle.live(times));
      seconds += (System.nanoTime() - start) / NANOSECONDS_PER_SECOND;
      cycles += load.cycles();
      callers.repeat(load.clients(), () -> cycle.replace(load.cycles() / load.clients(), times));
    }

    void tell(int clients, Results results) {
      for (Step step : Step.values()) {
        results.add(cycle.subject(), Figure.of(step.topic(clients), times.of(step)));
      }
      String name = "whole lives of pods, " + clients + (clients == 1 ? " client" : " clients");
      Topic rate = Topic.more(name, "/s", new TimesPeer(10));
      results.add(cycle.subject(), Figure.once(rate, cycles / seconds));
    }
  }

  @Override
  public void run(List<Subject> subjects, Results results) throws Exception {
    List<Cycle> cycles = subjects.stream().map(Cycle::new).toList();
    for (Cycle cycle : cycles) {
      Times ignored = new Times();
      new Callers(WARMING_CLIENTS).repeat(effort.warmUp(), () -> cycle.live(ignored));
    }
    for (Load load : effort.loads()) {
      List<Tally> tallies = new ArrayList<>(cycles.stream().map(Tally::new).toList());
      for (int round = 0; round < effort.rounds(); round++) {
        for (Tally tally : tallies) {
          tally.turn(load);
        }
      }
      tallies.forEach(tally -> tally.tell(load.clients(), results));
    }
  }
}
