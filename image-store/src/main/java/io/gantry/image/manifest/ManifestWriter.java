package io.gantry.image.manifest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.TreeMap;

/** Writes manifests and indexes (OCI image spec 1.1). The same content gives the same bytes. */
public final class ManifestWriter {

  private static final ObjectMapper JSON = new ObjectMapper();

  private ManifestWriter() {}

  /**
   * The manifest of one image.
   *
   * @param layers lowest first
   */
  public static byte[] manifest(Descriptor config, List<Descriptor> layers) {
    ObjectNode manifest = document(MediaTypes.OCI_MANIFEST);
    describe(manifest.putObject("config"), config);
    ArrayNode described = manifest.putArray("layers");
    layers.forEach(layer -> describe(described.addObject(), layer));
    return bytes(manifest);
  }

  /** An index of manifests, whose names are annotations. */
  public static byte[] index(List<Descriptor> manifests) {
    ObjectNode index = document(MediaTypes.OCI_INDEX);
    ArrayNode entries = index.putArray("manifests");
    manifests.forEach(manifest -> describe(entries.addObject(), manifest));
    return bytes(index);
  }

  /** The {@code manifest.json} of a docker-archive. */
  public static byte[] dockerArchive(List<DockerArchiveImage> images) {
    ArrayNode list = JSON.createArrayNode();
    for (DockerArchiveImage image : images) {
      ObjectNode element = list.addObject();
      element.put("Config", image.config());
      image.repoTags().forEach(element.putArray("RepoTags")::add);
      image.layers().forEach(element.putArray("Layers")::add);
    }
    return bytes(list);
  }

  private static ObjectNode document(String mediaType) {
    ObjectNode document = JSON.createObjectNode();
    document.put("schemaVersion", 2);
    document.put("mediaType", mediaType);
    return document;
  }

  private static void describe(ObjectNode into, Descriptor content) {
    into.put("mediaType", content.mediaType());
    into.put("digest", content.digest().toString());
    into.put("size", content.size());
    if (!content.annotations().isEmpty()) {
      ObjectNode annotations = into.putObject("annotations");
      new TreeMap<>(content.annotations()).forEach(annotations::put);
    }
  }

  private static byte[] bytes(Object document) {
    try {
      return JSON.writeValueAsBytes(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("write a manifest as JSON", e);
    }
  }
}
