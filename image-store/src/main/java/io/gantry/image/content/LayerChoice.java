package io.gantry.image.content;

import io.gantry.image.erofs.ImageMounter;

/**
 * How layers are kept.
 *
 * @param form of new ones; those that are there keep theirs
 * @param mounter of those that are images
 */
public record LayerChoice(LayerForm form, ImageMounter mounter) {

  /** For stores that never had an image. */
  public static final LayerChoice DIRECTORIES =
      new LayerChoice(LayerForm.DIRECTORY, ImageMounter.NONE);
}
