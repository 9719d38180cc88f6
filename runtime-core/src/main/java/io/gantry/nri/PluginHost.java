package io.gantry.nri;

import io.gantry.api.nri.v1alpha1.ContainerEviction;
import io.gantry.api.nri.v1alpha1.ContainerUpdate;
import io.gantry.api.nri.v1alpha1.Empty;
import io.gantry.container.Container;
import io.gantry.container.ContainerLauncher;
import io.gantry.container.ContainerListener;
import io.gantry.container.ContainerSpec;
import io.gantry.error.GantryException;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.nri.Inventory.Told;
import io.gantry.nri.wire.CallException;
import io.gantry.pod.Pod;
import io.gantry.pod.PodListener;
import io.gantry.pod.PodResources;
import io.gantry.state.Table;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells plugins of what happens, in one order, and gathers what they want changed. The lock is held
 * while plugins are asked, each no longer than it may take, and never while anything is changed.
 * Without plugins nothing is done but to keep the inventory.
 */
public final class PluginHost implements PodListener, ContainerListener {

  private static final Logger log = LoggerFactory.getLogger(PluginHost.class);

  private final Inventory inventory;
  private final ContainerLauncher launcher;
  private final NriSettings settings;
  private final Wishes wishes;
  private final Circle circle;
  private final Asking asking;

  /** Fair: a plugin that joins is not kept out by a stream of requests. */
  private final ReentrantLock lock = new ReentrantLock(true);

  private final Held release = lock::unlock;

  /** The lock, had until it is closed. */
  private interface Held extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * @param changes how limits are changed and containers stopped for plugins
   */
  public PluginHost(
      Table<Pod> pods,
      Table<Container> containers,
      ContainerLauncher launcher,
      NriSettings settings,
      Changes changes) {
    this.inventory = new Inventory(pods, containers, launcher);
    this.launcher = launcher;
    this.settings = settings;
    this.wishes = new Wishes(changes);
    this.circle = new Circle(settings.request());
    this.asking = new Asking(inventory, circle);
  }

  private Held hold() {
    lock.lock();
    return release;
  }

  /** Takes note of what an earlier daemon left; once, before any plugin connects. */
  public void begin() {
    try (Held _ = hold()) {
      inventory.load();
    }
  }

  NriSettings settings() {
    return settings;
  }

  /** Tells a plugin what there is, and has it told of all that follows. */
  void join(Plugin plugin) throws IOException, CallException {
    List<ContainerUpdate> updates;
    try (Held _ = hold()) {
      updates =
          new Synchronization(plugin, settings.registration())
              .run(
                  inventory.pods().stream().map(Views::pod).toList(),
                  inventory.containers().stream().map(inventory::view).toList());
      circle.add(plugin);
    }
    Merging merging = new Merging("");
    try {
      merging.update(plugin.title(), updates);
    } catch (GantryException e) {
      leave(plugin);
      throw e;
    }
    wishes.grantOrLog(merging);
  }

  /** Asks a plugin no more. */
  void leave(Plugin plugin) {
    try (Held _ = hold()) {
      circle.remove(plugin);
    }
    plugin.line().close();
  }

  @Override
  public void running(Pod pod) {
    try (Held _ = hold()) {
      inventory.pod(pod, Told.THERE);
      if (!circle.isEmpty()) {
        asking.tell(Occurrence.RUN_POD, pod);
      }
    }
  }

  @Override
  public void resizing(Pod pod, PodResources change) {
    try (Held _ = hold()) {
      if (!circle.isEmpty()) {
        asking.resizing(pod, change);
      }
    }
  }

  @Override
  public void resized(Pod pod) {
    try (Held _ = hold()) {
      if (!circle.isEmpty()) {
        asking.tell(Occurrence.POD_UPDATED, pod);
      }
    }
  }

  @Override
  public void stopping(Pod pod) {
    try (Held _ = hold()) {
      if (inventory.stops(pod) && !circle.isEmpty()) {
        asking.tell(Occurrence.STOP_POD, pod);
      }
    }
  }

  @Override
  public void removed(Pod pod) {
    try (Held _ = hold()) {
      if (inventory.forget(pod) && !circle.isEmpty()) {
        asking.tell(Occurrence.REMOVE_POD, pod);
      }
    }
  }

  @Override
  public ContainerSpec creating(Container container, Pod pod) {
    Asking.Creation creation;
    try (Held _ = hold()) {
      inventory.container(container, Told.THERE);
      if (circle.isEmpty()) {
        return container.spec();
      }
      creation = asking.creating(container, pod);
    }
    ContainerSpec changed = launcher.withDevices(creation.spec(), creation.devices());
    wishes.grant(creation.merging().updates(), creation.merging().evictions());
    return changed;
  }

  @Override
  public void created(Container container) {
    try (Held _ = hold()) {
      if (!circle.isEmpty()) {
        asking.tell(Occurrence.CREATED, container);
      }
    }
  }

  @Override
  public void starting(Container container) {
    try (Held _ = hold()) {
      inventory.container(container, Told.STARTING);
      if (!circle.isEmpty()) {
        asking.tell(Occurrence.START, container);
      }
    }
  }

  @Override
  public void started(Container container) {
    try (Held _ = hold()) {
      if (inventory.starts(container) && !circle.isEmpty()) {
        asking.tell(Occurrence.STARTED, container);
      }
    }
  }

  @Override
  public CgroupLimits resizing(Container container, CgroupLimits change) {
    Asking.Resize resize;
    try (Held _ = hold()) {
      if (circle.isEmpty()) {
        return change;
      }
      resize = asking.resizing(container, change);
    }
    wishes.grant(resize.others(), resize.merging().evictions());
    return resize.wanted();
  }

  @Override
  public void resized(Container container) {
    try (Held _ = hold()) {
      if (!circle.isEmpty()) {
        asking.tell(Occurrence.UPDATED, container);
      }
    }
  }

  @Override
  public void stopped(Container container) {
    Merging merging;
    try (Held _ = hold()) {
      if (!inventory.stops(container) || circle.isEmpty()) {
        return;
      }
      merging = asking.stopped(container);
    }
    wishes.grantOrLog(merging);
  }

  @Override
  public void removed(Container container) {
    stopped(container);
    try (Held _ = hold()) {
      if (inventory.forget(container) && !circle.isEmpty()) {
        asking.tell(Occurrence.REMOVE, container);
      }
    }
  }

  /** What a plugin wants without being asked; returns what could not be done. */
  List<ContainerUpdate> unasked(
      String plugin, List<ContainerUpdate> updates, List<ContainerEviction> evictions) {
    return wishes.unasked(plugin, updates, evictions);
  }

  /** Lets all plugins go, and tells those who listen to it. */
  public void close() {
    List<Plugin> leaving;
    try (Held _ = hold()) {
      leaving = circle.clear();
    }
    for (Plugin plugin : leaving) {
      try {
        var _ =
            plugin.ask("Shutdown", Empty.getDefaultInstance(), Empty.parser(), settings.request());
      } catch (CallException | IOException e) {
        log.debug("NRI plugin {} takes no shutdown: {}", plugin.title(), e.getMessage());
      }
      plugin.line().close();
    }
  }
}
