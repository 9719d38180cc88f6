package io.gantry.nri;

import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.gantry.api.nri.v1alpha1.ContainerAdjustment;
import io.gantry.api.nri.v1alpha1.ContainerEviction;
import io.gantry.api.nri.v1alpha1.ContainerUpdate;
import io.gantry.api.nri.v1alpha1.CreateContainerRequest;
import io.gantry.api.nri.v1alpha1.CreateContainerResponse;
import io.gantry.api.nri.v1alpha1.Empty;
import io.gantry.api.nri.v1alpha1.Event;
import io.gantry.api.nri.v1alpha1.LinuxResources;
import io.gantry.api.nri.v1alpha1.PluginInstance;
import io.gantry.api.nri.v1alpha1.PodSandbox;
import io.gantry.api.nri.v1alpha1.StateChangeEvent;
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
import io.gantry.error.WrongStateException;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.nri.Inventory.Told;
import io.gantry.nri.wire.CallException;
import io.gantry.pod.Pod;
import io.gantry.pod.PodListener;
import io.gantry.pod.PodResources;
import io.gantry.state.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells plugins of what happens, in one order, and gathers what they want changed. The lock is held
 * while plugins are asked, each no longer than it may take, and never while anything is changed.
 */
public final class PluginHost implements PodListener, ContainerListener {

  private static final Logger log = LoggerFactory.getLogger(PluginHost.class);

  private final Inventory inventory;
  private final ContainerLauncher launcher;
  private final NriSettings settings;
  private final ReentrantLock lock = new ReentrantLock(true);
  private final List<Plugin> plugins = new ArrayList<>();
  private volatile @Nullable Changes changes;

  public PluginHost(
      Table<Pod> pods,
      Table<Container> containers,
      ContainerLauncher launcher,
      NriSettings settings) {
    this.inventory = new Inventory(pods, containers, launcher);
    this.launcher = launcher;
    this.settings = settings;
  }

