package io.gantry.conformance.bench;

import io.gantry.api.cri.v1.Container;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.ListContainersRequest;
import io.gantry.conformance.bench.Bar.AtMost;
import io.grpc.StatusRuntimeException;
import java.time.Duration;

/** From a daemon's violent death until a client sees all containers running again. */
record DaemonDeath(int containers) {

  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final double NANOSECONDS_PER_MILLISECOND = 1e6;
  private static final double MOST_MILLISECONDS = 900;

  Figure survivedBy(Subject subject, Stand stand) throws Exception {
    long start = System.nanoTime();
    stand.restart();
    while (running(subject) < containers) {
      if (System.nanoTime() - start > LONGEST.toNanos()) {
        throw new IllegalStateException(
            "a minute after the death of %s's daemon only %d of %d containers are running"
                .formatted(subject.name(), running(subject), containers));
      }
      Thread.sleep(1);
    }
    double took = (System.nanoTime() - start) / NANOSECONDS_PER_MILLISECOND;
    String name = "kill -9 of the daemon until %d are listed".formatted(containers);
    return Figure.once(Topic.less(name, "ms", new AtMost(MOST_MILLISECONDS)).inChart(), took);
  }

  private static long running(Subject subject) {
    ListContainersRequest all = ListContainersRequest.getDefaultInstance();
    try {
      return subject.client().runtime().listContainers(all).getContainersList().stream()
          .map(Container::getState)
          .filter(state -> state == ContainerState.CONTAINER_RUNNING)
          .count();
    } catch (StatusRuntimeException notYet) {
      return 0;
    }
  }
}
