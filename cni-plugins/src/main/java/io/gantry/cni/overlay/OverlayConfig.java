package io.gantry.cni.overlay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.ConfigNode;
import io.gantry.cni.spec.PluginConfig;
import io.gantry.linux.netlink.IpPrefix;
import java.nio.file.Path;
import java.util.List;

/**
 * What the overlay plugin may be told.
 *
 * @param nodeFile where the daemon wrote down what this node is
 * @param masquerade what leaves the overlay does so as the node
 * @param delegateType the plugin that does the work
 */
record OverlayConfig(PluginConfig config, Path nodeFile, boolean masquerade, String delegateType) {

  private static final String NODE_FILE = "/var/lib/gantry/overlay/node.json";
  private static final String BRIDGE = "bridge";
  private static final String BRIDGE_NAME = "gantry-overlay";

  static OverlayConfig of(PluginConfig config) throws CniException {
    ConfigNode fields = config.fields();
    ConfigNode delegate = fields.node("delegate");
    if (delegate.has("ipam") || delegate.has("name")) {
      throw CniException.invalid(
          "field delegate has neither name nor ipam: the overlay knows the addresses");
    }
    return new OverlayConfig(
        config,
        Path.of(fields.text("nodeFile", NODE_FILE)),
        fields.flag("ipMasq", true),
        delegate.text("type", BRIDGE));
  }

  /**
   * The configuration of the plugin that does the work: what field {@code delegate} says, what a
   * bridge in an overlay is, and one range for each block.
   *
   * @param blocks empty where no addresses can have been given
   * @param mtu bytes, or 0 for the plugin's own choice
   */
  PluginConfig delegated(List<IpPrefix> blocks, int mtu) throws CniException {
    ObjectNode json = config.json().objectNode();
    JsonNode delegate = config.json().path("delegate");
    if (delegate.isObject()) {
      json.setAll((ObjectNode) delegate.deepCopy());
    }
    json.put("type", delegateType);
    for (String field : List.of("cniVersion", "name", "args", "runtimeConfig", "prevResult")) {
      if (config.json().has(field)) {
        json.set(field, config.json().get(field));
      }
    }
    if (delegateType.equals(BRIDGE)) {
      asBridge(json);
    }
    if (!json.has("mtu") && mtu != 0) {
      json.put("mtu", mtu);
    }
    if (!blocks.isEmpty()) {
      json.set("ipam", addresses(blocks));
    }
    return PluginConfig.of(json);
  }

  private static void asBridge(ObjectNode json) {
    putDefault(json, "bridge", json.textNode(BRIDGE_NAME));
    putDefault(json, "isDefaultGateway", json.booleanNode(true));
    putDefault(json, "hairpinMode", json.booleanNode(true));
    // the address of a block that this node had before
    putDefault(json, "forceAddress", json.booleanNode(true));
    // from one block of the overlay to another nothing is masqueraded
    json.put("ipMasq", false);
  }

  private static void putDefault(ObjectNode json, String field, JsonNode value) {
    if (!json.has(field)) {
      json.set(field, value);
    }
  }

  /** Further fields of {@code ipam}, such as {@code dataDir} and {@code routes}, are kept. */
  private ObjectNode addresses(List<IpPrefix> blocks) {
    ObjectNode ipam = config.json().objectNode();
    JsonNode own = config.json().path("ipam");
    if (own.isObject()) {
      ipam.setAll((ObjectNode) own.deepCopy());
    }
    putDefault(ipam, "type", ipam.textNode("host-local"));
    ArrayNode ranges = ipam.putArray("ranges");
    blocks.forEach(block -> ranges.addArray().addObject().put("subnet", block.toString()));
    return ipam;
  }
}
