package io.gantry.container;

import io.gantry.error.BrokenException;
import io.gantry.error.GantryException;
import io.gantry.error.InvalidException;
import io.gantry.error.NotFoundException;
import io.gantry.error.Subject;
import io.gantry.error.WrongStateException;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.pod.Pod;
import io.gantry.pod.PodId;
import io.gantry.pod.PodMembers;
import io.gantry.shim.Attachment;
import io.gantry.shim.ProcessStream;
import io.gantry.state.KeyLocks;
import io.gantry.state.Operations;
import io.gantry.state.PhaseWatch;
import io.gantry.state.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** The containers of this node. */
public final class Containers implements ContainerService, PodMembers {

  private static final Executor VIRTUAL = task -> Thread.ofVirtual().name("pod end").start(task);

  /** How long a supervisor may take until a stream is there. */
  private static final Duration OPENING = Duration.ofSeconds(30);

  private record Name(PodId pod, ContainerMetadata metadata) {}

  private final Table<Container> containers;
  private final Table<Pod> pods;
  private final ContainerLauncher launcher;
  private final Clock clock;
  private final PhaseWatch watch;
  private final ContainerListener listener;
  private final LiveContainers live;
  private final ContainerEnding ending;
  private final Freezing freezing;
  private final Resizing resizing;

  /** Who has it, decides about a container's limits. */
  private final KeyLocks<ContainerId> limits = new KeyLocks<>();

  private final Operations<Name, ContainerId> making = new Operations<>();
  private final Operations<ContainerId, Boolean> starting = new Operations<>();

  public Containers(
      Table<Container> containers,
      Table<Pod> pods,
      ContainerLauncher launcher,
      Clock clock,
      PhaseWatch watch,
      ContainerListener listener) {
    this.watch = watch;
    this.containers = containers;
    this.pods = pods;
    this.launcher = launcher;
    this.clock = clock;
    this.listener = listener;
    this.live = new LiveContainers(containers, launcher, listener);
    this.freezing = new Freezing(containers, live);
    this.resizing = new Resizing(containers, live, launcher, limits);
    this.ending = new ContainerEnding(containers, live, launcher, clock, listener);
  }

  @Override
  public ContainerId create(String pod, ContainerSpec spec) {
    PodId owner = pods.require(pod).id();
    Name name = new Name(owner, spec.metadata());
    return making.join(name, () -> existing(name).orElseGet(() -> make(owner, spec)));
  }

  private Optional<ContainerId> existing(Name name) {
    return containers.values().stream()
        .filter(container -> !(container.state() instanceof ContainerState.Removing))
        .filter(container -> container.pod().equals(name.pod()))
        .filter(container -> container.spec().metadata().equals(name.metadata()))
        .map(Container::id)
        .findFirst();
  }

  private ContainerId make(PodId owner, ContainerSpec spec) {
    Pod pod = ready(owner);
    ContainerSpec asked = launcher.edited(spec);
    Container container =
        new Container(
            ContainerId.random(),
            owner,
            asked.resolved(launcher::image),
            launcher.image(asked.image()),
            clock.instant(),
            new ContainerState.Creating());
    Signals.number(container.stopSignal());
    launcher.check(asked.resources().limits());
    containers.insert(container);
    PhaseWatch.Phases phases = watch.begin("container");
    try {
      ContainerSpec changed = listener.creating(container, pod);
      if (!changed.equals(container.spec())) {
        launcher.check(changed.resources().limits());
        container = containers.update(container.id().value(), known -> known.of(changed));
        phases.done("plugins");
      }
      launcher.prepare(container, pod);
      phases.done("prepare");
      // The pod's removal looks for members after it has changed the pod's state: one of us sees
      // the other.
      ready(owner);
      listener.created(move(container.id(), new ContainerEvent.Prepared()));
      return container.id();
    } catch (IOException e) {
      throw undone(container, Failures.of(container.id(), "preparing", e));
    } catch (GantryException e) {
      throw undone(container, e);
    } catch (RuntimeException e) {
      throw undone(container, unforeseen(container.id(), "preparing", e));
    }
  }

  private <E extends GantryException> E undone(Container container, E cause) {
    try {
      ending.remove(container.id());
    } catch (GantryException e) {
      cause.addSuppressed(e);
    }
    return cause;
  }

  private Pod ready(PodId id) {
    Pod pod = pods.require(id.value());
    if (!pod.ready()) {
      throw new WrongStateException(
          id.subject(),
          "pod " + id.brief() + " (" + pod.spec().metadata() + ") is not ready",
          "run a new pod");
    }
    return pod;
  }

  private Container move(ContainerId id, ContainerEvent event) {
    return containers.update(id.value(), container -> Transitions.after(container, event));
  }

