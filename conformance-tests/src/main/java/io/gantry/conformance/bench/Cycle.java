package io.gantry.conformance.bench;

import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Pods that come, are looked into and go, with each step timed. Safe for use by many threads. */
final class Cycle {

  private final Subject subject;
  private final AtomicInteger names = new AtomicInteger();

  Cycle(Subject subject) {
    this.subject = subject;
  }

  /** A pod with a container in it. */
  record Pair(TestPod pod, TestContainer container) {}

  Subject subject() {
    return subject;
  }

  Pair start(Times times) throws Exception {
    return times
        .of(Step.BOTH)
        .time(() -> {
          TestPod pod = pod(times);
          return new Pair(pod, times.of(Step.CONTAINER).time(() -> container(pod)));
        });
  }

  private TestPod pod(Times times) throws Exception {
    String name = "bench-" + names.incrementAndGet();
    return times.of(Step.POD).time(() -> TestPod.run(subject.client(), subject.draft(name)));
  }

  private TestContainer container(TestPod pod) {
    String name = "bench-" + names.incrementAndGet();
    return pod.start(Drafts.container(name, subject.image(), "/bin/sleep", "3600"));
  }

  void end(TestPod pod, Times times) throws Exception {
    times
        .of(Step.END_POD)
        .take(() -> {
          times.of(Step.STOP_POD).take(pod::stop);
          times.of(Step.REMOVE_POD).take(pod::remove);
        });
  }

  /** A whole life: pod, container, one look into it, the end. */
  void live(Times times) throws Exception {
    Pair pair = start(times);
    var _ = times.of(Step.EXEC).time(() -> pair.container().exec("/bin/true"));
    end(pair.pod(), times);
  }

  /** Containers that come and go in a pod that stays. */
  void replace(int containers, Times times) throws Exception {
    Times ignored = new Times();
    TestPod pod = pod(ignored);
    for (int i = 0; i < containers; i++) {
      TestContainer container = container(pod);
      times
          .of(Step.END_CONTAINER)
          .take(() -> {
            container.stop(Duration.ZERO);
            container.remove();
          });
    }
    end(pod, ignored);
  }
}
