package io.gantry.nri;

import io.gantry.api.nri.v1alpha1.ContainerEviction;
import io.gantry.api.nri.v1alpha1.ContainerUpdate;
import io.gantry.error.GantryException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what plugins want of containers that are there. Never under the host's lock. */
final class Wishes {

  private static final Logger log = LoggerFactory.getLogger(Wishes.class);

  private final Changes changes;

  Wishes(Changes changes) {
    this.changes = changes;
  }

  /** All of them; the first failure that matters is thrown when the others are through. */
  void grant(List<ContainerUpdate> updates, List<ContainerEviction> evictions) {
    List<GantryException> failures = new ArrayList<>();
    for (ContainerUpdate update : updates) {
      try {
        limit(update);
      } catch (GantryException e) {
        if (update.getIgnoreFailure()) {
          log.info("update by an NRI plugin, which does not mind: {}", e.advice());
        } else {
          failures.add(e);
        }
      }
    }
    evictions.forEach(this::evict);
    if (!failures.isEmpty()) {
      GantryException first = failures.removeFirst();
      failures.forEach(first::addSuppressed);
      throw first;
    }
  }

  /** The same where there is no request to fail. */
  void grantOrLog(Merging merging) {
    try {
      grant(merging.updates(), merging.evictions());
    } catch (GantryException e) {
      log.warn("update by an NRI plugin: {}", e.advice());
    }
  }

  /** What a plugin wants without being asked; returns what could not be done and matters. */
  List<ContainerUpdate> unasked(
      String plugin, List<ContainerUpdate> updates, List<ContainerEviction> evictions) {
    List<ContainerUpdate> failed = new ArrayList<>();
    for (ContainerUpdate update : updates) {
      try {
        Unserved.refuse(plugin, update);
        limit(update);
      } catch (GantryException e) {
        log.warn("update by NRI plugin {}: {}", plugin, e.advice());
        if (!update.getIgnoreFailure()) {
          failed.add(update);
        }
      }
    }
    evictions.forEach(this::evict);
    return failed;
  }

  private void limit(ContainerUpdate update) {
    changes.limit(update.getContainerId(), ResourceForms.limits(update.getLinux().getResources()));
  }

  /** By a thread of its own: it may be the one that the request at hand waits for. */
  private void evict(ContainerEviction eviction) {
    String id = eviction.getContainerId();
    log.info("an NRI plugin evicts container={}: {}", id, eviction.getReason());
    Thread.ofVirtual()
        .name("nri evict")
        .start(() -> {
          try {
            changes.evict(id);
          } catch (GantryException e) {
            log.warn("eviction by an NRI plugin container={}: {}", id, e.advice());
          }
        });
  }
}