  /** Begins with what an earlier daemon left; once, before any plugin connects. */
  public void begin(Changes by) {
    lock.lock();
    try {
      changes = by;
      inventory.load();
    } finally {
      lock.unlock();
    }
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
      plugins.add(plugin);
      plugins.sort(Comparator.comparing(Plugin::index));
    } finally {
      lock.unlock();
    }
    apply(updates, List.of());
  }

  /** Asks a plugin no more. */
  void leave(Plugin plugin) {
    lock.lock();
    try {
      plugins.remove(plugin);
    } finally {
      lock.unlock();
    }
    plugin.line().close();
  }

  // ---- pods

  @Override
  public void running(Pod pod) {
    lock.lock();
    try {
      inventory.toldPods().put(pod.id().value(), Told.THERE);
      ask(pod, Event.RUN_POD_SANDBOX, "RunPodSandbox");
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void resizing(Pod pod, PodResources change) {
    lock.lock();
    try {
      UpdatePodSandboxRequest request =
          UpdatePodSandboxRequest.newBuilder()
              .setPod(Views.pod(pod))
              .setOverheadLinuxResources(ResourceForms.message(change.overhead()))
              .setLinuxResources(ResourceForms.message(change.resources()))
              .build();
      for (Plugin plugin : wanting(Event.UPDATE_POD_SANDBOX)) {
        asked(plugin, "UpdatePodSandbox", request, Empty.parser());
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void resized(Pod pod) {
    tell(() -> ask(pod, Event.POST_UPDATE_POD_SANDBOX, "PostUpdatePodSandbox"));
  }

  @Override
  public void stopping(Pod pod) {
    tell(() -> {
      if (inventory.toldPods().replace(pod.id().value(), Told.STOPPED) == Told.THERE) {
        ask(pod, Event.STOP_POD_SANDBOX, "StopPodSandbox");
      }
    });
  }

  @Override
  public void removed(Pod pod) {
    tell(() -> {
      if (inventory.toldPods().remove(pod.id().value()) != null) {
        ask(pod, Event.REMOVE_POD_SANDBOX, "RemovePodSandbox");
      }
    });
  }

  private void ask(Pod pod, Event event, String method) {
    if (!wanting(event).isEmpty()) {
      tellEach(event, method, Views.pod(pod), null);
    }
  }

  // ---- containers

  @Override
  public ContainerSpec creating(Container container, Pod pod) {
    Merging merging = new Merging(container.id().value());
    ContainerSpec changed;
    lock.lock();
    try {
      inventory.toldContainers().put(container.id().value(), Told.THERE);
      if (plugins.isEmpty()) {
        return container.spec();
      }
      changed = asked(container, pod, merging);
    } finally {
      lock.unlock();
    }
    apply(merging.updates(), merging.evictions());
    return changed;
  }

  private ContainerSpec asked(Container container, Pod pod, Merging merging) {
    PodSandbox podView = Views.pod(pod);
    io.gantry.api.nri.v1alpha1.Container pristine = inventory.view(container);
    ContainerSpec spec = container.spec();
    for (Plugin plugin : wanting(Event.CREATE_CONTAINER)) {
      CreateContainerRequest request =
          CreateContainerRequest.newBuilder()
              .setPod(podView)
              .setContainer(inventory.view(container.of(spec)))
              .build();
      Optional<CreateContainerResponse> answer =
          asked(plugin, "CreateContainer", request, CreateContainerResponse.parser());
      if (answer.isPresent()) {
        merging.adjust(plugin.title(), answer.get().getAdjust());
        merging.update(plugin.title(), answer.get().getUpdateList(), true);
        merging.evict(answer.get().getEvictList());
        spec = Adjusting.applied(merging.adjustment(), container.spec());
      }
    }
    validate(podView, pristine, merging);
    Set<String> devices = new LinkedHashSet<>();
    merging.adjustment().getCDIDevicesList().forEach(device -> devices.add(device.getName()));
    return launcher.withDevices(spec, devices);
  }

  private void validate(
      PodSandbox pod, io.gantry.api.nri.v1alpha1.Container pristine, Merging merging) {
    List<Plugin> judges = wanting(Event.VALIDATE_CONTAINER_ADJUSTMENT);
    if (judges.isEmpty()) {
      return;
    }
    ContainerAdjustment adjustment = merging.adjustment();
    var request =
        ValidateContainerAdjustmentRequest.newBuilder()
            .setPod(pod)
            .setContainer(pristine)
            .setAdjust(adjustment)
            .addAllUpdate(merging.updates())
            .setOwners(merging.owners());
    for (Plugin plugin : wanting(Event.CREATE_CONTAINER)) {
      request.addPlugins(
          PluginInstance.newBuilder().setName(plugin.name()).setIndex(plugin.index()));
    }
    for (Plugin judge : judges) {
      asked(
              judge,
              "ValidateContainerAdjustment",
              request.build(),
              ValidateContainerAdjustmentResponse.parser())
          .filter(ValidateContainerAdjustmentResponse::getReject)
          .ifPresent(verdict -> {
            throw new InvalidException(
                new Subject("NRI plugin", judge.title()),
                "NRI plugin " + judge.title() + " rejects the adjustments: " + verdict.getReason(),
                "see which plugins adjust containers");
          });
    }
  }

  @Override
  public void created(Container container) {
    tell(() -> ask(container, Event.POST_CREATE_CONTAINER, "PostCreateContainer"));
  }

  @Override
  public void starting(Container container) {
    lock.lock();
    try {
      inventory.toldContainers().put(container.id().value(), Told.STARTED);
      ask(container, Event.START_CONTAINER, "StartContainer");
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void started(Container container) {
    tell(() -> ask(container, Event.POST_START_CONTAINER, "PostStartContainer"));
  }

  @Override
  public CgroupLimits resizing(Container container, CgroupLimits change) {
    Merging merging = new Merging(container.id().value());
    CgroupLimits wanted = change;
    lock.lock();
    try {
      Optional<Pod> pod = inventory.podOf(container);
      for (Plugin plugin : wanting(Event.UPDATE_CONTAINER)) {
        UpdateContainerRequest request =
            UpdateContainerRequest.newBuilder()
                .setPod(pod.map(Views::pod).orElse(PodSandbox.getDefaultInstance()))
                .setContainer(inventory.view(container))
                .setLinuxResources(ResourceForms.message(wanted))
                .build();
        Optional<UpdateContainerResponse> answer =
            asked(plugin, "UpdateContainer", request, UpdateContainerResponse.parser());
        if (answer.isPresent()) {
          merging.update(plugin.title(), answer.get().getUpdateList(), false);
          merging.evict(answer.get().getEvictList());
        }
      }
    } finally {
      lock.unlock();
    }
    List<ContainerUpdate> others = new ArrayList<>();
    for (ContainerUpdate update : merging.updates()) {
      if (update.getContainerId().equals(container.id().value())) {
        LinuxResources resources = update.getLinux().getResources();
        wanted = wanted.changedBy(ResourceForms.limits(resources));
      } else {
        others.add(update);
      }
    }
    apply(others, merging.evictions());
    return wanted;
  }

  @Override
  public void resized(Container container) {
    tell(() -> ask(container, Event.POST_UPDATE_CONTAINER, "PostUpdateContainer"));
  }

  @Override
  public void stopped(Container container) {
    Merging merging = new Merging(container.id().value());
    tell(() -> tellStopped(container, merging));
    applyOrLog(merging);
  }

  private void tellStopped(Container container, Merging merging) {
    String id = container.id().value();
    if (inventory.toldContainers().get(id) != Told.STARTED) {
      return;
    }
    inventory.toldContainers().put(id, Told.STOPPED);
    List<Plugin> wanting = wanting(Event.STOP_CONTAINER);
    if (wanting.isEmpty()) {
      return;
    }
    StopContainerRequest request =
        StopContainerRequest.newBuilder()
            .setPod(
                inventory.podOf(container).map(Views::pod).orElse(PodSandbox.getDefaultInstance()))
            .setContainer(inventory.view(container))
            .build();
    for (Plugin plugin : wanting) {
      try {
        asked(plugin, "StopContainer", request, StopContainerResponse.parser())
            .ifPresent(answer -> merging.update(plugin.title(), answer.getUpdateList(), false));
      } catch (GantryException e) {
        log.warn("{}", e.advice());
      }
    }
  }

  @Override
  public void removed(Container container) {
    Merging merging = new Merging(container.id().value());
    tell(() -> {
      tellStopped(container, merging);
      if (inventory.toldContainers().remove(container.id().value()) != null) {
        ask(container, Event.REMOVE_CONTAINER, "RemoveContainer");
      }
    });
    applyOrLog(merging);
  }

  private void ask(Container container, Event event, String method) {
    if (!wanting(event).isEmpty()) {
      PodSandbox pod =
          inventory.podOf(container).map(Views::pod).orElse(PodSandbox.getDefaultInstance());
      tellEach(event, method, pod, goneView(container));
    }
  }

  /** What it executed is gone with its record. */
  private io.gantry.api.nri.v1alpha1.Container goneView(Container container) {
    return container.state() instanceof io.gantry.container.ContainerState.Removing
        ? Views.container(container, new ContainerLauncher.Program(List.of(), List.of()))
        : inventory.view(container);
  }

  // ---- asking

  private List<Plugin> wanting(Event event) {
    return plugins.isEmpty()
        ? List.of()
        : plugins.stream().filter(plugin -> plugin.wants(event)).toList();
  }

  /** Events whose answer says nothing; all of their questions have the same two fields. */
  private void tellEach(
      Event event,
      String method,
      PodSandbox pod,
      io.gantry.api.nri.v1alpha1.@Nullable Container container) {
    StateChangeEvent.Builder change = StateChangeEvent.newBuilder().setEvent(event).setPod(pod);
    CreateContainerRequest.Builder question = CreateContainerRequest.newBuilder().setPod(pod);
    if (container != null) {
      change.setContainer(container);
      question.setContainer(container);
    }
    for (Plugin plugin : wanting(event)) {
      try {
        plugin.ask(method, question.build(), Empty.parser(), settings.request());
      } catch (CallException e) {
        if (e.code() != CallException.UNIMPLEMENTED) {
          throw refused(plugin, method, e);
        }
        asked(plugin, "StateChange", change.build(), Empty.parser());
      } catch (IOException e) {
        drop(plugin, e);
      }
    }
  }

  /** The answer, or nothing from a plugin that was dropped or does not know the question. */
  private <A extends MessageLite> Optional<A> asked(
      Plugin plugin, String method, Message question, Parser<A> answer) {
    try {
      return Optional.of(plugin.ask(method, question, answer, settings.request()));
    } catch (CallException e) {
      if (e.code() == CallException.UNIMPLEMENTED) {
        return Optional.empty();
      }
      throw refused(plugin, method, e);
    } catch (IOException e) {
      drop(plugin, e);
      return Optional.empty();
    }
  }

  private static WrongStateException refused(Plugin plugin, String method, CallException e) {
    return new WrongStateException(
        new Subject("NRI plugin", plugin.title()),
        "NRI plugin " + plugin.title() + " refuses " + method + ": " + e.getMessage(),
        "see the plugin's own log",
        e);
  }

  private void drop(Plugin plugin, IOException cause) {
    log.warn("NRI plugin {} is dropped: {}", plugin.title(), cause.getMessage());
    plugins.remove(plugin);
    plugin.line().close();
  }

  /** What has happened cannot be refused any more. */
  private void tell(Runnable telling) {
    lock.lock();
    try {
      telling.run();
    } catch (GantryException e) {
      log.warn("{}", e.advice());
    } finally {
      lock.unlock();
    }
  }

  // ---- changing

  /**
   * Does what plugins want of containers that are there; the first failure is thrown at the end.
   */
  private void apply(List<ContainerUpdate> updates, List<ContainerEviction> evictions) {
    GantryException failure = null;
    for (ContainerUpdate update : updates) {
      try {
        apply(update);
      } catch (GantryException e) {
        if (update.getIgnoreFailure()) {
          log.info("update of an NRI plugin ignored: {}", e.advice());
        } else if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    evictions.forEach(this::evict);
    if (failure != null) {
      throw failure;
    }
  }

  private void apply(ContainerUpdate update) {
    Changes by = changes;
    if (by != null) {
      by.limit(update.getContainerId(), ResourceForms.limits(update.getLinux().getResources()));
    }
  }

  private void evict(ContainerEviction eviction) {
    Changes by = changes;
    if (by == null) {
      return;
    }
    String id = eviction.getContainerId();
    log.info("NRI plugin evicts container={}: {}", id, eviction.getReason());
    // It may be the one that is waited for by who asks.
    Thread.ofVirtual()
        .name("nri evict")
        .start(() -> {
          try {
            by.evict(id);
          } catch (GantryException e) {
            log.warn("eviction by an NRI plugin container={}: {}", id, e.advice());
          }
        });
  }

  private void applyOrLog(Merging merging) {
    try {
      apply(merging.updates(), merging.evictions());
    } catch (GantryException e) {
      log.warn("update by an NRI plugin: {}", e.advice());
    }
  }

  /** What a plugin wants without being asked; returns what could not be done. */
  List<ContainerUpdate> unasked(
      String plugin, List<ContainerUpdate> updates, List<ContainerEviction> evictions) {
    List<ContainerUpdate> failed = new ArrayList<>();
    for (ContainerUpdate update : updates) {
      try {
        Unserved.refuse(plugin, update.getLinux().getResources());
        apply(update);
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

  /** Lets all plugins go, and tells those who listen to it. */
  public void close() {
    List<Plugin> leaving;
    lock.lock();
    try {
      leaving = List.copyOf(plugins);
      plugins.clear();
    } finally {
      lock.unlock();
    }
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
