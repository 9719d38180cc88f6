package io.gantry.launch;

import io.gantry.container.Container;
import io.gantry.container.ContainerState;
import io.gantry.error.BrokenException;
import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import io.gantry.linux.Fd;
import io.gantry.linux.Namespace;
import io.gantry.linux.ProcessCalls;
import io.gantry.linux.SyscallException;
import io.gantry.oci.ContainerNamespaces;
import io.gantry.oci.EtcFiles;
import io.gantry.pod.NamespaceMode;
import io.gantry.pod.NamespaceOptions;
import io.gantry.pod.Pod;
import io.gantry.pod.PodHolders;
import io.gantry.pod.PodNamespaces;
import io.gantry.pod.PodPaths;
import io.gantry.pod.UserMapping;
import io.gantry.state.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a container takes from its pod: namespaces, shared memory, files. Safe for use by many
 * threads.
 */
public final class PodParts {

  private static final long SHARED_MEMORY_BYTES = 64L << 20;
  private static final String SHARED_MEMORY = "/dev/shm";

  private final PodNamespaces namespaces;
  private final PodHolders holders;
  private final PodPaths paths;
  private final Table<Container> containers;
  private final ProcessCalls calls;

  public PodParts(
      PodNamespaces namespaces,
      PodHolders holders,
      PodPaths paths,
      Table<Container> containers,
      ProcessCalls calls) {
    this.namespaces = namespaces;
    this.holders = holders;
    this.paths = paths;
    this.containers = containers;
    this.calls = calls;
  }

  /**
   * The namespaces to join. Those of the pod are the pod's own; the process descriptor is closed
   * with this.
   *
   * @param process of the pod's holder or the target container; null for a process namespace of
   *     one's own or the machine's
   */
  record Joined(ContainerNamespaces namespaces, @Nullable Fd process) implements AutoCloseable {
    @Override
    public void close() {
      if (process != null) {
        process.close();
      }
    }
  }

  Joined join(Pod pod, Container container) throws IOException {
    Map<Namespace, Fd> own = namespaces.of(pod.id());
    if (!own.keySet().containsAll(PodNamespaces.kinds(pod.spec().namespaces()))) {
      throw new BrokenException(
          pod.id().subject(),
          "the namespaces of pod " + pod.id().brief() + " are not open",
          "stop and remove the pod");
    }
    Fd process = process(pod, container.spec().security().namespaces());
    return new Joined(
        new ContainerNamespaces(
            own.get(Namespace.NET),
            own.get(Namespace.IPC),
            own.get(Namespace.UTS),
            process,
            own.get(Namespace.USER)),
        process);
  }

  private @Nullable Fd process(Pod pod, NamespaceOptions options) throws IOException {
    return switch (options.pid()) {
      case POD -> holders.require(pod.id());
      case TARGET -> target(pod, options.targetContainer());
      case CONTAINER, NODE -> null;
    };
  }

  /** The state is looked at again with the process in hand: its pid may have become another's. */
  private Fd target(Pod pod, String id) throws SyscallException {
    Container container = containers.require(id);
    if (container.pod().equals(pod.id())
        && container.state() instanceof ContainerState.Running running) {
      Fd process = calls.pidfdOpen(running.pid());
      if (containers.require(container.id().value()).state().equals(running)) {
        return process;
      }
      process.close();
    }
    throw new InvalidException(
        new Subject("field", "namespace_options.target_id"),
        "namespace_options.target_id: container "
            + container.id().brief()
            + " is not running in this pod",
        "name a running container of the same pod");
  }

  /** The pod's own users; null when it has the machine's. */
  @Nullable PodUsers users(Pod pod) {
    Fd namespace = namespaces.of(pod.id()).get(Namespace.USER);
    UserMapping mapping = pod.spec().namespaces().users();
    return namespace == null || mapping == null ? null : new PodUsers(namespace, mapping);
  }

  /**
   * A clone of the pod's shared memory for the container to attach; null when it wants another or
   * the machine's.
   */
  @Nullable Fd sharedMemory(Pod pod, Container container) throws IOException {
    boolean own =
        container.spec().mounts().stream()
            .anyMatch(mount -> mount.containerPath().equals(SHARED_MEMORY));
    return own || pod.spec().namespaces().ipc() == NamespaceMode.NODE
        ? null
        : namespaces.sharedMemory(pod, SHARED_MEMORY_BYTES);
  }

  EtcFiles files(Pod pod) {
    return new EtcFiles(
        paths.hosts(pod.id()), paths.hostname(pod.id()), paths.resolvConf(pod.id()));
  }

  /**
   * Where the pod's own namespaces are pinned, in the mount namespace that the daemon keeps for
   * pins.
   */
  Map<Namespace, Path> pins(Pod pod) {
    return namespaces.of(pod.id()).keySet().stream()
        .collect(Collectors.toMap(kind -> kind, kind -> paths.pin(pod.id(), kind)));
  }

  /** The same as this process holds them open: the pins are hidden from everybody else. */
  Map<Namespace, Path> descriptors(Pod pod) {
    String directory = "/proc/" + calls.getpid() + "/fd/";
    return namespaces.of(pod.id()).entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey, entry -> Path.of(directory + entry.getValue().number())));
  }
}
