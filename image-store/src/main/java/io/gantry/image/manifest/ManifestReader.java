package io.gantry.image.manifest;

import io.gantry.image.error.ImageException;
import io.gantry.image.reference.Digest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads indexes, manifests and configs (OCI image spec 1.1, Docker image manifest v2 schema 2). */
public final class ManifestReader {

  /** What overlayfs can lay over each other (Linux, fs/overlayfs/params.h, OVL_MAX_STACK). */
  private static final int MAX_LAYERS = 500;

  private static final int MAX_ENTRIES = 1000;
  private static final int MAX_NAMES = 100;

  /** A user and a group; every list of images shows them. */
  private static final int MAX_USER = 256;

  private ManifestReader() {}

  /**
   * Reads an index or manifest.
   *
   * @param name of the document, for messages
   * @param mediaType as the transport said, or empty; what the document says of itself wins
   */
  public static Manifest read(String name, byte[] content, String mediaType) throws ImageException {
    JsonDocument document = JsonDocument.parse(name, content);
    refuseSchema1(document, name, mediaType);
    String type = document.has("mediaType") ? document.text("mediaType") : mediaType;
    boolean index = document.has("manifests");
    boolean single = document.has("config") || document.has("layers");
    if (index && single) {
      throw JsonDocument.corrupt(name, "it is both an index and a manifest");
    }
    if (MediaTypes.isIndex(type) || (index && !MediaTypes.isManifest(type))) {
      return index(name, document);
    }
    if (MediaTypes.isManifest(type) || single) {
      return single(name, document);
    }
    throw new ImageException.Unsupported(
        name, "document type " + type + " is not an image", "name an image that can be run");
  }

  private static void refuseSchema1(JsonDocument document, String name, String mediaType)
      throws ImageException {
    boolean old = MediaTypes.isSchema1(mediaType) || document.has("fsLayers");
    if (old || MediaTypes.isSchema1(document.text("mediaType"))) {
      throw new ImageException.Unsupported(
          name,
          "it is a Docker schema 1 manifest, which names no verifiable layers",
          "push the image again with a tool of this decade");
    }
  }

  private static Manifest.Index index(String name, JsonDocument document) throws ImageException {
    List<JsonDocument> manifests = document.objects("manifests");
    requireAtMost(name, manifests.size(), MAX_ENTRIES, "images");
    List<Manifest.Entry> entries = new ArrayList<>();
    for (JsonDocument entry : manifests) {
      entries.add(new Manifest.Entry(descriptor(entry), platform(entry)));
    }
    return new Manifest.Index(entries);
  }

  private static @Nullable Platform platform(JsonDocument entry) throws ImageException {
    if (!entry.has("platform")) {
      return null;
    }
    JsonDocument platform = entry.object("platform");
    return new Platform(
        platform.text("os"), platform.text("architecture"), platform.text("variant"));
  }

  private static Manifest.Single single(String name, JsonDocument document) throws ImageException {
    if (!document.has("config")) {
      throw JsonDocument.corrupt(name, "it has no config");
    }
    Descriptor config = descriptor(document.object("config"));
    MediaTypes.requireConfig(config.mediaType());
    List<JsonDocument> described = document.objects("layers");
    requireAtMost(name, described.size(), MAX_LAYERS, "layers");
    List<Descriptor> layers = new ArrayList<>();
    for (JsonDocument layer : described) {
      Descriptor descriptor = descriptor(layer);
      MediaTypes.requireLayer(descriptor.mediaType());
      layers.add(descriptor);
    }
    return new Manifest.Single(config, layers);
  }

  /**
   * Reads a manifest whose layers may be of any type, such as cosign's signatures of an image.
   *
   * @param name of the document, for messages
   */
  public static List<Descriptor> attachments(String name, byte[] content) throws ImageException {
    List<JsonDocument> described = JsonDocument.parse(name, content).objects("layers");
    requireAtMost(name, described.size(), MAX_ENTRIES, "layers");
    List<Descriptor> layers = new ArrayList<>();
    for (JsonDocument layer : described) {
      layers.add(descriptor(layer));
    }
    return layers;
  }

  private static void requireAtMost(String name, int count, int limit, String what)
      throws ImageException {
    if (count > limit) {
      throw new ImageException.Refused(
          name, count + " " + what + " are over the limit of " + limit, "do not trust this image");
    }
  }

  private static Descriptor descriptor(JsonDocument document) throws ImageException {
    long size = document.number("size");
    if (size < 0) {
      throw JsonDocument.corrupt(document.text("digest"), "its size is negative");
    }
    return new Descriptor(
        document.text("mediaType"),
        document.digest("digest"),
        size,
        document.textMap("annotations"));
  }

  /**
   * Reads a config.
   *
   * @param name of the document, for messages
   */
  public static ImageConfig config(String name, byte[] content) throws ImageException {
    JsonDocument document = JsonDocument.parse(name, content);
    JsonDocument run = document.object("config");
    requireAtMost(name, run.text("User").length(), MAX_USER, "characters of the user's name");
    return new ImageConfig(
        document.text("architecture"),
        document.text("os"),
        document.text("created"),
        run.text("User"),
        run.texts("Env"),
        run.texts("Entrypoint"),
        run.texts("Cmd"),
        run.text("WorkingDir"),
        run.text("StopSignal"),
        run.object("Volumes").keys(),
        run.textMap("Labels"),
        run.object("ExposedPorts").keys(),
        diffIds(name, document));
  }

  private static List<Digest> diffIds(String name, JsonDocument document) throws ImageException {
    List<Digest> diffIds = new ArrayList<>();
    for (String diffId : document.object("rootfs").texts("diff_ids")) {
      try {
        diffIds.add(Digest.parse(diffId));
      } catch (ImageException e) {
        throw JsonDocument.corrupt(name, "rootfs.diff_ids: " + e.reason());
      }
    }
    return diffIds;
  }

  /**
   * Reads the {@code manifest.json} of a docker-archive: one image each, with names and paths in
   * the archive.
   */
  public static List<DockerArchiveImage> dockerArchive(byte[] content) throws ImageException {
    List<DockerArchiveImage> images = new ArrayList<>();
    List<JsonDocument> elements = JsonDocument.parse("manifest.json", content).elements();
    requireAtMost("manifest.json", elements.size(), MAX_ENTRIES, "images");
    for (JsonDocument image : elements) {
      List<String> tags = image.texts("RepoTags");
      List<String> layers = image.texts("Layers");
      requireAtMost("manifest.json", tags.size(), MAX_NAMES, "names of one image");
      requireAtMost("manifest.json", layers.size(), MAX_LAYERS, "layers");
      images.add(new DockerArchiveImage(image.text("Config"), tags, layers));
    }
    return images;
  }
}
