package io.gantry.container;

import io.gantry.error.BrokenException;
import io.gantry.error.WrongStateException;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.state.KeyLocks;
import io.gantry.state.Table;
import java.io.IOException;
import java.util.Optional;

/**
 * Changes what containers may use. The kernel first, then the record: who finds the record as it
 * was before a crash asks again, and writing the same limits twice changes nothing. Safe for use by
 * many threads.
 */
final class Resizing {

  private final Table<Container> containers;
  private final LiveContainers live;
  private final ContainerLauncher launcher;
  private final KeyLocks<ContainerId> locks;

  /**
   * @param locks also had while a container is being started, which takes its limits as they are
   *     when that begins
   */
  Resizing(
      Table<Container> containers,
      LiveContainers live,
      ContainerLauncher launcher,
      KeyLocks<ContainerId> locks) {
    this.locks = locks;
    this.containers = containers;
    this.live = live;
    this.launcher = launcher;
  }

  void change(ContainerId id, CgroupLimits change) {
    launcher.check(change);
    try (KeyLocks.Held _ = locks.hold(id)) {
      Container container = containers.require(id.value());
      if (container.state() instanceof ContainerState.Removing) {
        throw new WrongStateException(
            id.subject(), "container " + id.brief() + " is being removed", "");
      }
      CgroupLimits before = container.spec().resources().limits();
      CgroupLimits wanted = before.changedBy(change);
      Optional<ContainerProcess> process = live.find(id).map(LiveContainers.Live::process);
      if (process.isPresent()) {
        write(
            container,
            process.get(),
            wanted.concernedBy(change),
            before.takingBack(wanted.concernedBy(change)));
      }
      containers.update(id.value(), known -> known.limitedTo(wanted));
    }
  }

  private void write(
      Container container, ContainerProcess process, CgroupLimits wanted, CgroupLimits before) {
    try {
      requireRoom(container, process, wanted);
      process.limit(wanted);
    } catch (IOException e) {
      if (process.ended().isDone()) {
        return;
      }
      throw undone(container, process, before, e);
    }
  }

  /** The kernel would kill the container to get down to the limit, at least with version 2. */
  private static void requireRoom(
      Container container, ContainerProcess process, CgroupLimits wanted) throws IOException {
    long limit = wanted.memoryBytes().orElse(-1);
    if (limit < 0) {
      return;
    }
    long used = process.memoryInUse();
    if (used > limit) {
      throw new WrongStateException(
          container.id().subject(),
          "container %s uses %d bytes of memory, more than the new limit of %d"
              .formatted(container.id().brief(), used, limit),
          "give it a higher limit, or restart it with this one");
    }
  }

  private static BrokenException undone(
      Container container, ContainerProcess process, CgroupLimits before, IOException cause) {
    BrokenException failure =
        new BrokenException(
            container.id().subject(),
            "changing the limits of container "
                + container.id().brief()
                + " failed: "
                + cause.getMessage(),
            "the limits from before are written again; see the value and the error of the kernel"
                + " above",
            cause);
    try {
      process.limit(before);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }
}
