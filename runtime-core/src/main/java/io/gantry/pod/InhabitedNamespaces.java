package io.gantry.pod;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.Namespace;
import io.gantry.linux.SyscallException;
import io.gantry.linux.Syscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds a pod's namespaces where they are when nothing pins them: at the processes in them. */
final class InhabitedNamespaces {

  private final Syscalls calls;

  InhabitedNamespaces(Syscalls calls) {
    this.calls = calls;
  }

  /**
   * The namespaces that these processes are in; those that have ended count for nothing.
   *
   * @return open descriptors, which belong to the caller; nothing when no process is left
   * @throws IOException when two of them, or one and the machine, contradict each other: a
   *     privileged container may have moved its first process
   */
  Optional<Map<Namespace, Fd>> of(Set<Namespace> kinds, List<Integer> pids) throws IOException {
    Map<Namespace, Fd> found = null;
    try {
      for (int pid : pids) {
        Map<Namespace, Fd> one = of(kinds, pid);
        if (one == null) {
          continue;
        }
        if (found == null) {
          found = one;
          requireOwn(found, pid);
        } else {
          requireSame(found, one, pid);
        }
      }
      return Optional.ofNullable(found);
    } catch (IOException e) {
      close(found);
      throw e;
    }
  }

  private @Nullable Map<Namespace, Fd> of(Set<Namespace> kinds, int pid) throws IOException {
    Map<Namespace, Fd> found = new EnumMap<>(Namespace.class);
    try (Fd process = calls.pidfdOpen(pid)) {
      for (Namespace kind : kinds) {
        Path file = Path.of("/proc/" + pid + "/ns/" + kind.file());
        found.put(kind, calls.open(file, FileFlags.O_RDONLY, 0));
      }
      if (!calls.pollIn(process, 0)) {
        return found;
      }
    } catch (SyscallException e) {
      close(found);
      if (e.is(Errno.ESRCH) || e.is(Errno.EINVAL) || e.is(Errno.ENOENT)) {
        return null;
      }
      throw e;
    }
    close(found);
    return null;
  }

  private static void requireOwn(Map<Namespace, Fd> found, int pid) throws IOException {
    for (Map.Entry<Namespace, Fd> entry : found.entrySet()) {
      Path machines = Path.of("/proc/self/ns/" + entry.getKey().file());
      if (name(entry.getValue()).equals(Files.readSymbolicLink(machines))) {
        throw new IOException(
            "process %d is in the machine's %s namespace and not in its pod's"
                .formatted(pid, entry.getKey().file()));
      }
    }
  }

  private static void requireSame(Map<Namespace, Fd> found, Map<Namespace, Fd> other, int pid)
      throws IOException {
    try {
      for (Map.Entry<Namespace, Fd> entry : found.entrySet()) {
        Fd theirs = Objects.requireNonNull(other.get(entry.getKey()));
        if (!name(theirs).equals(name(entry.getValue()))) {
          throw new IOException(
              "process %d is in another %s namespace than the pod's other containers"
                  .formatted(pid, entry.getKey().file()));
        }
      }
    } finally {
      close(other);
    }
  }

  /** Its kind and number, such as {@code net:[4026532000]}. */
  static Path name(Fd namespace) throws IOException {
    return Files.readSymbolicLink(namespace.path());
  }

  private static void close(@Nullable Map<Namespace, Fd> namespaces) {
    if (namespaces != null) {
      namespaces.values().forEach(Fd::close);
    }
  }
}
