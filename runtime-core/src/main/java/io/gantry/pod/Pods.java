package io.gantry.pod;

import io.gantry.cni.Attachment;
import io.gantry.cni.NetworkException;
import io.gantry.error.AlreadyExistsException;
import io.gantry.error.GantryException;
import io.gantry.error.NotFoundException;
import io.gantry.error.WrongStateException;
import io.gantry.state.Operations;
import io.gantry.state.PhaseWatch;
import io.gantry.state.Table;
import java.io.IOException;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The pods of this node. */
public final class Pods implements PodService {

  private final Table<Pod> pods;
  private final PodKernel kernel;
  private final PodMembers members;
  private final PodTeardown teardown;
  private final PodListener listener;
  private final Clock clock;
  private final PhaseWatch watch;
  private final Operations<PodMetadata, PodId> making = new Operations<>();
  private final Operations<PodId, Boolean> ending = new Operations<>();
  private final Operations<PodId, Boolean> removing = new Operations<>();

  public Pods(
      Table<Pod> pods,
      PodKernel kernel,
      PodMembers members,
      Clock clock,
      PhaseWatch watch,
      PodListener listener) {
    this.listener = listener;
    this.watch = watch;
    this.pods = pods;
    this.kernel = kernel;
    this.members = members;
    this.teardown = new PodTeardown(pods, kernel, members, listener);
    this.clock = clock;
  }

  @Override
  public PodId run(PodSpec spec) {
    return making.join(spec.metadata(), () -> existing(spec).orElseGet(() -> make(spec)));
  }

  private Optional<PodId> existing(PodSpec spec) {
    return pods.values().stream()
        .filter(pod -> pod.spec().metadata().equals(spec.metadata()))
        .findFirst()
        .map(pod -> {
          if (pod.ready()) {
            return pod.id();
          }
          throw new AlreadyExistsException(
              pod.id().subject(),
              "pod " + spec.metadata() + " exists as " + pod.id().brief() + " and is stopped",
              "remove it with gantry rmp " + pod.id().brief() + ", or use another attempt");
        });
  }

  private PodId make(PodSpec spec) {
    Pod pod = new Pod(PodId.random(), spec, clock.instant(), null, null, new PodState.Creating());
    PhaseWatch.Phases phases = watch.begin("pod");
    String step = "choosing the network";
    try {
      pod = kernel.plan(pod);
      pods.insert(pod);
      phases.done("plan");
      step = "making the namespaces";
      kernel.makeNamespaces(pod);
      phases.done("namespaces");
      step = "attaching the network";
      pod = kernel.attach(pod);
      phases.done("network");
      step = "writing the files";
      kernel.writeFiles(pod);
      step = "asking plugins";
      listener.running(pod);
      PodId made = ready(pod);
      phases.done("files");
      phases.end();
      return made;
    } catch (IOException e) {
      throw teardown.undone(pod, Failures.of(pod.id(), step, e));
    } catch (GantryException e) {
      throw teardown.undone(pod, e);
    } catch (RuntimeException e) {
      throw teardown.undone(pod, Failures.unforeseen(pod.id(), step, e));
    }
  }

  /** A stop that came in between has moved the pod on: then it stays stopped. */
  private PodId ready(Pod made) {
    pods.update(
        made.id().value(),
        known ->
            known.state() instanceof PodState.Creating ? made.in(new PodState.Ready()) : known);
    return made.id();
  }

  @Override
  public void stop(String id) {
    known(id).ifPresent(pod -> ending.join(pod.id(), () -> stopped(pod.id())));
  }

  private boolean stopped(PodId id) {
    try {
      teardown.stop(id);
    } catch (NotFoundException e) {
      // Someone else's removal came first: there is nothing left to stop.
      if (pods.get(id.value()).isPresent()) {
        throw e;
      }
    }
    return true;
  }

  @Override
  public void remove(String id) {
    Optional<Pod> known = known(id);
    if (known.isEmpty()) {
      return;
    }
    PodId pod = known.get().id();
    stop(pod.value());
    removing.join(pod, () -> removed(pod));
  }

  private boolean removed(PodId id) {
    if (pods.get(id.value()).isPresent()) {
      teardown.remove(id);
    }
    return true;
  }

  /** A pod in the making is nobody's yet: its id has not been told to anyone. */
  private Optional<Pod> known(String id) {
    return pods.find(id).filter(pod -> !(pod.state() instanceof PodState.Creating));
  }

  @Override
  public void checkNetwork(String id) {
    Pod pod = pods.require(id);
    try {
      kernel.checkNetwork(pod);
    } catch (NetworkException e) {
      throw new WrongStateException(
          pod.id().subject(),
          String.valueOf(e.getMessage()),
          "make the pod again: what is missing is not put back",
          e);
    } catch (IOException e) {
      throw Failures.of(pod.id(), "opening the network namespace", e);
    }
  }

  @Override
  public Pod pod(String id) {
    return pods.require(id);
  }

  @Override
  public void resize(String id, PodResources change) {
    Pod pod = pods.require(id);
    listener.resizing(pod, change);
    listener.resized(pods.update(pod.id().value(), known -> known.sized(change)));
  }

  @Override
  public List<Pod> list(PodFilter filter) {
    return pods.values().stream()
        .filter(pod -> !(pod.state() instanceof PodState.Creating))
        .filter(filter::accepts)
        .sorted(Comparator.comparing(Pod::createdAt).reversed())
        .toList();
  }

  /** What the pods have of their networks now, by id; a pod in the making counts. */
  public Map<String, List<Attachment>> attachments() {
    return PodNetworking.attachments(pods.values().stream());
  }

  /**
   * After a restart: takes over what is there, finishes what was begun, undoes what was half made.
   * Called once, before anything else.
   *
   * @return what could not be brought in order, in words for the log
   */
  public List<String> recover() {
    return new PodRecovery(pods, kernel, members, teardown).run();
  }
}
