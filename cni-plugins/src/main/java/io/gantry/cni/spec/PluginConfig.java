package io.gantry.cni.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * What a plugin gets on its standard input: its part of the network's configuration with the
 * network's name and version, what the runtime adds under {@code runtimeConfig}, and the result of
 * the plugin before it (CNI 1.1, section 3, "Deriving request configuration from plugin
 * configuration").
 *
 * @param json never changed by whoever holds this
 */
public record PluginConfig(String network, String type, CniVersion version, ObjectNode json) {

  /**
   * Reads a configuration that is whole: with {@code cniVersion}, {@code name} and {@code type}.
   */
  public static PluginConfig of(ObjectNode json) throws CniException {
    ConfigNode fields = ConfigNode.root(json);
    return new PluginConfig(
        fields.requiredText("name"),
        fields.requiredText("type"),
        CniVersion.require(fields.text("cniVersion", "0.3.1")),
        json);
  }

  /** The plugin's own fields. */
  public ConfigNode fields() {
    return ConfigNode.root(json);
  }

  /** What the runtime adds for this container, by capability. */
  public ConfigNode runtimeConfig() throws CniException {
    return fields().node("runtimeConfig");
  }

  /** What the plugin before this one, or ADD, answered. */
  public Optional<CniResult> previous() throws CniException {
    JsonNode previous = json.path("prevResult");
    return previous.isObject() ? Optional.of(ResultJson.read(previous)) : Optional.empty();
  }

  /** As {@link #previous} for a plugin that cannot be first in a chain. */
  public CniResult requiredPrevious() throws CniException {
    return previous()
        .orElseThrow(() ->
            CniException.invalid(
                "plugin " + type + " must come after one that makes an interface"));
  }
}
