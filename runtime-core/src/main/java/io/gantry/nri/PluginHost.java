package io.gantry.nri;

import io.gantry.api.nri.v1alpha1.ContainerAdjustment;
import io.gantry.api.nri.v1alpha1.ContainerEviction;
import io.gantry.api.nri.v1alpha1.ContainerUpdate;
import io.gantry.api.nri.v1alpha1.CreateContainerRequest;
import io.gantry.api.nri.v1alpha1.CreateContainerResponse;
import io.gantry.api.nri.v1alpha1.Empty;
import io.gantry.api.nri.v1alpha1.Event;
import io.gantry.api.nri.v1alpha1.PluginInstance;
import io.gantry.api.nri.v1alpha1.PodSandbox;
import io.gantry.api.nri.v1alpha1.StopContainerRequest;
import io.gantry.api.nri.v1alpha1.StopContainerResponse;
import io.gantry.api.nri.v1alpha1.UpdateContainerRequest;
import io.gantry.api.nri.v1alpha1.UpdateContainerResponse;
import io.gantry.api.nri.v1alpha1.UpdatePodSandboxRequest;
import io.gantry.api.nri.v1alpha1.ValidateContainerAdjustmentRequest;
import io.gantry.api.nri.v1alpha1.ValidateContainerAdjustmentResponse;
import io.gantry.container.Container;
import io.gantry.container.ContainerLauncher;
import io.gantry.container.ContainerListener;
import io.gantry.container.ContainerSpec;
import io.gantry.error.GantryException;
import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.nri.Circle.Occurrence;
import io.gantry.nri.Circle.Refusal;
import io.gantry.nri.Inventory.Told;
import io.gantry.nri.wire.CallException;
import io.gantry.pod.Pod;
import io.gantry.pod.PodListener;
import io.gantry.pod.PodResources;
import io.gantry.state.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells plugins of what happens, in one order, and gathers what they want changed. The lock is held
 * while plugins are asked, each no longer than it may take, and never while anything is changed.
 */
public final class PluginHost implements PodListener, ContainerListener {

  private static final Logger log = LoggerFactory.getLogger(PluginHost.class);

  private static final Occurrence RUN_POD =
      new Occurrence(Event.RUN_POD_SANDBOX, "RunPodSandbox", Refusal.FAILS);
  private static final Occurrence POD_UPDATED =
      new Occurrence(Event.POST_UPDATE_POD_SANDBOX, "PostUpdatePodSandbox", Refusal.COMES_TOO_LATE);
  private static final Occurrence STOP_POD =
      new Occurrence(Event.STOP_POD_SANDBOX, "StopPodSandbox", Refusal.COMES_TOO_LATE);
  private static final Occurrence REMOVE_POD =
      new Occurrence(Event.REMOVE_POD_SANDBOX, "RemovePodSandbox", Refusal.COMES_TOO_LATE);
  private static final Occurrence CREATED =
      new Occurrence(Event.POST_CREATE_CONTAINER, "PostCreateContainer", Refusal.COMES_TOO_LATE);
  private static final Occurrence START =
      new Occurrence(Event.START_CONTAINER, "StartContainer", Refusal.FAILS);
  private static final Occurrence STARTED =
      new Occurrence(Event.POST_START_CONTAINER, "PostStartContainer", Refusal.COMES_TOO_LATE);
  private static final Occurrence UPDATED =
      new Occurrence(Event.POST_UPDATE_CONTAINER, "PostUpdateContainer", Refusal.COMES_TOO_LATE);
  private static final Occurrence REMOVE =
      new Occurrence(Event.REMOVE_CONTAINER, "RemoveContainer", Refusal.COMES_TOO_LATE);

  private final Inventory inventory;
  private final ContainerLauncher launcher;
  private final NriSettings settings;
  private final Wishes wishes;
  private final Circle circle;

