package io.gantry.image.content;

import io.gantry.image.erofs.ImageMounter;
import io.gantry.linux.Fd;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The mounts of layers that are images: each made at the first need and kept while the layer is
 * here, so that all containers share what the kernel has read of it. In no mount table: whatever
 * happens to the daemon, nothing is left to unmount. Safe for all threads.
 */
final class LayerMounts implements AutoCloseable {

  private final ImageMounter mounter;
  private final Map<Path, Fd> mounted = new HashMap<>();

  LayerMounts(ImageMounter mounter) {
    this.mounter = mounter;
  }

  /** The image's root directory, for this process, until {@link #drop}. */
  synchronized Path of(Path image) throws IOException {
    Fd mount = mounted.get(image);
    if (mount == null) {
      mount = mounter.mount(image);
      mounted.put(image, mount);
    }
    return mount.path();
  }

  /** Lets go of a mount; who has mounted something over it keeps it. */
  synchronized void drop(Path image) {
    Fd mount = mounted.remove(image);
    if (mount != null) {
      mount.close();
    }
  }

  @Override
  public synchronized void close() {
    mounted.values().forEach(Fd::close);
    mounted.clear();
  }
}
