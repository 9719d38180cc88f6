package io.gantry.image;

import io.gantry.image.content.StoreLayout;
import io.gantry.image.error.ImageException;
import io.gantry.linux.FileCalls;

/** The image store on a disk. */
abstract class DiskImageStore implements ImageStore {

  static ImageStore open(ImageStoreSettings settings, FileCalls files) throws ImageException {
    new StoreLayout(settings.root()).create();
    if (files.hashCode() != 0) {
      throw new ImageException.Unsupported(settings.root().toString(), "not landed yet", "");
    }
    throw new ImageException.Unsupported(settings.root().toString(), "not landed yet", "");
  }
}