  @Override
  public void start(String id) {
    ContainerId container = containers.require(id).id();
    starting.join(container, () -> startedAlone(container));
  }

  private boolean startedAlone(ContainerId id) {
    announceStart(id);
    try (KeyLocks.Held _ = limits.hold(id)) {
      return started(id);
    } finally {
      containers.get(id.value()).ifPresent(this::announceOutcome);
    }
  }

  /** Not while its limits are held, here and below: who is told may change them. */
  private void announceStart(ContainerId id) {
    Container container = containers.require(id.value());
    ready(container.pod());
    if (container.state() instanceof ContainerState.Created) {
      listener.starting(container);
    }
  }

  private void announceOutcome(Container container) {
    switch (container.state()) {
      case ContainerState.Running _ -> listener.started(container);
      case ContainerState.Exited _ -> listener.stopped(container);
      case ContainerState.Creating _,
          ContainerState.Created _,
          ContainerState.Starting _,
          ContainerState.Removing _ -> {}
    }
  }

  private boolean started(ContainerId id) {
    Pod pod = ready(containers.require(id.value()).pod());
    PhaseWatch.Phases phases = watch.begin("container");
    Container container = move(id, new ContainerEvent.StartBegun());
    try {
      ContainerProcess process = launcher.launch(container, pod);
      phases.done("launch");
      ContainerEvent.Started started = process.awaitStarted();
      phases.done("execute");
      live.watch(id, process);
      move(id, started);
      phases.end();
      return true;
    } catch (StartException e) {
      throw startFailed(container, e.exitCode(), startError(container, e));
    } catch (IOException e) {
      throw startFailed(container, 128, Failures.of(id, "starting", e));
    } catch (GantryException e) {
      throw startFailed(container, 128, e);
    } catch (RuntimeException e) {
      // Nothing that anyone foresaw; the container must not be left half started all the same.
      throw startFailed(container, 128, unforeseen(id, "starting", e));
    }
  }

  private static BrokenException unforeseen(ContainerId id, String step, RuntimeException e) {
    return new BrokenException(
        id.subject(),
        step + " container " + id.brief() + " failed: " + e,
        "this is a fault of gantryd: please report it with its log",
        e);
  }

  private GantryException startFailed(Container container, int exitCode, GantryException cause) {
    try {
      move(
          container.id(),
          new ContainerEvent.StartFailed(clock.instant(), exitCode, cause.advice()));
    } catch (GantryException e) {
      cause.addSuppressed(e);
    } finally {
      live.clear(container);
    }
    return cause;
  }

  private static GantryException startError(Container container, StartException e) {
    String message =
        "starting container "
            + container.id().brief()
            + " of image "
            + container.spec().image()
            + " failed: "
            + e.getMessage();
    return switch (e.blame()) {
      case COMMAND ->
          new InvalidException(
              new Subject("command", container.spec().metadata().name()),
              message,
              "check the command and that the image has it, executable and for this machine",
              e);
      case PATH ->
          new InvalidException(
              container.id().subject(),
              message,
              "look at what the image, or a mount, has at that path and on the way there",
              e);
      case MACHINE ->
          new BrokenException(
              container.id().subject(),
              message,
              "the step, its object and the error of the kernel are named above",
              e);
    };
  }

  @Override
  public void stop(String id, Duration grace) {
    containers.find(id).ifPresent(container -> stop(container, grace));
  }

  private void stop(Container container, Duration grace) {
    starting.settle(container.id());
    int signal = Signals.number(container.stopSignal());
    freezing.broken(container.id(), () -> ending.stop(container, signal, grace));
  }

  @Override
  public void remove(String id) {
    Optional<Container> known = containers.find(id);
    if (known.isPresent()) {
      making.settle(new Name(known.get().pod(), known.get().spec().metadata()));
      stop(known.get(), Duration.ZERO);
      ending.remove(known.get().id());
    }
  }

  @Override
  public Container container(String id) {
    Container container = containers.require(id);
    if (container.state() instanceof ContainerState.Creating) {
      throw new NotFoundException(
          container.id().subject(),
          "container " + container.id().brief() + " is only being made",
          "ask again when it is created");
    }
    return container;
  }

  @Override
  public List<Container> list(ContainerFilter filter) {
    return containers.values().stream()
        .filter(container -> !(container.state() instanceof ContainerState.Creating))
        .filter(filter::accepts)
        .sorted(Comparator.comparing(Container::createdAt).reversed())
        .toList();
  }

  @Override
  public ExecOutcome execSync(String id, List<String> command, Duration timeout) {
    Container container = containers.require(id);
    ContainerProcess process = process(container);
    try {
      return process.exec(command, timeout);
    } catch (StartException e) {
      throw execFailed(container, command, e);
    } catch (IOException e) {
      throw Failures.of(container.id(), "executing " + command.getFirst(), e);
    }
  }

