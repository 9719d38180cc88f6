package io.gantry.rpc;

import io.gantry.container.Container;
import io.gantry.container.ContainerFilter;
import io.gantry.container.ContainerId;
import io.gantry.container.ContainerService;
import io.gantry.container.ContainerSpec;
import io.gantry.container.ContainerState;
import io.gantry.container.ExecOutcome;
import io.gantry.container.ExecRequest;
import io.gantry.container.ImageUse;
import io.gantry.container.SilentStream;
import io.gantry.error.NotFoundException;
import io.gantry.error.Subject;
import io.gantry.error.WrongStateException;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.pod.PodId;
import io.gantry.shim.ProcessStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Containers that exist in memory only; an exec echoes its words. */
final class FakeContainers implements ContainerService {

  static final Instant MADE = Instant.ofEpochSecond(1_700_000_001L, 5);
  static final String IMAGE_ID = "sha256:" + "a".repeat(64);

  final Map<String, Container> containers = new ConcurrentHashMap<>();
  final ContainerCallLog log = new ContainerCallLog();

  @Override
  public ContainerId create(String pod, ContainerSpec spec) {
    ContainerId id = ContainerId.random();
    ImageUse image = new ImageUse(IMAGE_ID, "example.org/tool@sha256:" + "b".repeat(64), "");
    containers.put(
        id.value(),
        new Container(id, new PodId(pod), spec, image, MADE, new ContainerState.Created()));
    return id;
  }

  @Override
  public void start(String id) {
    set(id, new ContainerState.Running(4242, MADE.plusSeconds(1)));
  }

  @Override
  public void stop(String id, Duration grace) {
    log.stops.add(grace);
    if (containers.containsKey(id)) {
      set(
          id,
          new ContainerState.Exited(
              MADE.plusSeconds(1), MADE.plusSeconds(2), 137, "Error", "killed"));
    }
  }

  @Override
  public void resize(String id, CgroupLimits change) {
    containers.computeIfPresent(id, (_, container) -> container.limitedTo(change));
  }

  @Override
  public void remove(String id) {
    containers.remove(id);
  }

  @Override
  public Container container(String id) {
    Container container = containers.get(id);
    if (container == null) {
      throw new NotFoundException(new Subject("container", id), "no container " + id, "");
    }
    return container;
  }

  @Override
  public List<Container> list(ContainerFilter filter) {
    return containers.values().stream().filter(filter::accepts).toList();
  }

  @Override
  public ExecOutcome execSync(String id, List<String> command, Duration timeout) {
    log.execs.add(timeout);
    if (command.getFirst().equals("throw")) {
      throw new IllegalStateException("boom");
    }
    if (command.getFirst().equals("flood")) {
      return new ExecOutcome(new byte[16 << 20], new byte[16 << 20], 0, true);
    }
    return new ExecOutcome(
        String.join(" ", command).getBytes(StandardCharsets.UTF_8), new byte[0], 3, false);
  }

  @Override
  public Container running(String id) {
    Container container = container(id);
    if (!(container.state() instanceof ContainerState.Running)) {
      throw new WrongStateException(container.id().subject(), "container is not running", "");
    }
    return container;
  }

  @Override
  public ProcessStream exec(String id, ExecRequest request) {
    return new SilentStream();
  }

  @Override
  public ProcessStream attach(String id, boolean stdin) {
    return new SilentStream();
  }

  @Override
  public void reopenLog(String id) {
    log.reopened.add(container(id).id());
  }

  @Override
  public void whileStill(String id, Work work) throws IOException {
    log.stills.add(container(id).id());
    work.run();
  }

  private void set(String id, ContainerState state) {
    containers.put(id, container(id).in(state));
  }
}
