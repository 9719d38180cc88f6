package io.gantry.launch;

import io.gantry.error.Subject;
import io.gantry.error.UnsupportedException;
import io.gantry.image.snapshot.Snapshots;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import io.gantry.linux.mount.DetachedMounts;
import io.gantry.linux.mount.OverlayLayers;
import io.gantry.linux.mount.OwnerShift;
import io.gantry.pod.UserMapping;
import java.io.IOException;

/**
 * For kernels and file systems that cannot map the owners of layers: each file's owner is changed
 * in the container's writable layer, while its content stays in the image's. It costs an inode and
 * some microseconds per file of the image, once for a container.
 */
public final class ShiftedRoots implements MappedRoots {

  private final DetachedMounts mounts;
  private final FileCalls files;
  private final Snapshots snapshots;

  public ShiftedRoots(DetachedMounts mounts, FileCalls files, Snapshots snapshots) {
    this.mounts = mounts;
    this.files = files;
    this.snapshots = snapshots;
  }

  @Override
  public Fd root(String snapshot, OverlayLayers layers, PodUsers users) throws IOException {
    boolean fresh = snapshots.beginShift(snapshot, layers.lower());
    Fd overlay = mounts.overlay(layers.metadataOnly(), 0);
    try {
      if (fresh) {
        shift(files, overlay, users.mapping());
        snapshots.endShift(snapshot);
      }
      return overlay;
    } catch (IOException | RuntimeException failure) {
      overlay.close();
      throw failure;
    }
  }

  /** Gives all files of a mounted tree to the users of that mapping. */
  public static void shift(FileCalls files, Fd tree, UserMapping mapping) throws IOException {
    OwnerShift shift =
        new OwnerShift(
            mapping.uids().first(),
            mapping.uids().length(),
            mapping.gids().first(),
            mapping.gids().length());
    try (Fd listing = files.openat(tree, ".", FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0)) {
      shift.apply(files, listing);
    }
  }

  @Override
  public void adopt(Fd directory, PodUsers users) throws IOException {
    shift(files, directory, users.mapping());
  }

  @Override
  public boolean mapsMounts() {
    return false;
  }

  @Override
  public Fd volume(OverlayLayers layers, PodUsers users) {
    throw new UnsupportedException(
        new Subject("mount", "image volume"),
        "mounts: an image volume in a pod with a user namespace: this machine cannot show an image"
            + " with mapped owners",
        "run the pod with hostUsers: true, or on a node with Linux 5.19 and a file system that maps"
            + " owners below the image store");
  }
}
