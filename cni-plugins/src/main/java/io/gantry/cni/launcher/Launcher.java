package io.gantry.cni.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.plugin.PluginCall.Netns;
import io.gantry.cni.plugin.Plugins;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.CniVersion;
import io.gantry.cni.spec.ConfigNode;
import io.gantry.cni.spec.PluginConfig;
import io.gantry.cni.spec.ResultJson;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Answers one invocation of a plugin. */
final class Launcher {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String VALID = "cni.dev/valid-attachments";

  /**
   * What the process ends with.
   *
   * @param output JSON, or empty where nothing is to be said
   */
  record Answer(int exitCode, String output) {}

  private final Plugins own;
  private final String type;
  private final Namespaces namespaces;

  /**
   * @param own plugins of this process alone: a program that were looked for could be this one
   */
  Launcher(Plugins own, String type, Namespaces namespaces) {
    this.own = own;
    this.type = type;
    this.namespaces = namespaces;
  }

  Answer answer(Invocation invocation) {
    try {
      return new Answer(0, output(invocation));
    } catch (CniException e) {
      return failure(invocation, e.code(), e.getMessage(), e.details());
    } catch (IOException e) {
      return failure(invocation, CniException.IO_FAILURE, e.getMessage(), "");
    } catch (RuntimeException e) {
      return failure(invocation, CniException.PLUGIN_FAILURE, "a defect of the plugin: " + e, "");
    }
  }

  private String output(Invocation invocation) throws IOException {
    String command = invocation.command();
    if (command.equals("VERSION")) {
      return version(invocation);
    }
    PluginConfig config = PluginConfig.of(invocation.config());
    Plugin plugin = own.of(type);
    switch (command) {
      case "ADD" -> {
        return added(plugin, invocation, config);
      }
      case "DEL" -> deleted(plugin, invocation, config);
      case "CHECK" -> checked(plugin, invocation, config);
      case "GC" -> {
        requireSpoken(config.version().hasStatusAndGc(), command, config);
        plugin.gc(config, valid(config));
      }
      case "STATUS" -> {
        requireSpoken(config.version().hasStatusAndGc(), command, config);
        plugin.status(config);
      }
      default ->
          throw new CniException(
              CniException.INVALID_ENVIRONMENT, "CNI_COMMAND is none of CNI's: " + command);
    }
    return "";
  }

  private static String version(Invocation invocation) throws IOException {
    ObjectNode answer = JSON.createObjectNode();
    String asked =
        invocation.input().isBlank()
            ? ""
            : ConfigNode.root(invocation.config()).text("cniVersion", "");
    answer.put("cniVersion", asked.isEmpty() ? CniVersion.latest().text() : asked);
    CniVersion.texts().forEach(answer.putArray("supportedVersions")::add);
    return JSON.writeValueAsString(answer);
  }

  private String added(Plugin plugin, Invocation invocation, PluginConfig config)
      throws IOException {
    try (Opened netns = new Opened(namespaces.open(required(invocation)))) {
      CniResult result = plugin.add(call(invocation, config, netns.netns));
      return JSON.writeValueAsString(ResultJson.write(result, config.version()));
    }
  }

  private void deleted(Plugin plugin, Invocation invocation, PluginConfig config)
      throws IOException {
    Optional<Netns> found = namespaces.openIfThere(invocation.netns());
    if (found.isEmpty()) {
      plugin.del(call(invocation, config, null));
      return;
    }
    try (Opened netns = new Opened(found.get())) {
      plugin.del(call(invocation, config, netns.netns));
    }
  }

  private void checked(Plugin plugin, Invocation invocation, PluginConfig config)
      throws IOException {
    requireSpoken(config.version().hasCheck(), "CHECK", config);
    config.requiredPrevious();
    try (Opened netns = new Opened(namespaces.open(required(invocation)))) {
      plugin.check(call(invocation, config, netns.netns));
    }
  }

  /** Closes the namespace's descriptor. */
  private static final class Opened implements AutoCloseable {

    private final Netns netns;

    private Opened(Netns netns) {
      this.netns = netns;
    }

    @Override
    public void close() {
      netns.fd().close();
    }
  }

  private static String required(Invocation invocation) throws CniException {
    if (invocation.netns().isEmpty()) {
      throw new CniException(CniException.INVALID_ENVIRONMENT, "CNI_NETNS is missing");
    }
    return invocation.netns();
  }

  private static PluginCall call(Invocation invocation, PluginConfig config, @Nullable Netns netns)
      throws CniException {
    return new PluginCall(
        invocation.containerId(), netns, invocation.ifName(), invocation.args(), config);
  }

  private static void requireSpoken(boolean spoken, String command, PluginConfig config)
      throws CniException {
    if (!spoken) {
      throw new CniException(
          CniException.INCOMPATIBLE_VERSION,
          "version " + config.version() + " of the configuration has no " + command);
    }
  }

  private static Set<Plugin.Attachment> valid(PluginConfig config) throws CniException {
    Set<Plugin.Attachment> valid = new HashSet<>();
    for (ConfigNode node : config.fields().nodes(VALID)) {
      valid.add(
          new Plugin.Attachment(node.requiredText("containerID"), node.requiredText("ifname")));
    }
    return valid;
  }

  /** What is answered when a plugin could not even be asked. */
  static Answer failure(Invocation invocation, IOException e) {
    return failure(invocation, CniException.PLUGIN_FAILURE, e.getMessage(), "");
  }

  private static Answer failure(
      Invocation invocation, int code, @Nullable String message, String details) {
    ObjectNode json = JSON.createObjectNode();
    json.put("cniVersion", spokenVersion(invocation));
    json.put("code", code);
    json.put("msg", message == null ? "no reason is known" : message);
    if (!details.isEmpty()) {
      json.put("details", details);
    }
    try {
      return new Answer(1, JSON.writeValueAsString(json));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts and a number are always JSON", e);
    }
  }

  /** That of the configuration where it has one. */
  private static String spokenVersion(Invocation invocation) {
    try {
      return ConfigNode.root(invocation.config()).text("cniVersion", CniVersion.latest().text());
    } catch (CniException e) {
      return CniVersion.latest().text();
    }
  }
}
