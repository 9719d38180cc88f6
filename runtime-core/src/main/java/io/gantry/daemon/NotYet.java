package io.gantry.daemon;

import io.gantry.container.Container;
import io.gantry.container.ContainerFilter;
import io.gantry.container.ContainerId;
import io.gantry.container.ContainerService;
import io.gantry.container.ContainerSpec;
import io.gantry.container.ExecOutcome;
import io.gantry.error.NotFoundException;
import io.gantry.error.Subject;
import io.gantry.error.UnsupportedException;
import io.gantry.pod.Pod;
import io.gantry.pod.PodFilter;
import io.gantry.pod.PodId;
import io.gantry.pod.PodService;
import io.gantry.pod.PodSpec;
import java.time.Duration;
import java.util.List;

/** Stands where the services of pods and containers will be. */
final class NotYet {

  static final PodService PODS =
      new PodService() {
        @Override
        public PodId run(PodSpec spec) {
          throw refusal();
        }

        @Override
        public void stop(String id) {}

        @Override
        public void remove(String id) {}

        @Override
        public Pod pod(String id) {
          throw new NotFoundException(new Subject("pod", id), "no pod " + id, "");
        }

        @Override
        public List<Pod> list(PodFilter filter) {
          return List.of();
        }
      };

  static final ContainerService CONTAINERS =
      new ContainerService() {
        @Override
        public ContainerId create(String pod, ContainerSpec spec) {
          throw refusal();
        }

        @Override
        public void start(String id) {
          throw refusal();
        }

        @Override
        public void stop(String id, Duration grace) {}

        @Override
        public void remove(String id) {}

        @Override
        public Container container(String id) {
          throw new NotFoundException(new Subject("container", id), "no container " + id, "");
        }

        @Override
        public List<Container> list(ContainerFilter filter) {
          return List.of();
        }

        @Override
        public ExecOutcome execSync(String id, List<String> command, Duration timeout) {
          throw refusal();
        }
      };

  private NotYet() {}

  private static UnsupportedException refusal() {
    return new UnsupportedException(
        new Subject("program", "gantryd"), "this build runs no pods yet", "");
  }
}
