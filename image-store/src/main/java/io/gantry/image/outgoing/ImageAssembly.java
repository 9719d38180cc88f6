package io.gantry.image.outgoing;

import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.ConfigDocument;
import io.gantry.image.manifest.Descriptor;
import io.gantry.image.manifest.Manifest;
import io.gantry.image.manifest.ManifestWriter;
import io.gantry.image.manifest.MediaTypes;
import io.gantry.image.reference.Digest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Fits an image's documents to the blobs of its layers. */
public final class ImageAssembly {

  /**
   * The documents that an image came with.
   *
   * @param config its bytes
   * @param manifest null when it came without one, as from a docker-archive
   */
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  public record Origin(Digest id, byte[] config, @Nullable Signed manifest) {}

  /** A manifest and the bytes that its digest is of. */
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  public record Signed(Descriptor descriptor, byte[] content, Manifest.Single manifest) {}

  private ImageAssembly() {}

  /**
   * The image with these layers, lowest first. Where they are the very blobs that it came with, its
   * manifest is the one it came with; where they hold the same tars, its config and id are.
   */
  public static OutgoingImage of(Origin origin, List<Digest> diffIds, List<OutgoingLayer> layers)
      throws ImageException {
    List<Digest> packed = layers.stream().map(OutgoingLayer::diffId).toList();
    boolean sameFiles = packed.equals(diffIds);
    Signed signed = origin.manifest();
    if (sameFiles && signed != null && digests(signed).equals(blobs(layers))) {
      return new OutgoingImage(
          signed.descriptor(),
          signed.content(),
          signed.manifest().config(),
          origin.config(),
          layers,
          false);
    }
    byte[] config = sameFiles ? origin.config() : withLayers(origin, packed);
    Descriptor described = described(MediaTypes.OCI_CONFIG, config);
    byte[] manifest =
        ManifestWriter.manifest(described, layers.stream().map(OutgoingLayer::blob).toList());
    return new OutgoingImage(
        described(MediaTypes.OCI_MANIFEST, manifest),
        manifest,
        described,
        config,
        layers,
        signed != null || !sameFiles);
  }

  private static byte[] withLayers(Origin origin, List<Digest> diffIds) throws ImageException {
    ConfigDocument config = ConfigDocument.read("config of image " + origin.id(), origin.config());
    config.layers(diffIds);
    return config.bytes();
  }

  private static List<Digest> digests(Signed signed) {
    return signed.manifest().layers().stream().map(Descriptor::digest).toList();
  }

  private static List<Digest> blobs(List<OutgoingLayer> layers) {
    return layers.stream().map(layer -> layer.blob().digest()).toList();
  }

  private static Descriptor described(String mediaType, byte[] content) {
    return new Descriptor(mediaType, Digest.ofBytes(content), content.length);
  }
}
