package io.gantry.daemon;

import io.gantry.image.snapshot.Snapshots;
import io.gantry.launch.MappedRoots;
import io.gantry.launch.ShiftedRoots;
import io.gantry.linux.Fd;
import io.gantry.linux.FileStatus;
import io.gantry.linux.Namespace;
import io.gantry.linux.NamespaceThread;
import io.gantry.linux.Syscalls;
import io.gantry.linux.mount.DetachedMounts;
import io.gantry.linux.mount.MappedOverlays;
import io.gantry.linux.mount.OverlayLayers;
import io.gantry.pod.IdRange;
import io.gantry.pod.UserMapping;
import io.gantry.pod.UserNamespaces;
import io.gantry.state.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out by trying whether pods can have user namespaces, and how the files of images become
 * theirs: it takes more than a kernel version.
 */
final class UserNamespaceProbe {

  private static final Logger log = LoggerFactory.getLogger(UserNamespaceProbe.class);

  private static final UserMapping MAPPING =
      new UserMapping(new IdRange(200_000, 65_536), new IdRange(300_000, 65_536));

  private final UserNamespaces users;
  private final DetachedMounts mounts;
  private final Syscalls calls;

  UserNamespaceProbe(UserNamespaces users, DetachedMounts mounts, Syscalls calls) {
    this.users = users;
    this.mounts = mounts;
    this.calls = calls;
  }

  /** Looks with a user namespace and an overlay of directories of its own. */
  private interface Attempt {
    void run(OverlayLayers layers, Fd namespace) throws IOException;
  }

  /**
   * The way that works, the best one first; {@link UserNamespaces} refuses pods when none does.
   *
   * @param wanted {@code mapped}, {@code shifted} or {@code auto}
   * @param root on the file system that writable layers will be on
   */
  MappedRoots choice(String wanted, Path root, Snapshots snapshots) throws IOException {
    Path place = root.resolve("users-probe");
    Set<String> failures = new LinkedHashSet<>();
    if (!wanted.equals("shifted")) {
      for (MappedOverlays.Layers layers : MappedOverlays.Layers.values()) {
        MappedOverlays overlays = new MappedOverlays(calls, mounts, layers);
        if (works(place, failures, (all, namespace) -> mapped(overlays, all, namespace))) {
          return MappedRoots.byMounts(overlays);
        }
      }
    }
    if (!wanted.equals("mapped") && works(place, failures, (all, _) -> shifted(all))) {
      log.info("files of images are given to the users of a pod one by one {}", failures);
      return new ShiftedRoots(mounts, calls, snapshots);
    }
    String all = String.join("; ", failures);
    users.refuse(all);
    log.info("no user namespaces for pods: {}", all);
    return MappedRoots.byMounts(new MappedOverlays(calls, mounts, MappedOverlays.Layers.DETACHED));
  }

  private boolean works(Path place, Set<String> failures, Attempt attempt) throws IOException {
    Trees.delete(place);
    try {
      Path lower = Files.createDirectories(place.resolve("lower"));
      Files.createFile(lower.resolve("file"));
      OverlayLayers layers =
          OverlayLayers.writable(
              List.of(lower),
              Files.createDirectory(place.resolve("upper")),
              Files.createDirectory(place.resolve("work")));
      Map<Namespace, Fd> made = users.make("probe", MAPPING);
      try {
        attempt.run(layers, Objects.requireNonNull(made.get(Namespace.USER)));
      } finally {
        made.values().forEach(Fd::close);
      }
      return true;
    } catch (IOException e) {
      failures.add(e.getMessage());
      return false;
    } finally {
      Trees.delete(place);
    }
  }

  private void mapped(MappedOverlays overlays, OverlayLayers layers, Fd namespace)
      throws IOException {
    try (Fd overlay = overlays.mount(layers, namespace, 0)) {
      requireOwner(calls.statx(overlay, "file"), MAPPING.rootUid(), MAPPING.rootGid());
      NamespaceThread.call(
          "users-probe",
          thread -> {
            thread.filesOf(MAPPING.rootUid(), MAPPING.rootGid());
            calls.mkdirat(overlay, "made", 0755);
            return true;
          });
      Path made = layers.writable().orElseThrow().upper().resolve("made");
      requireOwner(calls.statx(Fd.CWD, made.toString()), 0, 0);
    }
  }

  private void shifted(OverlayLayers layers) throws IOException {
    try (Fd overlay = mounts.overlay(layers.metadataOnly(), 0)) {
      ShiftedRoots.shift(calls, overlay, MAPPING);
      requireOwner(calls.statx(overlay, "file"), MAPPING.rootUid(), MAPPING.rootGid());
    }
  }

  private static void requireOwner(FileStatus file, int uid, int gid) throws IOException {
    if (file.uid() != uid || file.gid() != gid) {
      throw new IOException("owners of files are not mapped in an overlay");
    }
  }
}
