package io.gantry.conformance.bench;

import io.gantry.conformance.cri.CriClient;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Pods that come, are looked into and go, with each step timed. */
final class Cycle {

  private static final int EXECS = 5;

  private final CriClient client;
  private final String image;
  private final AtomicInteger names = new AtomicInteger();

  Cycle(CriClient client, String image) {
    this.client = client;
    this.image = image;
  }

  /** What the steps of many cycles took. */
  record Times(
      Samples pod, Samples container, Samples both, Samples exec, Samples end, Samples whole) {

    static Times none() {
      return new Times(
          new Samples(), new Samples(), new Samples(), new Samples(), new Samples(), new Samples());
    }

    List<Figure> figures(int clients) {
      String suffix = clients == 1 ? ", 1 client" : ", " + clients + " clients";
      return List.of(
          Figure.of("RunPodSandbox" + suffix, pod),
          Figure.of("CreateContainer + StartContainer" + suffix, container),
          Figure.of("pod + container from nothing" + suffix, both),
          Figure.of("ExecSync true" + suffix, exec),
          Figure.of("StopPodSandbox + RemovePodSandbox" + suffix, end));
    }
  }

  /** A pod with a container in it. */
  record Pair(TestPod pod, TestContainer container) {}

  Pair start(Times times) throws Exception {
    String name = "bench-" + names.incrementAndGet();
    return times
        .both()
        .time(() -> {
          TestPod pod = times.pod().time(() -> TestPod.run(client, Drafts.pod(name).build()));
          TestContainer container =
              times
                  .container()
                  .time(() -> pod.start(Drafts.container(name, image, "/bin/sleep", "3600")));
          return new Pair(pod, container);
        });
  }

  static void end(Pair pair, Times times) throws Exception {
    var _ =
        times
            .end()
            .time(() -> {
              pair.pod().stop();
              pair.pod().remove();
              return pair;
            });
  }

  private Pair once(Times times) throws Exception {
    return times
        .whole()
        .time(() -> {
          Pair pair = start(times);
          for (int i = 0; i < EXECS; i++) {
            var _ = times.exec().time(() -> pair.container().exec("/bin/true"));
          }
          end(pair, times);
          return pair;
        });
  }

  /** Whole cycles, one after the other for each client. */
  Times run(int clients, int cycles) throws Exception {
    Times times = Times.none();
    var _ = together(clients, cycles, () -> once(times));
    return times;
  }

  /** Does a piece of work so many times, with so many callers at a time. */
  static <T> List<T> together(int callers, int times, Callable<T> work) throws Exception {
    List<Future<T>> futures = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(callers)) {
      for (int i = 0; i < times; i++) {
        futures.add(executor.submit(work));
      }
    }
    List<T> results = new ArrayList<>();
    for (Future<T> future : futures) {
      results.add(future.get());
    }
    return results;
  }
}
