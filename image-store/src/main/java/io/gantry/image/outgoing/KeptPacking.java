package io.gantry.image.outgoing;

import io.gantry.image.content.LayerStore;
import io.gantry.image.content.StoreLayout;
import io.gantry.image.manifest.Descriptor;
import io.gantry.image.manifest.MediaTypes;
import io.gantry.image.reference.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Layers as the blobs that they came as, where these were kept; the others are packed anew.
 *
 * @param otherwise packs those
 */
public record KeptPacking(StoreLayout layout, LayerStore layers, LayerPacking otherwise)
    implements LayerPacking {

  private static final int MAGIC = 4;

  @Override
  public OutgoingLayer pack(Digest diffId) throws IOException {
    Optional<OutgoingLayer> kept = kept(diffId);
    return kept.isPresent() ? kept.get() : otherwise.pack(diffId);
  }

  /** The blob of a stored layer that was kept as it came. */
  public Optional<OutgoingLayer> kept(Digest diffId) throws IOException {
    Path file = layout.layerBlob(diffId);
    try (InputStream in = Files.newInputStream(file)) {
      Descriptor origin = layers.origin(diffId);
      Descriptor blob =
          new Descriptor(mediaType(in.readNBytes(MAGIC)), origin.digest(), origin.size());
      return Optional.of(new OutgoingLayer(blob, diffId, wanted -> Files.newInputStream(file)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** By the first bytes, as the manifest that said it may be gone. */
  private static String mediaType(byte[] magic) {
    if (magic.length >= 2 && magic[0] == 0x1f && magic[1] == (byte) 0x8b) {
      return MediaTypes.OCI_LAYER_GZIP;
    }
    boolean frame = magic.length == MAGIC && magic[1] == (byte) 0xb5 && magic[2] == 0x2f;
    boolean skippable = magic.length == MAGIC && magic[1] == 0x2a && magic[2] == 0x4d;
    return frame || skippable ? MediaTypes.OCI_LAYER_ZSTD : MediaTypes.OCI_LAYER;
  }

  @Override
  public void close() {
    otherwise.close();
  }
}
