package io.gantry.cni.plugin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.CniVersion;
import io.gantry.cni.spec.PluginConfig;
import io.gantry.cni.spec.ResultJson;
import io.gantry.linux.Fd;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes calls of plugins. */
public final class TestCalls {

  private static final ObjectMapper JSON = new ObjectMapper();

  private TestCalls() {}

  /**
   * A configuration of the network {@code net}.
   *
   * @param fields the plugin's own, a JSON object in which ' stands for "
   * @param previous null where there is none
   */
  public static PluginConfig config(String type, String fields, @Nullable CniResult previous) {
    try {
      ObjectNode json = (ObjectNode) JSON.readTree(fields.replace('\'', '"'));
      json.put("cniVersion", "1.1.0").put("name", "net").put("type", type);
      if (previous != null) {
        json.set("prevResult", ResultJson.write(previous, CniVersion.latest()));
      }
      return PluginConfig.of(json);
    } catch (JsonProcessingException | CniException e) {
      throw new IllegalArgumentException(fields, e);
    }
  }

  /** A call about {@code eth0}. */
  public static PluginCall call(String containerId, @Nullable Fd netns, PluginConfig config) {
    PluginCall.Netns in = netns == null ? null : new PluginCall.Netns("/test", netns);
    return new PluginCall(containerId, in, "eth0", Map.of(), config);
  }

  /** JSON in which ' stands for ". */
  public static ObjectNode json(String text) throws IOException {
    return (ObjectNode) JSON.readTree(text.replace('\'', '"'));
  }

  /** A configuration of the network {@code net} that names its type itself. */
  public static PluginConfig config(String text) throws IOException {
    ObjectNode json = json(text);
    json.put("name", "net").put("cniVersion", CniVersion.latest().text());
    return PluginConfig.of(json);
  }

  /** The same call after ADD. */
  public static PluginCall after(PluginCall call, CniResult result) throws IOException {
    ObjectNode json = call.config().json().deepCopy();
    json.set("prevResult", ResultJson.write(result, call.config().version()));
    return call.with(PluginConfig.of(json));
  }
}
