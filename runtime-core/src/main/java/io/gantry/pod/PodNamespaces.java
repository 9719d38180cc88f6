package io.gantry.pod;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.MountFlags;
import io.gantry.linux.Namespace;
import io.gantry.linux.NamespaceView;
import io.gantry.linux.SmallMounts;
import io.gantry.linux.SyscallException;
import io.gantry.linux.Syscalls;
import io.gantry.linux.netlink.LinkMeters;
import io.gantry.state.Operations;
import io.gantry.state.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The namespaces of pods without any process inside: each is pinned by a bind mount in a mount
 * namespace of Gantry's own, so that it outlives the daemon, and held open by the daemon, so that
 * entering it costs no path lookup. Safe for use by many threads, with one operation per pod at a
 * time.
 */
public final class PodNamespaces {

  private static final Path SYSCTLS = Path.of("/proc/sys");

  private final PodPaths paths;
  private final SmallMounts pins;
  private final UserNamespaces users;
  private final Syscalls calls;
  private final ConcurrentHashMap<PodId, Map<Namespace, Fd>> open = new ConcurrentHashMap<>();
  private final Set<PodId> withSharedMemory = ConcurrentHashMap.newKeySet();
  private final Operations<PodId, Boolean> mounting = new Operations<>();
  private final PodLinks links;
  private final PodSockets sockets = new PodSockets();

  public PodNamespaces(PodPaths paths, SmallMounts pins, UserNamespaces users, Syscalls calls) {
    this.paths = paths;
    this.pins = pins;
    this.users = users;
    this.calls = calls;
    this.links = new PodLinks(pod -> of(pod).get(Namespace.NET), new LinkMeters(calls));
  }

  /** The traffic of the pods that have a network of their own. */
  public PodLinks links() {
    return links;
  }

  /** Sockets that end with the pod they were made for. */
  PodSockets sockets() {
    return sockets;
  }

  /**
   * Which namespaces a pod has of its own; the host name goes with the network, as the orchestrator
   * expects.
   */
  public static Set<Namespace> kinds(NamespaceOptions options) {
    EnumSet<Namespace> kinds = EnumSet.noneOf(Namespace.class);
    if (options.network() != NamespaceMode.NODE) {
      kinds.add(Namespace.NET);
      kinds.add(Namespace.UTS);
    }
    if (options.ipc() != NamespaceMode.NODE) {
      kinds.add(Namespace.IPC);
    }
    if (options.users() != null) {
      kinds.add(Namespace.USER);
    }
    return kinds;
  }

  /**
   * Makes and pins the pod's namespaces, with host name and sysctls set.
   *
   * @throws SyscallException naming the step
   */
  void make(Pod pod, String hostname, SortedMap<String, String> sysctls) throws IOException {
    Set<Namespace> kinds = kinds(pod.spec().namespaces());
    if (kinds.isEmpty()) {
      return;
    }
    Files.createDirectories(paths.directory(pod.id()));
    open.put(
        pod.id(),
        pins.call(
            "pod " + pod.id().brief(),
            thread -> {
              UserMapping mapping = pod.spec().namespaces().users();
              if (mapping != null) {
                return makeMapped(thread, pod.id(), mapping, hostname, sysctls);
              }
              thread.unshare(kinds.toArray(Namespace[]::new));
              if (kinds.contains(Namespace.UTS)) {
                thread.hostname(hostname);
              }
              set(sysctls);
              return pin(thread, pod.id(), kinds);
            }));
  }

  private Map<Namespace, Fd> makeMapped(
      NamespaceView thread,
      PodId pod,
      UserMapping mapping,
      String hostname,
      SortedMap<String, String> sysctls)
      throws IOException {
    Map<Namespace, Fd> made = users.make(pod.value(), mapping);
    try {
      for (Map.Entry<Namespace, Fd> namespace : made.entrySet()) {
        if (namespace.getKey() != Namespace.USER) {
          thread.enter(namespace.getValue(), namespace.getKey());
        }
        SmallMounts.pin(namespace.getValue(), paths.pin(pod, namespace.getKey()));
      }
      thread.hostname(hostname);
      set(sysctls);
      return made;
    } catch (IOException | RuntimeException e) {
      made.values().forEach(Fd::close);
      throw e;
    }
  }

  private static void set(SortedMap<String, String> sysctls) throws IOException {
    for (Map.Entry<String, String> sysctl : sysctls.entrySet()) {
      Path file = SYSCTLS.resolve(sysctl.getKey().replace('.', '/'));
      try {
        Files.writeString(file, sysctl.getValue());
      } catch (IOException e) {
        throw new IOException(
            "setting sysctl " + sysctl.getKey() + "=" + sysctl.getValue() + ": " + e, e);
      }
    }
  }

  private Map<Namespace, Fd> pin(NamespaceView thread, PodId pod, Set<Namespace> kinds)
      throws IOException {
    Map<Namespace, Fd> made = new EnumMap<>(Namespace.class);
    try {
      for (Namespace kind : kinds) {
        SmallMounts.pin(thread, kind, paths.pin(pod, kind));
        made.put(kind, thread.current(kind));
      }
      return made;
    } catch (IOException e) {
      made.values().forEach(Fd::close);
      throw e;
    }
  }

  /**
   * The pod's namespaces, open; belongs to this object. Empty for a pod that uses the machine's.
   */
  public Map<Namespace, Fd> of(PodId pod) {
    return open.getOrDefault(pod, Map.of());
  }

