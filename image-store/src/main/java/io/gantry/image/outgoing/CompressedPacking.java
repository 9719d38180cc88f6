package io.gantry.image.outgoing;

import io.gantry.image.content.LayerStore;
import io.gantry.image.content.StoreLayout;
import io.gantry.image.error.ImageException;
import io.gantry.image.layer.LayerTar;
import io.gantry.image.layer.Privileges;
import io.gantry.image.manifest.Descriptor;
import io.gantry.image.manifest.MediaTypes;
import io.gantry.image.reference.Digest;
import io.gantry.linux.FileCalls;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Layers as gzip files beside the store, as registries want them: a digest is needed before the
 * first byte is sent, and an upload that breaks off is taken up again. They go with {@link #close},
 * after a crash with the next start.
 */
public final class CompressedPacking implements LayerPacking {

  private static final Logger LOG = LoggerFactory.getLogger(CompressedPacking.class);
  private static final int BUFFER = 64 << 10;

  private final FileCalls files;
  private final StoreLayout layout;
  private final LayerStore layers;
  private final Privileges privileges;
  private final List<Path> written = new ArrayList<>();

  public CompressedPacking(
      FileCalls files, StoreLayout layout, LayerStore layers, Privileges privileges) {
    this.files = files;
    this.layout = layout;
    this.layers = layers;
    this.privileges = privileges;
  }

  @Override
  public OutgoingLayer pack(Digest diffId) throws IOException {
    Path file = layout.staging().resolve("outgoing-" + UUID.randomUUID());
    written.add(file);
    try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW);
        CountedHash blob = new CountedHash(out);
        GZIPOutputStream gzip = new GZIPOutputStream(blob, BUFFER);
        CountedHash tar = new CountedHash(gzip)) {
      return write(diffId, tar, gzip, blob, file);
    } catch (ImageException e) {
      throw e;
    } catch (IOException e) {
      throw new ImageException.Storage(
          "layer " + diffId, "cannot pack it: " + e.getMessage(), "check the disk", e);
    }
  }

  private OutgoingLayer write(
      Digest diffId, CountedHash tar, GZIPOutputStream gzip, CountedHash blob, Path file)
      throws IOException {
    try (LayerTar layer = LayerTar.of(files, layers.files(diffId), privileges)) {
      Streams.copy(layer, tar, "layer " + diffId);
    }
    gzip.finish();
    return new OutgoingLayer(
        new Descriptor(MediaTypes.OCI_LAYER_GZIP, blob.finish(), blob.count()),
        tar.finish(),
        wanted -> Files.newInputStream(file));
  }

  @Override
  public void close() {
    for (Path file : written) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        LOG.warn("cannot delete {}, the next start does: {}", file, e.toString());
      }
    }
  }
}
