package io.gantry.image.signature;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.gantry.image.manifest.StrictJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * One object of a document in which nothing may be missing, unknown or of another kind, with its
 * place in there for messages.
 */
final class Fields {

  private final String place;
  private final String joint;
  private final JsonNode node;

  private Fields(String place, String joint, JsonNode node) {
    this.place = place;
    this.joint = joint;
    this.node = node;
  }

  static Fields parse(byte[] content) throws FormatException {
    try {
      return object("", ".", StrictJson.WHOLE.readTree(content));
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      int column = e.getLocation() == null ? 0 : e.getLocation().getColumnNr();
      throw new FormatException(
          "line " + line + ", column " + column,
          "not JSON: " + withoutSource(e.getOriginalMessage()));
    } catch (IOException e) {
      throw new FormatException("", "cannot be read: " + e.getMessage());
    }
  }

  /** The parser adds in brackets where it believes the text to be from. */
  private static String withoutSource(String message) {
    int bracket = message.indexOf(" (");
    return bracket < 0 ? message : message.substring(0, bracket);
  }

  private static Fields object(String place, String joint, JsonNode node) throws FormatException {
    if (!node.isObject()) {
      throw new FormatException(place, "is not an object: {...}");
    }
    return new Fields(place, joint, node);
  }

  String place() {
    return place;
  }

  List<String> keys() {
    List<String> keys = new ArrayList<>();
    node.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  boolean has(String key) {
    return node.has(key);
  }

  /** Refuses every key but these. */
  Fields only(Set<String> known) throws FormatException {
    for (String key : keys()) {
      if (!known.contains(key)) {
        throw new FormatException(
            at(key), "unknown key; there is " + String.join(", ", new TreeSet<>(known)));
      }
    }
    return this;
  }

  private JsonNode value(String key) throws FormatException {
    JsonNode value = node.get(key);
    if (value == null) {
      throw new FormatException(at(key), "is missing");
    }
    return value;
  }

  Fields object(String key) throws FormatException {
    return object(at(key), ".", value(key));
  }

  /** A text that is not empty. */
  String text(String key) throws FormatException {
    return text(at(key), value(key));
  }

  private static String text(String place, JsonNode value) throws FormatException {
    if (!value.isTextual() || value.textValue().isEmpty()) {
      throw new FormatException(place, "is not a text: \"...\"");
    }
    return value.textValue();
  }

  /** A list of texts that is not empty. */
  List<String> texts(String key) throws FormatException {
    List<String> texts = new ArrayList<>();
    for (JsonNode each : list(key, "texts")) {
      texts.add(text(at(key), each));
    }
    return texts;
  }

  /**
   * A list of objects that is not empty.
   *
   * @param name what each of them is called, with its number from 1
   */
  List<Fields> objects(String key, String name) throws FormatException {
    List<Fields> objects = new ArrayList<>();
    for (JsonNode each : list(key, "objects")) {
      objects.add(object(at(key) + ", " + name + " " + (objects.size() + 1), ", ", each));
    }
    return objects;
  }

  private JsonNode list(String key, String kind) throws FormatException {
    JsonNode value = value(key);
    if (!value.isArray() || value.isEmpty()) {
      throw new FormatException(at(key), "is not a list of at least one of " + kind + ": [...]");
    }
    return value;
  }

  /** Where a field of this object stands. */
  String at(String key) {
    String shown = key.matches("[A-Za-z0-9-]+") ? key : '"' + key + '"';
    return place.isEmpty() ? shown : place + joint + shown;
  }
}
