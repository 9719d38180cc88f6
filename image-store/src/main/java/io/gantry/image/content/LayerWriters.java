package io.gantry.image.content;

import io.gantry.image.erofs.ErofsUnpacker;
import io.gantry.image.erofs.ImageMounter;
import io.gantry.image.layer.DirectoryUnpacker;
import io.gantry.image.layer.LayerUnpacker;
import io.gantry.image.layer.Privileges;
import io.gantry.image.layer.UnpackLimits;
import io.gantry.linux.FileCalls;
import org.jspecify.annotations.Nullable;

/**
 * What writes layers, and what mounts those that are images.
 *
 * @param images null when new layers become directories
 */
public record LayerWriters(
    LayerPass directories, @Nullable LayerPass images, ImageMounter mounter) {

  /** Writers of new layers. */
  public static LayerWriters of(
      LayerChoice choice,
      FileCalls files,
      Privileges privileges,
      UnpackLimits limits,
      LayerPass.Manner manner) {
    LayerUnpacker directories = new DirectoryUnpacker(files, privileges, limits);
    LayerUnpacker images = new ErofsUnpacker(files, limits);
    return new LayerWriters(
        new LayerPass(directories, LayerForm.DIRECTORY, limits.maxBytes(), manner),
        choice.form() == LayerForm.EROFS
            ? new LayerPass(images, LayerForm.EROFS, limits.maxBytes(), manner)
            : null,
        choice.mounter());
  }
}