  @Override
  public Container running(String id) {
    Container container = containers.require(id);
    if (!(container.state() instanceof ContainerState.Running)) {
      throw notRunning(container);
    }
    return container;
  }

  @Override
  public ProcessStream exec(String id, ExecRequest request) {
    Container container = containers.require(id);
    ContainerProcess process = process(container);
    try {
      return process.stream(request, OPENING);
    } catch (StartException e) {
      throw execFailed(container, request.command(), e);
    } catch (IOException e) {
      throw Failures.of(container.id(), "executing " + request.command().getFirst(), e);
    }
  }

  @Override
  public ProcessStream attach(String id, boolean stdin) {
    Container container = containers.require(id);
    ContainerProcess process = process(container);
    ContainerSpec spec = container.spec();
    boolean input = stdin && (spec.stdin() || spec.tty());
    try {
      return process.attach(new Attachment(input, true, !spec.tty(), spec.stdinOnce()), OPENING);
    } catch (IOException e) {
      throw process.ended().isDone()
          ? notRunning(container)
          : Failures.of(container.id(), "attaching", e);
    }
  }

  private ContainerProcess process(Container container) {
    return live.find(container.id())
        .filter(_ -> container.state() instanceof ContainerState.Running)
        .orElseThrow(() -> notRunning(container))
        .process();
  }

  @Override
  public void reopenLog(String id) {
    Container container = containers.require(id);
    ContainerProcess process = process(container);
    String log = container.spec().logPath();
    if (log.isEmpty()) {
      return;
    }
    try {
      process.reopenLog(Path.of(log));
    } catch (IOException e) {
      throw process.ended().isDone() ? notRunning(container) : logNotReopened(container, e);
    }
  }

  @Override
  public void whileStill(String id, Work work) throws IOException {
    Container container = containers.require(id);
    starting.settle(container.id());
    freezing.during(container.id(), work);
  }

  @Override
  public void resize(String id, CgroupLimits change) {
    Container container = containers.require(id);
    resizing.change(container.id(), listener.resizing(container, change));
    containers.get(container.id().value()).ifPresent(listener::resized);
  }

  /** As {@link #resize}, without that anybody is told or asked. */
  public void limit(String id, CgroupLimits change) {
    resizing.change(containers.require(id).id(), change);
  }

  private static BrokenException logNotReopened(Container container, IOException e) {
    return new BrokenException(
        container.id().subject(),
        "reopening the log "
            + container.spec().logPath()
            + " of container "
            + container.id().brief()
            + " failed: "
            + e.getMessage(),
        "its output still goes to the old file; see that the directory is there and not full",
        e);
  }

  private static WrongStateException notRunning(Container container) {
    return new WrongStateException(
        container.id().subject(),
        "container " + container.id().brief() + " is not running",
        "see its state with gantry inspect " + container.id().brief());
  }

  private static GantryException execFailed(
      Container container, List<String> command, StartException e) {
    String message =
        "executing "
            + command.getFirst()
            + " in container "
            + container.id().brief()
            + " failed: "
            + e.getMessage();
    return e.blame() == StartException.Blame.MACHINE
        ? new BrokenException(container.id().subject(), message, "", e)
        : new InvalidException(
            new Subject("command", command.getFirst()), message, "check the command", e);
  }

  @Override
  public void killAll(PodId pod) {
    each(pod, container -> stop(container, Duration.ZERO));
  }

  @Override
  public List<Integer> running(PodId pod) {
    return containers.values().stream()
        .filter(container -> container.pod().equals(pod))
        .map(Container::state)
        .filter(ContainerState.Running.class::isInstance)
        .map(state -> ((ContainerState.Running) state).pid())
        .toList();
  }

  @Override
  public void removeAll(PodId pod) {
    each(pod, container -> remove(container.id().value()));
  }

  /** Does it to all containers of the pod at once; what fails is thrown when all are through. */
  private void each(PodId pod, Consumer<Container> action) {
    List<Container> members =
        containers.values().stream().filter(container -> container.pod().equals(pod)).toList();
    if (members.size() == 1) {
      action.accept(members.getFirst());
      return;
    }
    List<CompletableFuture<Void>> running = new ArrayList<>();
    members.forEach(
        member -> running.add(CompletableFuture.runAsync(() -> action.accept(member), VIRTUAL)));
    try {
      CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException failure ? failure : e;
    }
  }

  /**
   * After a restart: takes over what runs, learns what has ended, undoes what was half made. Called
   * once, before anything else.
   *
   * @return what could not be brought in order, in words for the log
   */
  public List<String> recover() {
    return new ContainerRecovery(containers, launcher, live, ending, clock).run();
  }
}