  /** Fair: a plugin that joins is not kept out by a stream of requests. */
  private final ReentrantLock lock = new ReentrantLock(true);

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
  }

  /** Takes note of what an earlier daemon left; once, before any plugin connects. */
  public void begin() {
    locked(inventory::load);
  }

  NriSettings settings() {
    return settings;
  }

  /** Tells a plugin what there is, and has it told of all that follows. */
  void join(Plugin plugin) throws IOException, CallException {
    List<ContainerUpdate> updates;
    lock.lock();
    try {
      updates =
          new Synchronization(plugin, settings.registration())
              .run(
                  inventory.pods().stream().map(Views::pod).toList(),
                  inventory.containers().stream().map(inventory::view).toList());
      circle.add(plugin);
    } finally {
      lock.unlock();
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
    locked(() -> circle.remove(plugin));
    plugin.line().close();
  }

  private void locked(Runnable work) {
    lock.lock();
    try {
      work.run();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void running(Pod pod) {
    locked(() -> {
      inventory.pod(pod, Told.THERE);
      tell(RUN_POD, pod);
    });
  }

  @Override
  public void resizing(Pod pod, PodResources change) {
    locked(() -> {
      List<Plugin> asked = circle.wanting(Event.UPDATE_POD_SANDBOX);
      if (!asked.isEmpty()) {
        UpdatePodSandboxRequest request =
            UpdatePodSandboxRequest.newBuilder()
                .setPod(Views.pod(pod))
                .setOverheadLinuxResources(ResourceForms.message(change.overhead()))
                .setLinuxResources(ResourceForms.message(change.resources()))
                .build();
        asked.forEach(plugin -> circle.ask(plugin, "UpdatePodSandbox", request, Empty.parser()));
      }
    });
  }

  @Override
  public void resized(Pod pod) {
    locked(() -> tell(POD_UPDATED, pod));
  }

  @Override
  public void stopping(Pod pod) {
    locked(() -> {
      if (inventory.pod(pod, Told.STOPPED) == Told.THERE) {
        tell(STOP_POD, pod);
      }
    });
  }

  @Override
  public void removed(Pod pod) {
    locked(() -> {
      if (inventory.forget(pod)) {
        tell(REMOVE_POD, pod);
      }
    });
  }

  private void tell(Occurrence occurrence, Pod pod) {
    if (!circle.wanting(occurrence.event()).isEmpty()) {
      circle.tell(occurrence, Views.pod(pod), null);
    }
  }

  @Override
  public ContainerSpec creating(Container container, Pod pod) {
    Merging merging = new Merging(container.id().value());
    lock.lock();
    try {
      inventory.container(container, Told.THERE);
      if (circle.isEmpty()) {
        return container.spec();
      }
      merge(container, Views.pod(pod), merging);
    } finally {
      lock.unlock();
    }
    ContainerAdjustment adjustment = merging.adjustment();
    Set<String> devices = new LinkedHashSet<>();
    adjustment.getCDIDevicesList().forEach(device -> devices.add(device.getName()));
    ContainerSpec changed =
        launcher.withDevices(Adjusting.applied(adjustment, container.spec()), devices);
    wishes.grant(merging.updates(), merging.evictions());
    return changed;
  }

  /** Each plugin sees the container as those before it want it. */
  private void merge(Container container, PodSandbox pod, Merging merging) {
    io.gantry.api.nri.v1alpha1.Container pristine = inventory.view(container);
    io.gantry.api.nri.v1alpha1.Container view = pristine;
    for (Plugin plugin : circle.wanting(Event.CREATE_CONTAINER)) {
      Optional<CreateContainerResponse> answer =
          circle.ask(
              plugin,
              "CreateContainer",
              CreateContainerRequest.newBuilder().setPod(pod).setContainer(view).build(),
              CreateContainerResponse.parser());
      if (answer.isPresent()) {
        merging.adjust(plugin.title(), answer.get().getAdjust());
        merging.updateOthers(plugin.title(), answer.get().getUpdateList());
        merging.evict(answer.get().getEvictList());
        view =
            inventory.view(container.of(Adjusting.applied(merging.adjustment(), container.spec())));
      }
    }
    validate(pod, pristine, merging);
  }

  private void validate(
      PodSandbox pod, io.gantry.api.nri.v1alpha1.Container pristine, Merging merging) {
    List<Plugin> judges = circle.wanting(Event.VALIDATE_CONTAINER_ADJUSTMENT);
    if (judges.isEmpty()) {
      return;
    }
    ValidateContainerAdjustmentRequest.Builder request =
        ValidateContainerAdjustmentRequest.newBuilder()
            .setPod(pod)
            .setContainer(pristine)
            .setAdjust(merging.adjustment())
            .addAllUpdate(merging.updates())
            .setOwners(merging.owners());
    for (Plugin plugin : circle.wanting(Event.CREATE_CONTAINER)) {
      request.addPlugins(
          PluginInstance.newBuilder().setName(plugin.name()).setIndex(plugin.index()));
    }
    for (Plugin judge : judges) {
      Optional<ValidateContainerAdjustmentResponse> verdict =
          circle.ask(
              judge,
              "ValidateContainerAdjustment",
              request.build(),
              ValidateContainerAdjustmentResponse.parser());
      if (verdict.isPresent() && verdict.get().getReject()) {
        throw new InvalidException(
            new Subject("NRI plugin", judge.title()),
            "NRI plugin %s rejects what plugins want of container %s: %s"
                .formatted(judge.title(), pristine.getName(), verdict.get().getReason()),
            "see what the plugins are configured to do");
      }
    }
  }

  @Override
  public void created(Container container) {
    locked(() -> tell(CREATED, container));
  }

  @Override
  public void starting(Container container) {
    locked(() -> {
      inventory.container(container, Told.STARTED);
      tell(START, container);
    });
  }

  @Override
  public void started(Container container) {
    locked(() -> tell(STARTED, container));
  }

  @Override
  public CgroupLimits resizing(Container container, CgroupLimits change) {
    Merging merging = new Merging(container.id().value());
    locked(() -> {
      List<Plugin> asked = circle.wanting(Event.UPDATE_CONTAINER);
      if (!asked.isEmpty()) {
        UpdateContainerRequest request =
            UpdateContainerRequest.newBuilder()
                .setPod(inventory.podOf(container))
                .setContainer(inventory.view(container))
                .setLinuxResources(ResourceForms.message(change))
                .build();
        asked.forEach(plugin ->
            circle
                .ask(plugin, "UpdateContainer", request, UpdateContainerResponse.parser())
                .ifPresent(answer -> {
                  merging.update(plugin.title(), answer.getUpdateList());
                  merging.evict(answer.getEvictList());
                }));
      }
    });
    CgroupLimits wanted = change;
    List<ContainerUpdate> others = new ArrayList<>();
    for (ContainerUpdate update : merging.updates()) {
      if (update.getContainerId().equals(container.id().value())) {
        wanted = wanted.changedBy(ResourceForms.limits(update.getLinux().getResources()));
      } else {
        others.add(update);
      }
    }
    wishes.grant(others, merging.evictions());
    return wanted;
  }

  @Override
  public void resized(Container container) {
    locked(() -> tell(UPDATED, container));
  }

  @Override
  public void stopped(Container container) {
    Merging merging = new Merging(container.id().value());
    locked(() -> tellStopped(container, merging));
    wishes.grantOrLog(merging);
  }

  private void tellStopped(Container container, Merging merging) {
    if (!inventory.stops(container)) {
      return;
    }
    List<Plugin> asked = circle.wanting(Event.STOP_CONTAINER);
    if (asked.isEmpty()) {
      return;
    }
    StopContainerRequest request =
        StopContainerRequest.newBuilder()
            .setPod(inventory.podOf(container))
            .setContainer(inventory.view(container))
            .build();
    for (Plugin plugin : asked) {
      try {
        circle
            .ask(plugin, "StopContainer", request, StopContainerResponse.parser())
            .ifPresent(answer -> merging.update(plugin.title(), answer.getUpdateList()));
      } catch (GantryException e) {
        log.warn("{}", e.advice());
      }
    }
  }

  @Override
  public void removed(Container container) {
    Merging merging = new Merging(container.id().value());
    locked(() -> {
      tellStopped(container, merging);
      if (inventory.forget(container)) {
        tell(REMOVE, container);
      }
    });
    wishes.grantOrLog(merging);
  }

  private void tell(Occurrence occurrence, Container container) {
    if (!circle.wanting(occurrence.event()).isEmpty()) {
      circle.tell(occurrence, inventory.podOf(container), inventory.view(container));
    }
  }

  /** What a plugin wants without being asked; returns what could not be done. */
  List<ContainerUpdate> unasked(
      String plugin, List<ContainerUpdate> updates, List<ContainerEviction> evictions) {
    return wishes.unasked(plugin, updates, evictions);
  }

  /** Lets all plugins go, and tells those who listen to it. */
  public void close() {
    List<Plugin> leaving = new ArrayList<>();
    locked(() -> leaving.addAll(circle.clear()));
    for (Plugin plugin : leaving) {
      try {
        plugin.ask("Shutdown", Empty.getDefaultInstance(), Empty.parser(), settings.request());
      } catch (CallException | IOException e) {
        log.debug("NRI plugin {} takes no shutdown: {}", plugin.title(), e.getMessage());
      }
      plugin.line().close();
    }
  }
}
