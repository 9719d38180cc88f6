package io.gantry.daemon;

import io.gantry.image.content.LayerChoice;
import io.gantry.image.content.LayerForm;
import io.gantry.image.erofs.ErofsProbe;
import io.gantry.linux.Fd;
import io.gantry.linux.Syscalls;
import io.gantry.linux.mount.DetachedMounts;
import io.gantry.linux.mount.OverlayLayers;
import io.gantry.state.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses how layers are kept, by the configuration and by what the kernel shows of an image. */
final class LayerForms {

  private static final Logger log = LoggerFactory.getLogger(LayerForms.class);

  private final Syscalls calls;
  private final DetachedMounts mounts;

  LayerForms(Syscalls calls, DetachedMounts mounts) {
    this.calls = calls;
    this.mounts = mounts;
  }

  /**
   * The choice.
   *
   * @param wanted {@code directory}, {@code erofs} or {@code auto}
   * @param root on the file system that the images will be on
   * @throws IOException when the kernel cannot do what is wanted
   */
  LayerChoice choice(String wanted, Path root) throws IOException {
    if (wanted.equals("directory")) {
      return new LayerChoice(LayerForm.DIRECTORY, mounts::erofs);
    }
    try {
      probe(root.resolve("erofs-probe"));
      return new LayerChoice(LayerForm.EROFS, mounts::erofs);
    } catch (IOException e) {
      if (wanted.equals("erofs")) {
        throw new IOException(
            "image.layer_form is \"erofs\", but this kernel cannot show layers so ("
                + e.getMessage()
                + "); it takes Linux 6.15 with EROFS images from files, and with their extended"
                + " attributes; choose \"directory\"",
            e);
      }
      log.info("layers become directories, the kernel cannot show images: {}", e.getMessage());
      return new LayerChoice(LayerForm.DIRECTORY, mounts::erofs);
    }
  }

  /** All that a container does with an image: that one can be mounted does not tell much. */
  private void probe(Path place) throws IOException {
    Trees.delete(place);
    try {
      Path below = place.resolve("below");
      Files.createDirectories(below.resolve(ErofsProbe.HIDING).resolve("hidden"));
      Path upper = Files.createDirectory(place.resolve("upper"));
      Path work = Files.createDirectory(place.resolve("work"));
      Path image = place.resolve("image");
      ErofsProbe.write(calls, image);
      try (Fd mounted = mounts.erofs(image);
          Fd overlay =
              mounts.overlay(
                  OverlayLayers.writable(List.of(mounted.path(), below), upper, work), 0)) {
        ErofsProbe.check(calls, overlay);
      }
    } finally {
      Trees.delete(place);
    }
  }
}
