package io.gantry.image;

import io.gantry.image.error.ImageException;
import io.gantry.image.reference.ImageReference;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * Images about to leave as one archive: the tar of an OCI layout that {@code docker load} reads
 * too. One thread.
 */
public interface ImageExport extends AutoCloseable {

  /**
   * What is to leave.
   *
   * @param names that the image is to have in the archive; may be empty
   */
  record Wanted(Image image, List<ImageReference> names) {
    public Wanted {
      names = List.copyOf(names);
    }
  }

  /** What the archive says of each image, in the order in which they were asked for. */
  List<DepartedImage> images();

  /** Bytes of all layers in the archive, which is a little larger. */
  long layerBytes();

  /**
   * Writes the archive. Interrupting stops it.
   *
   * @param out stays open
   * @throws ImageException when the store is at fault
   * @throws IOException when {@code out} is
   */
  void writeTo(OutputStream out) throws IOException;

  /** Lets go of the images. */
  @Override
  void close();
}
