package io.gantry.image.content;

import io.gantry.image.erofs.ImageMounter;
import io.gantry.linux.Fd;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The mounts of layers that are images: each made at the first need and kept while the layer is
 * here, so that all containers share what the kernel has read of it. In no mount table: whatever
 * happens to the daemon, nothing is left to unmount. Safe for all threads.
 */
final class LayerMounts implements AutoCloseable {

  private final ImageMounter mounter;
  private final ConcurrentHashMap<Path, Fd> mounted = new ConcurrentHashMap<>();

  LayerMounts(ImageMounter mounter) {
    this.mounter = mounter;
  }

  /** The image's root directory, for this process, until {@link #drop}. May wait for the disk. */
  Path of(Path image) throws IOException {
    Fd known = mounted.get(image);
    if (known != null) {
      return known.path();
    }
    Fd made = mounter.mount(image);
    Fd earlier = mounted.putIfAbsent(image, made);
    if (earlier != null) {
      made.close();
      return earlier.path();
    }
    return made.path();
  }

  /** Lets go of a mount; who has mounted something over it keeps it. */
  void drop(Path image) {
    Fd mount = mounted.remove(image);
    if (mount != null) {
      mount.close();
    }
  }

  @Override
  public void close() {
    mounted.keySet().forEach(this::drop);
  }
}
