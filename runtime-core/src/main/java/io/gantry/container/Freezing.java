package io.gantry.container;

import io.gantry.error.WrongStateException;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Containers that are kept still for a while. Who stops one does not wait for that: it goes on at
 * once, and whoever wanted it still is told. Safe for use by many threads.
 */
final class Freezing {

  private static final Logger log = LoggerFactory.getLogger(Freezing.class);

  /** The containers that are frozen now, and whether that was broken off. */
  private final ConcurrentHashMap<ContainerId, AtomicBoolean> frozen = new ConcurrentHashMap<>();

  /** Does the work while nothing in the container moves. */
  void during(Container container, ContainerProcess process, ContainerService.Work work)
      throws IOException {
    ContainerId id = container.id();
    AtomicBoolean broken = new AtomicBoolean();
    if (frozen.putIfAbsent(id, broken) != null) {
      throw new WrongStateException(
          id.subject(),
          "container " + id.brief() + " is kept still for somebody else",
          "try again when that is through");
    }
    try {
      process.freeze();
      work.run();
    } finally {
      frozen.remove(id);
      thaw(id, process);
    }
    if (broken.get()) {
      throw new WrongStateException(
          id.subject(),
          "container " + id.brief() + " was stopped while its files were read",
          "try again now that it is stopped");
    }
  }

  /** The container is to end: frozen processes could not. */
  void breakOff(ContainerId id, ContainerProcess process) {
    AtomicBoolean broken = frozen.get(id);
    if (broken != null) {
      broken.set(true);
      thaw(id, process);
    }
  }

  private static void thaw(ContainerId id, ContainerProcess process) {
    try {
      process.thaw();
    } catch (IOException e) {
      log.error("container={} stays frozen: {}", id.brief(), e.toString());
    }
  }
}
