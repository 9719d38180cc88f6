package io.gantry.cni.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniVersion;
import io.gantry.cni.spec.ConfigNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A network's configuration: plugins that are run one after the other (CNI 1.1, section 1).
 *
 * @param version that the plugins are spoken to in
 * @param disableCheck CHECK is not for this network
 * @param disableGc GC is not for this network, as where two runtimes share it
 * @param plugins as configured; never changed
 * @param source the file it is from, or what else made it
 */
record NetworkList(
    String name,
    CniVersion version,
    boolean disableCheck,
    boolean disableGc,
    List<ObjectNode> plugins,
    String source) {

  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9_.-]*";

  NetworkList {
    plugins = List.copyOf(plugins);
  }

  /** Reads a list, or a single plugin's configuration as a list of one. */
  static NetworkList read(JsonNode json, String source) throws CniException {
    if (!json.isObject()) {
      throw CniException.invalid("a network's configuration is an object");
    }
    ConfigNode fields = ConfigNode.root(json);
    String name = fields.requiredText("name");
    if (!name.matches(NAME)) {
      throw CniException.invalid(
          "field name: letters, digits, dots, dashes and underscores only: " + name);
    }
    List<ObjectNode> plugins = plugins(fields, json);
    return new NetworkList(
        name,
        version(fields),
        switchOf(fields, "disableCheck"),
        switchOf(fields, "disableGC"),
        plugins,
        source);
  }

  private static List<ObjectNode> plugins(ConfigNode fields, JsonNode json) throws CniException {
    if (!fields.has("plugins")) {
      fields.requiredText("type");
      return List.of((ObjectNode) json);
    }
    List<ObjectNode> plugins = new ArrayList<>();
    for (ConfigNode plugin : fields.nodes("plugins")) {
      plugin.requiredText("type");
      plugins.add((ObjectNode) plugin.json());
    }
    if (plugins.isEmpty()) {
      throw CniException.invalid("field plugins has no plugin");
    }
    return plugins;
  }

  /** Of several versions the newest that is spoken here (CNI 1.1, {@code cniVersions}). */
  private static CniVersion version(ConfigNode fields) throws CniException {
    String single = fields.text("cniVersion", "0.3.1");
    Optional<CniVersion> newest =
        Stream.concat(Stream.of(single), fields.texts("cniVersions").stream())
            .flatMap(text -> CniVersion.of(text).stream())
            .max(CniVersion::compareTo);
    return newest.isPresent() ? newest.get() : CniVersion.require(single);
  }

  /** Older writers put texts where the specification has booleans. */
  private static boolean switchOf(ConfigNode fields, String field) throws CniException {
    JsonNode value = fields.json().path(field);
    return value.isTextual() ? Boolean.parseBoolean(value.textValue()) : fields.flag(field, false);
  }

  /**
   * On which line of its file a field of one of the plugins stands, or would stand; 0 where it is
   * from no file, or the file is not there any more.
   *
   * @param field as the plugin names it, or empty
   */
  int lineOf(ObjectNode plugin, String field) {
    Path file = Path.of(source);
    if (field.isEmpty() || !Files.isRegularFile(file)) {
      return 0;
    }
    try {
      FieldLines lines = new FieldLines(Files.readString(file));
      int listed = lines.of("plugins[" + plugins.indexOf(plugin) + "]." + field);
      return listed == 0 ? lines.of(field) : listed;
    } catch (IOException goneSince) {
      return 0;
    }
  }

  /** The whole as JSON, as it is kept for DEL when the file is gone. */
  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("cniVersion", version.text()).put("name", name);
    json.put("disableCheck", disableCheck).put("disableGC", disableGc);
    json.putArray("plugins").addAll(plugins);
    return json;
  }
}
