package io.gantry.cni.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.linux.netlink.IpPrefix;
import java.util.ArrayList;
import java.util.List;

/** Results as JSON, in the form of each version. */
public final class ResultJson {

  private static final long LARGEST = 0xFFFF_FFFFL;

  private ResultJson() {}

  /** Reads a result of any version from 0.3.1 on; they differ in fields only. */
  public static CniResult read(JsonNode json) throws CniException {
    ConfigNode result = ConfigNode.root(json);
    List<CniResult.Interface> interfaces = new ArrayList<>();
    for (ConfigNode node : result.nodes("interfaces")) {
      interfaces.add(
          new CniResult.Interface(
              node.text("name", ""),
              node.text("mac", ""),
              (int) node.number("mtu", 0, 0, Integer.MAX_VALUE),
              node.text("sandbox", ""),
              node.text("socketPath", ""),
              node.text("pciID", "")));
    }
    List<CniResult.Ip> ips = new ArrayList<>();
    for (ConfigNode node : result.nodes("ips")) {
      ips.add(ip(node));
    }
    return new CniResult(interfaces, ips, routes(result.nodes("routes")), dns(result.node("dns")));
  }

  private static CniResult.Ip ip(ConfigNode node) throws CniException {
    IpPrefix address =
        node.prefix("address")
            .orElseThrow(() -> CniException.invalid("an address of the result is empty"));
    return new CniResult.Ip(
        address,
        node.address("gateway").orElse(null),
        node.has("interface") ? (int) node.number("interface", 0, 0, Short.MAX_VALUE) : null);
  }

  /** Routes as configurations and results have them. */
  public static List<CniResult.RouteTo> routes(List<ConfigNode> nodes) throws CniException {
    List<CniResult.RouteTo> routes = new ArrayList<>();
    for (ConfigNode node : nodes) {
      IpPrefix destination =
          node.prefix("dst")
              .orElseThrow(
                  () -> CniException.invalid("field " + node.pathOf("dst") + " is missing"));
      routes.add(
          new CniResult.RouteTo(
              destination,
              node.address("gw").orElse(null),
              (int) node.number("mtu", 0, 0, Integer.MAX_VALUE),
              (int) node.number("advmss", 0, 0, Integer.MAX_VALUE),
              (int) node.number("priority", 0, 0, LARGEST),
              (int) node.number("table", 0, 0, LARGEST),
              node.has("scope") ? (int) node.number("scope", 0, 0, 255) : null));
    }
    return List.copyOf(routes);
  }

  /** DNS settings as configurations and results have them. */
  public static CniResult.Dns dns(ConfigNode node) throws CniException {
    return new CniResult.Dns(
        node.texts("nameservers"),
        node.text("domain", ""),
        node.texts("search"),
        node.texts("options"));
  }

  /** Writes a result as that version has it. */
  public static ObjectNode write(CniResult result, CniVersion version) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("cniVersion", version.text());
    ArrayNode interfaces = json.putArray("interfaces");
    result.interfaces().forEach(made -> interfaces.add(json(made, version)));
    ArrayNode ips = json.putArray("ips");
    result.ips().forEach(ip -> ips.add(json(ip, version)));
    ArrayNode routes = json.putArray("routes");
    result.routes().forEach(route -> routes.add(json(route, version)));
    json.set("dns", json(result.dns()));
    return json;
  }

  private static ObjectNode json(CniResult.Interface made, CniVersion version) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("name", made.name());
    putText(json, "mac", made.mac());
    if (version.hasStatusAndGc()) {
      putNumber(json, "mtu", made.mtu());
    }
    putText(json, "sandbox", made.sandbox());
    if (version.hasStatusAndGc()) {
      putText(json, "socketPath", made.socketPath());
      putText(json, "pciID", made.pciId());
    }
    return json;
  }

  private static ObjectNode json(CniResult.Ip ip, CniVersion version) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    if (version.tellsFamily()) {
      json.put("version", ip.address().isVersion4() ? "4" : "6");
    }
    json.put("address", ip.address().toString());
    if (ip.gateway() != null) {
      json.put("gateway", IpPrefix.text(ip.gateway()));
    }
    if (ip.interfaceIndex() != null) {
      json.put("interface", ip.interfaceIndex());
    }
    return json;
  }

  private static ObjectNode json(CniResult.RouteTo route, CniVersion version) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("dst", route.destination().toString());
    if (route.gateway() != null) {
      json.put("gw", IpPrefix.text(route.gateway()));
    }
    if (version.hasStatusAndGc()) {
      putNumber(json, "mtu", route.mtu());
      putNumber(json, "advmss", route.advmss());
      putNumber(json, "priority", Integer.toUnsignedLong(route.priority()));
      putNumber(json, "table", Integer.toUnsignedLong(route.table()));
      if (route.scope() != null) {
        json.put("scope", route.scope());
      }
    }
    return json;
  }

  private static ObjectNode json(CniResult.Dns dns) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    putTexts(json, "nameservers", dns.nameservers());
    putText(json, "domain", dns.domain());
    putTexts(json, "search", dns.search());
    putTexts(json, "options", dns.options());
    return json;
  }

  private static void putText(ObjectNode json, String field, String text) {
    if (!text.isEmpty()) {
      json.put(field, text);
    }
  }

  private static void putNumber(ObjectNode json, String field, long number) {
    if (number != 0) {
      json.put(field, number);
    }
  }

  private static void putTexts(ObjectNode json, String field, List<String> texts) {
    if (!texts.isEmpty()) {
      ArrayNode array = json.putArray(field);
      texts.forEach(array::add);
    }
  }
}
