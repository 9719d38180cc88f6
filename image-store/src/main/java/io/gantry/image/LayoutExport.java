package io.gantry.image;

import io.gantry.image.archive.LayoutTar;
import io.gantry.image.error.ImageException;
import io.gantry.image.outgoing.OutgoingLayer;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** An export of packed images. */
final class LayoutExport implements ImageExport {

  private final List<LayoutTar.Named> images;
  private final WorkReport report;
  private final Runnable whenClosed;

  /**
   * @param report of work that ends with this
   */
  LayoutExport(List<LayoutTar.Named> images, WorkReport report, Runnable whenClosed) {
    this.images = List.copyOf(images);
    this.report = report;
    this.whenClosed = whenClosed;
  }

  @Override
  public List<DepartedImage> images() {
    return images.stream().map(named -> DepartedImage.of(named.image(), named.names())).toList();
  }

  @Override
  public long layerBytes() {
    return images.stream()
        .flatMap(named -> named.image().layers().stream())
        .map(OutgoingLayer::blob)
        .distinct()
        .mapToLong(blob -> blob.size())
        .sum();
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    try {
      Counted counted = new Counted(out);
      LayoutTar.write(images, counted);
      report.fact("bytes", counted.bytes).succeeded();
    } catch (ImageException e) {
      report.failed(e);
      throw e;
    } catch (IOException e) {
      report.failed(new ImageException.Cancelled("export", "nobody takes it: " + e.getMessage()));
      throw e;
    } catch (RuntimeException | Error e) {
      report.broken();
      throw e;
    }
  }

  private static final class Counted extends FilterOutputStream {
    private long bytes;

    Counted(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      bytes++;
    }

    @Override
    public void write(byte[] content, int offset, int length) throws IOException {
      out.write(content, offset, length);
      bytes += length;
    }
  }

  @Override
  public void close() {
    if (!report.isOver()) {
      report.failed(new ImageException.Cancelled("export", "nobody took it"));
    }
    whenClosed.run();
  }
}
