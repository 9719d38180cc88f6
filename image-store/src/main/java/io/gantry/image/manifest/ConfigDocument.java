package io.gantry.image.manifest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.image.error.ImageException;
import io.gantry.image.reference.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * An image's config with everything in it, also what Gantry does not understand, so that it can be
 * changed and written again (OCI image spec, config.md). One thread.
 */
public final class ConfigDocument {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final ObjectNode document;

  private ConfigDocument(ObjectNode document) {
    this.document = document;
  }

  /**
   * Reads a config that {@link ManifestReader#config} has accepted.
   *
   * @param name of the document, for messages
   */
  public static ConfigDocument read(String name, byte[] content) throws ImageException {
    ManifestReader.config(name, content);
    try {
      return new ConfigDocument((ObjectNode) JSON.readTree(content));
    } catch (IOException e) {
      throw JsonDocument.corrupt(name, "it cannot be read: " + e.getMessage());
    }
  }

  /** One step of {@code history}; empty strings for what is not said. */
  public record Step(
      String created, String createdBy, String author, String comment, boolean emptyLayer) {}

  /** The steps in the order in which they were made. What is no text is taken as empty. */
  public List<Step> history() {
    List<Step> steps = new ArrayList<>();
    for (JsonNode step : document.path("history")) {
      steps.add(
          new Step(
              step.path("created").asText(""),
              step.path("created_by").asText(""),
              step.path("author").asText(""),
              step.path("comment").asText(""),
              step.path("empty_layer").asBoolean(false)));
    }
    return steps;
  }

  /** Names the layers anew, lowest first. */
  public void layers(List<Digest> diffIds) {
    ObjectNode rootfs = document.putObject("rootfs");
    rootfs.put("type", "layers");
    ArrayNode list = rootfs.putArray("diff_ids");
    diffIds.forEach(diffId -> list.add(diffId.toString()));
  }

  /**
   * Adds a layer on top and the step that made it. Layers below that have no step get one without
   * words, because readers pair them by their number.
   */
  public void addLayer(Digest diffId, Step step) {
    ObjectNode rootfs = object(document, "rootfs");
    rootfs.put("type", "layers");
    ArrayNode layers = array(rootfs, "diff_ids");
    ArrayNode history = array(document, "history");
    long told = history().stream().filter(each -> !each.emptyLayer()).count();
    for (long i = told; i < layers.size(); i++) {
      history.addObject();
    }
    layers.add(diffId.toString());
    ObjectNode entry = history.addObject();
    put(entry, "created", step.created());
    put(entry, "created_by", step.createdBy());
    put(entry, "author", step.author());
    put(entry, "comment", step.comment());
    put(document, "created", step.created());
    put(document, "author", step.author());
  }

  private static void put(ObjectNode into, String field, String value) {
    if (!value.isEmpty()) {
      into.put(field, value);
    }
  }

  /** The {@code config} object: how a container of the image is run. */
  ObjectNode run() {
    return object(document, "config");
  }

  static ObjectNode object(ObjectNode in, String field) {
    return in.get(field) instanceof ObjectNode there ? there : in.putObject(field);
  }

  static ArrayNode array(ObjectNode in, String field) {
    return in.get(field) instanceof ArrayNode there ? there : in.putArray(field);
  }

  public byte[] bytes() {
    try {
      return JSON.writeValueAsBytes(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("write a config as JSON", e);
    }
  }
}
