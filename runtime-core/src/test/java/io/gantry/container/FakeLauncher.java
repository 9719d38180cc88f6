package io.gantry.container;

import io.gantry.error.InvalidException;
import io.gantry.error.NotFoundException;
import io.gantry.error.Subject;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.pod.Pod;
import io.gantry.shim.Attachment;
import io.gantry.shim.ProcessStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A launcher without a kernel: what it holds for a container is a line in a list. */
public final class FakeLauncher implements ContainerLauncher {

  /** What exists for containers now, as {@code prepared ID} and {@code running ID}. */
  final Set<String> things = ConcurrentHashMap.newKeySet();

  final List<Integer> signals = new CopyOnWriteArrayList<>();

  volatile @Nullable IOException failPrepare;
  volatile @Nullable IOException failLaunch;
  volatile @Nullable IOException failStart;
  volatile @Nullable IOException failReopen;
  volatile @Nullable IOException failFreeze;

  /** What happens before and after processes are frozen, and before they are let go. */
  volatile Runnable beforeFreeze = () -> {};

  volatile Runnable afterFreeze = () -> {};
  volatile Runnable beforeThaw = () -> {};
  volatile boolean ignoresSignals;
  volatile boolean survivesKill;
  volatile @Nullable CountDownLatch launchGate;

  final ConcurrentHashMap<ContainerId, FakeProcess> processes = new ConcurrentHashMap<>();

  @Override
  public ContainerSpec edited(ContainerSpec spec) {
    return spec;
  }

  @Override
  public ContainerSpec withDevices(ContainerSpec spec, Set<String> devices) {
    return spec;
  }

  @Override
  public Program program(Container container) {
    return new Program(container.spec().command(), container.spec().environment());
  }

  @Override
  public ImageUse image(String reference) {
    if (reference.equals("missing")) {
      throw new NotFoundException(new Subject("image", reference), "image is not here", "pull it");
    }
    return new ImageUse("sha256:1", reference + "@sha256:1", "");
  }

  @Override
  public void check(CgroupLimits limits) {
    if (limits.cpus().equals("99")) {
      throw new InvalidException(new Subject("field", "cpuset_cpus"), "no such CPU", "");
    }
  }

  @Override
  public void prepare(Container container, Pod pod) throws IOException {
    things.add("prepared " + container.id());
    fail(failPrepare);
  }

  private static void fail(@Nullable IOException failure) throws IOException {
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public ContainerProcess launch(Container container, Pod pod) throws IOException {
    things.add("running " + container.id());
    CountDownLatch gate = launchGate;
    if (gate != null) {
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
    fail(failLaunch);
    FakeProcess process = new FakeProcess();
    processes.put(container.id(), process);
    return process;
  }

  @Override
  public Optional<ContainerProcess> adopt(Container container) {
    return Optional.ofNullable(processes.get(container.id()));
  }

  @Override
  public void clear(Container container) {
    things.remove("running " + container.id());
  }

  @Override
  public void discard(Container container) {
    clear(container);
    things.remove("prepared " + container.id());
  }

  @Override
  public Set<String> sweep(Set<ContainerId> known) {
    return Set.of();
  }

  /** A process that ends when it is told to. */
  final class FakeProcess implements ContainerProcess {

    final CompletableFuture<ContainerEvent.Ended> end = new CompletableFuture<>();
    final List<List<String>> commands = new ArrayList<>();
    final List<Path> logs = new ArrayList<>();
    final List<CgroupLimits> limits = new ArrayList<>();
    long memoryInUse;
    @Nullable CgroupLimits refusedLimits;
    final List<Attachment> attachments = new ArrayList<>();

    @Override
    public ContainerEvent.Started awaitStarted() throws IOException {
      fail(failStart);
      return new ContainerEvent.Started(42, ContainerFixtures.THEN);
    }

    @Override
    public CompletableFuture<ContainerEvent.Ended> ended() {
      return end;
    }

    void exit(int code) {
      end.complete(
          new ContainerEvent.Ended(
              ContainerFixtures.THEN.plusSeconds(9), code, code == 0 ? "Completed" : "Error", ""));
    }

    @Override
    public void signal(int number) {
      signals.add(number);
      if (!ignoresSignals) {
        exit(128 + number);
      }
    }

    @Override
    public void kill() {
      signals.add(Signals.KILL);
      if (!survivesKill) {
        exit(128 + Signals.KILL);
      }
    }

    @Override
    public ExecOutcome exec(List<String> command, Duration timeout) throws IOException {
      if (command.getFirst().equals("nope")) {
        throw new StartException(
            "exec nope: ENOENT",
            StartException.NOT_FOUND,
            StartException.Blame.COMMAND,
            new IOException());
      }
      commands.add(command);
      return new ExecOutcome(new byte[0], new byte[0], 0, false);
    }

    @Override
    public long memoryInUse() {
      return memoryInUse;
    }

    @Override
    public void limit(CgroupLimits change) throws IOException {
      limits.add(change);
      if (change.equals(refusedLimits)) {
        throw new IOException("write cpu.max: EINVAL");
      }
    }

    @Override
    public ProcessStream stream(ExecRequest request, Duration opening) throws IOException {
      if (request.command().getFirst().equals("nope")) {
        throw new StartException(
            "exec nope: ENOENT",
            StartException.NOT_FOUND,
            StartException.Blame.COMMAND,
            new IOException());
      }
      commands.add(request.command());
      return new SilentStream();
    }

    @Override
    public ProcessStream attach(Attachment attachment, Duration opening) throws IOException {
      if (end.isDone()) {
        throw new IOException("attach: ESRCH");
      }
      attachments.add(attachment);
      return new SilentStream();
    }

    @Override
    public void freeze() throws IOException {
      beforeFreeze.run();
      things.add("frozen");
      fail(failFreeze);
      afterFreeze.run();
    }

    @Override
    public void thaw() {
      beforeThaw.run();
      things.remove("frozen");
    }

    @Override
    public void reopenLog(Path log) throws IOException {
      fail(failReopen);
      logs.add(log);
    }
  }
}
