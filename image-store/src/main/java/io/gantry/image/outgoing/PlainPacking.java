package io.gantry.image.outgoing;

import io.gantry.image.content.LayerStore;
import io.gantry.image.layer.LayerTar;
import io.gantry.image.layer.Privileges;
import io.gantry.image.manifest.Descriptor;
import io.gantry.image.manifest.MediaTypes;
import io.gantry.image.reference.Digest;
import io.gantry.linux.FileCalls;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Layers as plain tars that are never on disk: each is made once to learn its digest and size, and
 * once more when its bytes are wanted.
 */
public final class PlainPacking implements LayerPacking {

  private final FileCalls files;
  private final LayerStore layers;
  private final Privileges privileges;

  public PlainPacking(FileCalls files, LayerStore layers, Privileges privileges) {
    this.files = files;
    this.layers = layers;
    this.privileges = privileges;
  }

  @Override
  public OutgoingLayer pack(Digest diffId) throws IOException {
    try (LayerTar tar = open(diffId);
        CountedHash hash = new CountedHash(OutputStream.nullOutputStream())) {
      Streams.copy(tar, hash, "layer " + diffId);
      Digest actual = hash.finish();
      return new OutgoingLayer(
          new Descriptor(MediaTypes.OCI_LAYER, actual, hash.count()), actual, blob -> open(diffId));
    }
  }

  private LayerTar open(Digest diffId) throws IOException {
    return LayerTar.of(files, layers.files(diffId), privileges);
  }

  @Override
  public void close() {
    // Nothing was written.
  }
}
