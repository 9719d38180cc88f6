package io.gantry.conformance.bench;

import io.gantry.conformance.bench.Bar.AtMost;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What it costs the machine when a pod with a container comes and goes: CPU time as the kernel
 * charges it to the cgroup that holds the runtime whole, and programs executed as the kernel tells
 * of them.
 */
final class CycleCost implements Measurement {

  private static final Topic CPU = Topic.less("CPU time of a pod's life", "ms").inChart();
  private static final Topic PROGRAMS =
      Topic.less("programs executed in a pod's life", "", new AtMost(3)).inChart();

  /** What a runtime does after its answers belongs to the cycle. */
  private static final Duration AFTERMATH = Duration.ofMillis(500);

  private static final double NANOSECONDS_PER_MILLISECOND = 1e6;

  private final int cycles;
  private final Path counter;

  CycleCost(int cycles, Path counter) {
    this.cycles = cycles;
    this.counter = counter;
  }

  @Override
  public void run(List<Subject> subjects, Results results) throws Exception {
    for (Subject subject : subjects) {
      if (subject.stand().isPresent()) {
        cpu(subject, subject.stand().get(), results);
        programs(subject, subject.stand().get(), results);
      }
    }
  }

  private void cpu(Subject subject, Stand stand, Results results) throws Exception {
    long before = stand.group().cpuNanoseconds();
    live(subject);
    double spent = stand.group().cpuNanoseconds() - before;
    results.add(subject, Figure.once(CPU, spent / NANOSECONDS_PER_MILLISECOND / cycles));
  }

  private void programs(Subject subject, Stand stand, Results results) throws Exception {
    try (ExecCount count = ExecCount.of(counter, stand.runtime().pid())) {
      live(subject);
      results.add(subject, Figure.once(PROGRAMS, (double) count.total() / cycles));
    } catch (IOException uncountable) {
      results.note("no count of programs: " + uncountable.getMessage());
    }
  }

  private void live(Subject subject) throws Exception {
    Cycle cycle = new Cycle(subject);
    Times ignored = new Times();
    for (int i = 0; i < cycles; i++) {
      cycle.end(cycle.start(ignored).pod(), ignored);
    }
    Thread.sleep(AFTERMATH);
  }
}
