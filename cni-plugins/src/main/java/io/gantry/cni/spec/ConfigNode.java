package io.gantry.cni.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.gantry.linux.netlink.IpPrefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An object within a plugin's configuration, read field by field. A value of the wrong kind is
 * INVALID_CONFIG with the field's path and what stands there. A field that is null counts as
 * absent.
 */
public final class ConfigNode {

  private final JsonNode node;
  private final String path;

  private ConfigNode(JsonNode node, String path) {
    this.node = node;
    this.path = path;
  }

  /** The whole of a configuration. */
  public static ConfigNode root(JsonNode node) {
    return new ConfigNode(node, "");
  }

  /** An object without fields. */
  public static ConfigNode empty() {
    return root(JsonNodeFactory.instance.objectNode());
  }

  /** The JSON itself. */
  public JsonNode json() {
    return node;
  }

  public boolean has(String field) {
    return node.hasNonNull(field);
  }

  /** The text of a field, or the fallback where it is absent. */
  public String text(String field, String fallback) throws CniException {
    JsonNode value = value(field);
    if (value.isMissingNode()) {
      return fallback;
    }
    if (!value.isTextual()) {
      throw wrong(field, "a text", value);
    }
    return value.textValue();
  }

  /** The text of a field that must be there and not empty. */
  public String requiredText(String field) throws CniException {
    String text = text(field, "");
    if (text.isEmpty()) {
      throw CniException.invalid("field " + pathOf(field) + " is missing");
    }
    return text;
  }

  public boolean flag(String field, boolean fallback) throws CniException {
    JsonNode value = value(field);
    if (value.isMissingNode()) {
      return fallback;
    }
    if (!value.isBoolean()) {
      throw wrong(field, "true or false", value);
    }
    return value.booleanValue();
  }

  /** A whole number within bounds, both included. */
  public long number(String field, long fallback, long least, long most) throws CniException {
    JsonNode value = value(field);
    if (value.isMissingNode()) {
      return fallback;
    }
    if (!value.canConvertToExactIntegral()
        || !value.canConvertToLong()
        || value.longValue() < least
        || value.longValue() > most) {
      throw wrong(field, "a whole number from " + least + " to " + most, value);
    }
    return value.longValue();
  }

  /** An object; one without fields where it is absent. */
  public ConfigNode node(String field) throws CniException {
    JsonNode value = value(field);
    if (value.isMissingNode()) {
      return new ConfigNode(JsonNodeFactory.instance.objectNode(), pathOf(field));
    }
    if (!value.isObject()) {
      throw wrong(field, "an object", value);
    }
    return new ConfigNode(value, pathOf(field));
  }

  /** The objects of an array; none where it is absent. */
  public List<ConfigNode> nodes(String field) throws CniException {
    return objects(items(field));
  }

  /** The objects of this, which is an array itself. */
  public List<ConfigNode> objects() throws CniException {
    if (!node.isArray()) {
      throw CniException.invalid(path + " must be an array, not " + node);
    }
    return objects(elements(node, path));
  }

  private static List<ConfigNode> objects(List<ConfigNode> items) throws CniException {
    for (ConfigNode item : items) {
      if (!item.node.isObject()) {
        throw CniException.invalid(item.path + " must be an object, not " + item.node);
      }
    }
    return items;
  }

  /** The texts of an array; none where it is absent. */
  public List<String> texts(String field) throws CniException {
    List<String> texts = new ArrayList<>();
    for (ConfigNode item : items(field)) {
      if (!item.node.isTextual()) {
        throw CniException.invalid(item.path + " must be a text, not " + item.node);
      }
      texts.add(item.node.textValue());
    }
    return List.copyOf(texts);
  }

  /** The items of an array, whatever they are; none where it is absent. */
  public List<ConfigNode> items(String field) throws CniException {
    JsonNode value = value(field);
    if (value.isMissingNode()) {
      return List.of();
    }
    if (!value.isArray()) {
      throw wrong(field, "an array", value);
    }
    return elements(value, pathOf(field));
  }

  private static List<ConfigNode> elements(JsonNode array, String path) {
    List<ConfigNode> items = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      items.add(new ConfigNode(array.get(i), path + "[" + i + "]"));
    }
    return List.copyOf(items);
  }

  /** An address block such as {@code 10.1.0.0/16}, its host bits kept. */
  public Optional<IpPrefix> prefix(String field) throws CniException {
    String text = text(field, "");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(IpPrefix.parse(text));
    } catch (IllegalArgumentException e) {
      throw wrong(field, "ADDRESS/LENGTH", value(field));
    }
  }

  /** An address; names are never looked up. */
  public Optional<InetAddress> address(String field) throws CniException {
    String text = text(field, "");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException e) {
      throw wrong(field, "an address", value(field));
    }
  }

  /** Where a field of this object stands in the whole, such as {@code ipam.ranges}. */
  public String pathOf(String field) {
    return path.isEmpty() ? field : path + "." + field;
  }

  private JsonNode value(String field) {
    JsonNode value = node.path(field);
    return value.isNull() ? MissingNode.getInstance() : value;
  }

  private CniException wrong(String field, String wanted, JsonNode found) {
    return CniException.invalid("field " + pathOf(field) + " must be " + wanted + ", not " + found);
  }
}
