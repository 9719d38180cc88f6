package io.gantry.image;

import io.gantry.image.archive.LayoutTar;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** An export of packed images. */
final class LayoutExport implements ImageExport {

  private final List<LayoutTar.Named> images;
  private final Runnable whenClosed;

  LayoutExport(List<LayoutTar.Named> images, Runnable whenClosed) {
    this.images = List.copyOf(images);
    this.whenClosed = whenClosed;
  }

  @Override
  public List<DepartedImage> images() {
    return images.stream().map(named -> DepartedImage.of(named.image(), named.names())).toList();
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    LayoutTar.write(images, out);
  }

  @Override
  public void close() {
    whenClosed.run();
  }
}
