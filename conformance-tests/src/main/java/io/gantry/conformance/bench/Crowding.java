package io.gantry.conformance.bench;

import io.gantry.conformance.bench.Bar.AtMost;
import io.gantry.conformance.bench.Bar.PartOfPeer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Many pods at the same time: how long they take to start, what they weigh, and a daemon's death.
 */
final class Crowding implements Measurement {

  private static final Callers ONE = new Callers(1);
  private static final Callers EIGHT = new Callers(8);
  private static final double NANOSECONDS_PER_SECOND = 1e9;

  /** Runtimes give memory back some seconds after they have worked, each in its own way. */
  private static final Duration REST = Duration.ofSeconds(15);

  private static final Topic IDLE =
      Topic.less("memory of the daemon, no pods (PSS)", "MiB", new AtMost(90)).inChart();
  private static final Topic PER_POD =
      Topic.less("memory per pod, beyond the daemon (PSS)", "MiB", new AtMost(0.3)).inChart();

  private final int pods;

  Crowding(int pods) {
    this.pods = pods;
  }

  @Override
  public void run(List<Subject> subjects, Results results) throws Exception {
    for (Subject subject : subjects) {
      one(new Cycle(subject), results);
    }
    for (Subject subject : subjects) {
      together(new Cycle(subject), results);
    }
  }

  private void one(Cycle cycle, Results results) throws Exception {
    Topic topic =
        Topic.less("%d pods with containers, one by one".formatted(pods), "s", new PartOfPeer(0.1));
    end(cycle, started(cycle, ONE, topic.inChart(), results));
  }

  private void together(Cycle cycle, Results results) throws Exception {
    Subject subject = cycle.subject();
    double besides = 0;
    if (subject.stand().isPresent()) {
      Thread.sleep(REST);
      double idle = Memory.of(subject.stand().get().runtime().pid());
      besides = subject.stand().get().memoryBesidesDaemon();
      results.add(subject, Figure.once(IDLE, idle));
    }
    Topic topic =
        Topic.less(
            "%d pods with containers, 8 at a time".formatted(pods), "s", new PartOfPeer(0.1));
    List<Cycle.Pair> pairs = started(cycle, EIGHT, topic.inChart(), results);
    if (subject.stand().isPresent()) {
      weigh(subject, subject.stand().get(), besides, results);
      results.add(subject, new DaemonDeath(pods).survivedBy(subject, subject.stand().get()));
    }
    end(cycle, pairs);
  }

  private void weigh(Subject subject, Stand stand, double before, Results results)
      throws IOException, InterruptedException {
    Thread.sleep(REST);
    double daemon = Memory.of(stand.runtime().pid());
    double besides = stand.memoryBesidesDaemon();
    String crowd = ", %d pods (PSS)".formatted(pods);
    Topic busy = Topic.less("memory of the daemon" + crowd, "MiB", new AtMost(100));
    Topic all = Topic.less("memory of everything" + crowd, "MiB", new AtMost(110));
    results.add(subject, Figure.once(busy, daemon));
    results.add(subject, Figure.once(PER_POD, (besides - before) / pods));
    results.add(subject, Figure.once(all.inChart(), daemon + besides));
  }

  private List<Cycle.Pair> started(Cycle cycle, Callers callers, Topic topic, Results results)
      throws Exception {
    Times ignored = new Times();
    long start = System.nanoTime();
    List<Cycle.Pair> pairs = callers.each(pods, () -> cycle.start(ignored));
    double seconds = (System.nanoTime() - start) / NANOSECONDS_PER_SECOND;
    results.add(cycle.subject(), Figure.once(topic, seconds));
    return pairs;
  }

  private void end(Cycle cycle, List<Cycle.Pair> pairs) throws Exception {
    Times ignored = new Times();
    Queue<Cycle.Pair> left = new ConcurrentLinkedQueue<>(pairs);
    EIGHT.repeat(pods, () -> cycle.end(left.remove().pod(), ignored));
  }
}
