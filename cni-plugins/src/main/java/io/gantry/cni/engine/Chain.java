package io.gantry.cni.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.cni.plugin.ByCapability;
import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.plugin.Plugins;
import io.gantry.cni.plugin.ReachedFromOutside;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.PluginConfig;
import io.gantry.cni.spec.ResultJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a network's plugins, each with the configuration that the specification derives for it. */
final class Chain {

  private static final Logger log = LoggerFactory.getLogger(Chain.class);

  private final NetworkList list;
  private final Plugins plugins;

  Chain(NetworkList list, Plugins plugins) {
    this.list = list;
    this.plugins = plugins;
  }

  /** In order; each gets what the one before it came to. */
  CniResult add(Request request) throws CniException {
    CniResult result = null;
    for (ObjectNode plugin : concerned(request)) {
      PluginCall call = call(request, plugin, result);
      try {
        result = plugins.of(call.config().type()).add(call);
      } catch (CniException e) {
        throw named(e, plugin);
      }
    }
    return result == null ? CniResult.EMPTY : result;
  }

  private CniException named(CniException e, ObjectNode plugin) {
    String type = plugin.path("type").asText();
    return new CniException(
        e.code(),
        "network " + list.name() + ", plugin " + type + ": " + e.getMessage() + place(e, plugin),
        e.details(),
        e);
  }

  /** Where the field stands that the failure is about, if that is known. */
  private String place(CniException e, ObjectNode plugin) {
    int line = list.lineOf(plugin, e.field());
    return line == 0 ? "" : " (" + list.source() + ":" + line + ")";
  }

  /** In order, each with ADD's result. */
  void check(Request request, CniResult result) throws CniException {
    if (list.disableCheck() || !list.version().hasCheck()) {
      return;
    }
    for (ObjectNode plugin : list.plugins()) {
      PluginCall call = call(request, plugin, result);
      try {
        plugins.of(call.config().type()).check(call);
      } catch (CniException e) {
        throw named(e, plugin);
      }
    }
  }

  /**
   * In the opposite order; a failure does not keep the others from being run. The caller drops the
   * namespace afterwards, so that plugins of this process need not take apart what goes with it: a
   * veth that is deleted costs 14 to 40 ms, one whose namespace goes costs nobody's time.
   *
   * @param result ADD's, or null when it is not known
   */
  void del(Request request, @Nullable CniResult result) throws CniException {
    CniException failure = null;
    for (ObjectNode plugin : concerned(request).reversed()) {
      PluginCall call = call(request, plugin, result);
      try {
        Plugin found = plugins.of(call.config().type());
        boolean stays =
            failure != null
                || found instanceof ExecutedPlugin
                || found instanceof ReachedFromOutside;
        found.del(stays ? call : call.withoutNetns());
      } catch (CniException e) {
        CniException named = named(e, plugin);
        if (nothingToUndo(e, result)) {
          log.warn(
              "nothing is undone of container {}: {}", request.containerId(), named.getMessage());
        } else if (failure == null) {
          failure = named;
        } else {
          failure.addSuppressed(named);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /**
   * What refuses to undo an ADD that never succeeded, for a reason for which it refused that ADD
   * too, has done nothing: a pod that cannot be attached must still be able to go.
   */
  private static boolean nothingToUndo(CniException e, @Nullable CniResult result) {
    return switch (e.code()) {
      case CniException.UNKNOWN_CONTAINER -> true;
      case CniException.INCOMPATIBLE_VERSION,
          CniException.INVALID_CONFIG,
          CniException.UNSUPPORTED_FIELD,
          CniException.NOT_AVAILABLE ->
          result == null;
      default -> false;
    };
  }

  /** All but those that would do nothing for this container: most ask for no port and no limit. */
  private List<ObjectNode> concerned(Request request) {
    return list.plugins().stream().filter(plugin -> !isIdle(plugin, request)).toList();
  }

  private boolean isIdle(ObjectNode plugin, Request request) {
    if (plugin.size() != 2
        || !plugin.has("capabilities")
        || !offered(plugin.path("capabilities"), request.capabilities()).isEmpty()) {
      return false;
    }
    try {
      return plugins.of(plugin.path("type").asText()) instanceof ByCapability;
    } catch (CniException missing) {
      return false;
    }
  }

  /** Each plugin, whatever happens to the others. */
  void gc(Set<Plugin.Attachment> valid) throws CniException {
    List<CniException> failures = new ArrayList<>();
    for (ObjectNode plugin : list.plugins()) {
      PluginConfig config = config(plugin);
      try {
        plugins.of(config.type()).gc(config, valid);
      } catch (CniException e) {
        failures.add(named(e, plugin));
      }
    }
    if (!failures.isEmpty()) {
      CniException first = failures.removeFirst();
      failures.forEach(first::addSuppressed);
      throw first;
    }
  }

  /** Fails where one of the plugins cannot serve. */
  void status() throws CniException {
    for (ObjectNode plugin : list.plugins()) {
      PluginConfig config = config(plugin);
      try {
        plugins.of(config.type()).status(config);
      } catch (CniException e) {
        throw named(e, plugin);
      }
    }
  }

  private PluginConfig config(ObjectNode plugin) throws CniException {
    return PluginConfig.of(derived(plugin));
  }

  private ObjectNode derived(ObjectNode plugin) {
    ObjectNode json = plugin.deepCopy();
    json.remove("capabilities");
    json.put("name", list.name()).put("cniVersion", list.version().text());
    return json;
  }

  /** The call for one plugin of the chain (CNI 1.1, section 3). */
  PluginCall call(Request request, ObjectNode plugin, @Nullable CniResult previous)
      throws CniException {
    ObjectNode json = derived(plugin);
    ObjectNode offered = offered(plugin.path("capabilities"), request.capabilities());
    if (!offered.isEmpty()) {
      json.set("runtimeConfig", offered);
    }
    if (previous != null) {
      json.set("prevResult", ResultJson.write(previous, list.version()));
    }
    return new PluginCall(
        request.containerId(),
        request.netns(),
        request.ifName(),
        request.args(),
        PluginConfig.of(json));
  }

  private static ObjectNode offered(JsonNode asked, ObjectNode capabilities) {
    ObjectNode offered = capabilities.objectNode();
    asked
        .properties()
        .forEach(capability -> {
          JsonNode value = capabilities.get(capability.getKey());
          if (capability.getValue().asBoolean() && value != null) {
            offered.set(capability.getKey(), value);
          }
        });
    return offered;
  }
}
