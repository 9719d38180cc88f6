package io.gantry.daemon;

import io.gantry.linux.Fd;
import io.gantry.linux.FileStatus;
import io.gantry.linux.Namespace;
import io.gantry.linux.NamespaceThread;
import io.gantry.linux.Syscalls;
import io.gantry.linux.mount.DetachedMounts;
import io.gantry.linux.mount.OverlayLayers;
import io.gantry.pod.IdRange;
import io.gantry.pod.UserMapping;
import io.gantry.pod.UserNamespaces;
import io.gantry.state.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out by trying whether pods can have user namespaces: it takes more than a kernel version.
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

  /**
   * Tries, and lets {@link UserNamespaces} refuse pods when it does not work.
   *
   * @param root on the file system that writable layers will be on
   */
  void run(Path root) throws IOException {
    Path place = root.resolve("users-probe");
    Trees.delete(place);
    try {
      Files.createDirectories(place);
      attempt(place);
    } catch (IOException e) {
      users.refuse(e.getMessage() + "; it takes Linux 6.15, and ids to map");
      log.info("no user namespaces for pods: {}", e.getMessage());
    } finally {
      Trees.delete(place);
    }
  }

  private static void requireOwner(FileStatus file, int uid, int gid) throws IOException {
    if (file.uid() != uid || file.gid() != gid) {
      throw new IOException("owners of files are not mapped in an overlay");
    }
  }

  private void attempt(Path place) throws IOException {
    Path lower = Files.createDirectory(place.resolve("lower"));
    Files.createFile(lower.resolve("file"));
    Path upper = Files.createDirectory(place.resolve("upper"));
    Path work = Files.createDirectory(place.resolve("work"));
    Map<Namespace, Fd> made = users.make("probe", MAPPING);
    try (Fd overlay =
        mounts.mappedOverlay(
            OverlayLayers.writable(List.of(lower), upper, work),
            Objects.requireNonNull(made.get(Namespace.USER)),
            0)) {
      requireOwner(calls.statx(overlay, "file"), MAPPING.rootUid(), MAPPING.rootGid());
      NamespaceThread.call(
          "users-probe",
          thread -> {
            thread.filesOf(MAPPING.rootUid(), MAPPING.rootGid());
            calls.mkdirat(overlay, "made", 0755);
            return true;
          });
      requireOwner(calls.statx(Fd.CWD, upper.resolve("made").toString()), 0, 0);
    } finally {
      made.values().forEach(Fd::close);
    }
  }
}
