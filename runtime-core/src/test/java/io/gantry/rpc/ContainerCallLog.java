package io.gantry.rpc;

import io.gantry.container.ContainerId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What {@link FakeContainers} was asked with. */
final class ContainerCallLog {
  final List<Duration> stops = new CopyOnWriteArrayList<>();
  final List<Duration> execs = new CopyOnWriteArrayList<>();
  final List<ContainerId> reopened = new CopyOnWriteArrayList<>();
  final List<ContainerId> stills = new CopyOnWriteArrayList<>();
}
