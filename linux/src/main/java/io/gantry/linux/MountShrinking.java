package io.gantry.linux;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves in the calling thread's new mount namespace only the mounts on the way to given paths.
 * Clones of these are put together to a new root, and the old tree is dropped in one call: to
 * unmount one by one would cost a grace period each.
 */
final class MountShrinking {

  private static final Logger LOG = LoggerFactory.getLogger(MountShrinking.class);
  private static final Path ROOT = Path.of("/");
  private static final List<Path> ALWAYS =
      List.of(Path.of("/proc"), Path.of("/sys"), Path.of("/dev"));

  private final Syscalls linux;
  private final NamespaceView thread;

  MountShrinking(Syscalls linux, NamespaceView thread) {
    this.linux = linux;
    this.thread = thread;
  }

  /** The clone of a mount and the path, relative to the root, that it goes to. */
  private record Kept(String path, Fd copy) {}

  void run(List<Path> keep) throws IOException {
    linux.mountSetattr(Fd.CWD, "/", true, MountAttributes.propagating(MountFlags.MS_PRIVATE));
    List<Kept> kept = new ArrayList<>();
    try (Fd newRoot = linux.openTree(Fd.CWD, "/", MountFlags.OPEN_TREE_CLONE)) {
      for (Path point : mountPoints(keep)) {
        Fd copy = linux.openTree(Fd.CWD, point.toString(), MountFlags.OPEN_TREE_CLONE);
        kept.add(new Kept(ROOT.relativize(point).toString(), copy));
      }
      replaceRoot(newRoot, kept);
    } finally {
      kept.forEach(mount -> mount.copy().close());
    }
  }

  /** Those that a path to be kept goes through, outer ones first. */
  private static List<Path> mountPoints(List<Path> keep) throws IOException {
    List<Path> wanted = new ArrayList<>(ALWAYS);
    for (Path path : keep) {
      wanted.add(path.toRealPath());
    }
    return MountEntry.read(Path.of("/proc/thread-self/mountinfo")).stream()
        .map(MountEntry::mountPoint)
        .filter(point -> !point.equals(ROOT))
        .filter(point -> wanted.stream().anyMatch(path -> path.startsWith(point)))
        .distinct()
        .sorted(Comparator.comparingInt(Path::getNameCount))
        .toList();
  }

  private void replaceRoot(Fd newRoot, List<Kept> kept) throws SyscallException {
    linux.moveMount(newRoot, "", Fd.CWD, "/");
    for (Kept mount : kept) {
      linux.moveMount(mount.copy(), "", newRoot, mount.path());
    }
    thread.changeDirectory(newRoot.path());
    try {
      // With both arguments the same, the old root ends up on top of the new one (pivot_root(2)).
      thread.pivotRoot(Path.of("."), Path.of("."));
    } catch (SyscallException initialRamDisk) {
      LOG.warn(
          "container starts will copy all mounts of the host: {}", initialRamDisk.getMessage());
    }
    linux.umount2(".", MountFlags.MNT_DETACH);
    thread.changeDirectory(ROOT);
  }
}
