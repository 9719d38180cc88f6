package io.gantry.image.manifest;

import io.gantry.image.error.ImageException;
import java.util.Set;

/** The names of document and layer formats that Gantry knows. */
public final class MediaTypes {

  public static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
  public static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  public static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
  public static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";
  public static final String OCI_LAYER_GZIP = OCI_LAYER + "+gzip";
  public static final String OCI_LAYER_ZSTD = OCI_LAYER + "+zstd";
  public static final String DOCKER_LIST =
      "application/vnd.docker.distribution.manifest.list.v2+json";
  public static final String DOCKER_MANIFEST =
      "application/vnd.docker.distribution.manifest.v2+json";
  public static final String DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";
  static final String DOCKER_SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+json";
  static final String DOCKER_SCHEMA1_SIGNED =
      "application/vnd.docker.distribution.manifest.v1+prettyjws";

  private static final String DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar";
  private static final Set<String> LAYERS =
      Set.of(
          OCI_LAYER,
          OCI_LAYER_GZIP,
          OCI_LAYER_ZSTD,
          DOCKER_LAYER,
          DOCKER_LAYER + ".gzip",
          DOCKER_LAYER + ".zstd");
  private static final Set<String> CONFIGS = Set.of(OCI_CONFIG, DOCKER_CONFIG);

  private MediaTypes() {}

  /** The type of a manifest that may not say it itself: Docker's go with Docker's configs. */
  public static String ofManifest(Manifest.Single manifest) {
    return manifest.config().mediaType().equals(DOCKER_CONFIG) ? DOCKER_MANIFEST : OCI_MANIFEST;
  }

  static boolean isIndex(String mediaType) {
    return mediaType.equals(OCI_INDEX) || mediaType.equals(DOCKER_LIST);
  }

  static boolean isManifest(String mediaType) {
    return mediaType.equals(OCI_MANIFEST) || mediaType.equals(DOCKER_MANIFEST);
  }

  static boolean isSchema1(String mediaType) {
    return mediaType.equals(DOCKER_SCHEMA1) || mediaType.equals(DOCKER_SCHEMA1_SIGNED);
  }

  static void requireLayer(String mediaType) throws ImageException {
    if (!LAYERS.contains(mediaType)) {
      boolean foreign = mediaType.contains("nondistributable") || mediaType.contains("foreign");
      throw new ImageException.Unsupported(
          "layer of type " + mediaType,
          foreign ? "its bytes are not in the registry" : "this layer format is not known",
          "use an image with tar, tar+gzip or tar+zstd layers");
    }
  }

  static void requireConfig(String mediaType) throws ImageException {
    if (!CONFIGS.contains(mediaType)) {
      throw new ImageException.Unsupported(
          "config of type " + mediaType,
          "this is an artifact, not a container image",
          "name an image that can be run");
    }
  }
}
