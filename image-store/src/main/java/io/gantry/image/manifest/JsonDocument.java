package io.gantry.image.manifest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import io.gantry.image.error.ImageException;
import io.gantry.image.reference.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Untrusted JSON with fields of the expected kind, or an error that names document and field. */
final class JsonDocument {

  private final String name;
  private final JsonNode node;

  private JsonDocument(String name, JsonNode node) {
    this.name = name;
    this.node = node;
  }

  static JsonDocument parse(String name, byte[] content) throws ImageException {
    try {
      JsonNode node = StrictJson.READER.readTree(content);
      if (node == null || !(node.isObject() || node.isArray())) {
        throw corrupt(name, "it is not a JSON object");
      }
      return new JsonDocument(name, node);
    } catch (StreamConstraintsException e) {
      throw new ImageException.Refused(name, e.getOriginalMessage(), "do not trust this image");
    } catch (JsonProcessingException e) {
      throw corrupt(name, "it is not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw corrupt(name, "it cannot be read: " + e.getMessage());
    }
  }

  boolean has(String field) {
    return node.hasNonNull(field);
  }

  /** The text of a field, or empty. */
  String text(String field) throws ImageException {
    JsonNode value = node.get(field);
    if (value == null || value.isNull()) {
      return "";
    }
    if (!value.isTextual()) {
      throw wrong(field, "a string");
    }
    return value.textValue();
  }

  long number(String field) throws ImageException {
    JsonNode value = node.get(field);
    if (value == null || !value.isIntegralNumber() || !value.canConvertToLong()) {
      throw wrong(field, "a whole number");
    }
    return value.longValue();
  }

  Digest digest(String field) throws ImageException {
    try {
      return Digest.parse(text(field));
    } catch (ImageException e) {
      throw corrupt(name, field + ": " + e.reason());
    }
  }

  /** An object, or an empty one where there is none. */
  JsonDocument object(String field) throws ImageException {
    JsonNode value = node.get(field);
    if (value == null || value.isNull()) {
      return new JsonDocument(name + "." + field, StrictJson.READER.createObjectNode());
    }
    if (!value.isObject()) {
      throw wrong(field, "an object");
    }
    return new JsonDocument(name + "." + field, value);
  }

  List<JsonDocument> objects(String field) throws ImageException {
    JsonNode value = node.get(field);
    List<JsonDocument> objects = new ArrayList<>();
    if (value == null || value.isNull()) {
      return objects;
    }
    if (!value.isArray()) {
      throw wrong(field, "a list");
    }
    return elements(name + "." + field, value);
  }

  /** The elements of a document that is a list of objects itself. */
  List<JsonDocument> elements() throws ImageException {
    return elements(name, node);
  }

  private static List<JsonDocument> elements(String name, JsonNode list) throws ImageException {
    List<JsonDocument> objects = new ArrayList<>();
    for (JsonNode element : list) {
      if (!element.isObject()) {
        throw corrupt(name, "an element is not an object");
      }
      objects.add(new JsonDocument(name, element));
    }
    return objects;
  }

  /** A list of strings; null counts as an empty list, as Go writes it. */
  List<String> texts(String field) throws ImageException {
    JsonNode value = node.get(field);
    List<String> texts = new ArrayList<>();
    if (value == null || value.isNull()) {
      return texts;
    }
    if (!value.isArray()) {
      throw wrong(field, "a list of strings");
    }
    for (JsonNode element : value) {
      if (!element.isTextual()) {
        throw wrong(field, "a list of strings");
      }
      texts.add(element.textValue());
    }
    return texts;
  }

  Map<String, String> textMap(String field) throws ImageException {
    JsonDocument object = object(field);
    Map<String, String> map = new LinkedHashMap<>();
    for (String key : object.keys()) {
      map.put(key, object.text(key));
    }
    return map;
  }

  List<String> keys() {
    List<String> keys = new ArrayList<>();
    node.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  private ImageException wrong(String field, String kind) {
    return corrupt(name, field + " is not " + kind);
  }

  static ImageException corrupt(String name, String reason) {
    return new ImageException.Corrupt(name, reason, "build or push the image again", null);
  }
}
