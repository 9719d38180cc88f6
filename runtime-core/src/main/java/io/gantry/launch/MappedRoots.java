package io.gantry.launch;

import io.gantry.linux.Fd;
import io.gantry.linux.mount.MappedOverlays;
import io.gantry.linux.mount.OverlayLayers;
import java.io.IOException;

/**
 * Makes the files of images belong to the users of a pod that has its own, in the way that the
 * machine can.
 */
public interface MappedRoots {

  /**
   * A container's root file system.
   *
   * @param snapshot the id of its writable layer, which is prepared
   */
  Fd root(String snapshot, OverlayLayers layers, PodUsers users) throws IOException;

  /** The files of an image, to be read. */
  Fd volume(OverlayLayers layers, PodUsers users) throws IOException;

  /**
   * Prepares files that a container is to have beside its root file system.
   *
   * @param directory on disk, with the owners from inside
   */
  void adopt(Fd directory, PodUsers users) throws IOException;

  /** Whether mounts of such files are to be mapped. */
  boolean mapsMounts();

  /** Layers that the kernel shows with other owners. */
  static MappedRoots byMounts(MappedOverlays overlays) {
    return new MappedRoots() {
      @Override
      public Fd root(String snapshot, OverlayLayers layers, PodUsers users) throws IOException {
        return overlays.mount(layers, users.namespace(), 0);
      }

      @Override
      public Fd volume(OverlayLayers layers, PodUsers users) throws IOException {
        return overlays.mount(layers, users.namespace(), 0);
      }

      @Override
      public void adopt(Fd directory, PodUsers users) {}

      @Override
      public boolean mapsMounts() {
        return true;
      }
    };
  }
}