  /**
   * A descriptor of the caller's own for one of the pod's namespaces: a pod that is stopped
   * meanwhile gives its own back, and another's may get the number. Null where there is none.
   */
  @Nullable Fd borrow(PodId pod, Namespace kind) throws IOException {
    AtomicReference<Fd> borrowed = new AtomicReference<>();
    AtomicReference<IOException> failure = new AtomicReference<>();
    open.computeIfPresent(
        pod,
        (id, namespaces) -> {
          Fd own = namespaces.get(kind);
          try {
            if (own != null) {
              borrowed.set(calls.open(own.path(), 0, 0));
            }
          } catch (IOException e) {
            failure.set(e);
          }
          return namespaces;
        });
    IOException failed = failure.get();
    if (failed != null) {
      throw failed;
    }
    return borrowed.get();
  }

  /**
   * Opens the pins that an earlier daemon made.
   *
   * @return whether all the pod's namespaces are still there
   */
  boolean reopen(Pod pod) throws SyscallException {
    Map<Namespace, Fd> found = new EnumMap<>(Namespace.class);
    try {
      for (Namespace kind : kinds(pod.spec().namespaces())) {
        found.put(kind, pins.openPin(paths.pin(pod.id(), kind)));
      }
      open.put(pod.id(), found);
      return true;
    } catch (SyscallException e) {
      found.values().forEach(Fd::close);
      if (e.is(Errno.ENOENT)) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Pins the namespaces of a pod again that processes of it are still in.
   *
   * @return whether there was such a process
   * @throws IOException when the processes are in different ones
   */
  boolean regain(Pod pod, List<Integer> inside) throws IOException {
    Optional<Map<Namespace, Fd>> found =
        new InhabitedNamespaces(calls).of(kinds(pod.spec().namespaces()), inside);
    if (found.isEmpty()) {
      return false;
    }
    Map<Namespace, Fd> namespaces = found.get();
    try {
      requireNobodyElses(namespaces);
      Files.createDirectories(paths.directory(pod.id()));
      pins.call(
          "pod " + pod.id().brief(),
          thread -> {
            for (Map.Entry<Namespace, Fd> namespace : namespaces.entrySet()) {
              Path file = paths.pin(pod.id(), namespace.getKey());
              SmallMounts.unpin(file);
              SmallMounts.pin(namespace.getValue(), file);
            }
            return true;
          });
    } catch (IOException | RuntimeException e) {
      namespaces.values().forEach(Fd::close);
      throw e;
    }
    open.put(pod.id(), namespaces);
    return true;
  }

  /** A privileged container may have put its first process into another pod. */
  private void requireNobodyElses(Map<Namespace, Fd> namespaces) throws IOException {
    Set<Path> names = new HashSet<>();
    for (Fd namespace : namespaces.values()) {
      names.add(InhabitedNamespaces.name(namespace));
    }
    for (Map.Entry<PodId, Map<Namespace, Fd>> other : open.entrySet()) {
      for (Fd namespace : other.getValue().values()) {
        Path name = InhabitedNamespaces.name(namespace);
        if (names.contains(name)) {
          throw new IOException(
              "its processes are in %s of pod %s".formatted(name, other.getKey().brief()));
        }
      }
    }
  }

  /**
   * A clone of the pod's shared memory file system, which the first caller makes; the caller closes
   * it.
   *
   * @param bytes size of the file system when this call makes it
   */
  public Fd sharedMemory(Pod owner, long bytes) throws IOException {
    PodId pod = owner.id();
    Path shm = paths.shm(pod);
    if (!withSharedMemory.contains(pod)) {
      try {
        mounting.join(pod, () -> mountSharedMemory(owner, shm, bytes));
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }
    return pins.call(
        "shm " + pod.brief(),
        thread -> calls.openTree(Fd.CWD, shm.toString(), MountFlags.OPEN_TREE_CLONE));
  }

  private boolean mountSharedMemory(Pod owner, Path shm, long bytes) {
    PodId pod = owner.id();
    UserMapping users = owner.spec().namespaces().users();
    String root =
        users == null ? "" : ",uid=%s,gid=%s".formatted(users.uids().first(), users.gids().first());
    try {
      Files.createDirectories(shm);
      pins.call(
          "mount shm " + pod.brief(),
          thread -> {
            if (!isMounted(shm)) {
              calls.mount(
                  "shm",
                  shm.toString(),
                  "tmpfs",
                  MountFlags.MS_NOSUID | MountFlags.MS_NODEV | MountFlags.MS_NOEXEC,
                  "mode=1777,size=" + bytes + root);
            }
            return true;
          });
      return withSharedMemory.add(pod);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isMounted(Path directory) throws IOException {
    Path above = Objects.requireNonNull(directory.getParent());
    try (Fd inside = calls.open(directory, FileFlags.O_PATH, 0);
        Fd outside = calls.open(above, FileFlags.O_PATH, 0)) {
      return calls.statx(inside, "").mountId() != calls.statx(outside, "").mountId();
    }
  }

  /**
   * Lets go of everything pinned for the pod and removes its directory; gone before is fine.
   * Deleting a mount point takes the mount along in whatever namespace it is (Linux 3.18), so no
   * thread has to go there.
   */
  void drop(PodId pod) throws IOException {
    Map<Namespace, Fd> closing = open.remove(pod);
    links.close(pod);
    sockets.close(pod);
    if (closing != null) {
      closing.values().forEach(Fd::close);
    }
    withSharedMemory.remove(pod);
    Trees.delete(paths.directory(pod));
  }

  /** The pods that have a directory here, whether anyone knows them or not. */
  Set<String> directories() throws IOException {
    Set<String> names = new TreeSet<>();
    Files.createDirectories(paths.root());
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(paths.root())) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    }
    return names;
  }
}
