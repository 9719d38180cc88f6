package io.gantry.cni.tuning;

import com.fasterxml.jackson.databind.JsonNode;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.ConfigNode;
import io.gantry.linux.netlink.MacAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What to set. The network's configuration is overruled by {@code MAC} of the call's arguments,
 * that by the capability {@code mac}, and all of them by {@code args.cni}.
 *
 * @param sysctls by name as written, such as {@code net.ipv4.conf.IFNAME.arp_filter}
 * @param dataDirectory where to keep what was set before
 */
record TuningConfig(Map<String, String> sysctls, LinkTuning link, Path dataDirectory) {

  private static final String DATA_DIRECTORY = "/run/cni/tuning";
  private static final String PROMISC = "promisc";

  static TuningConfig of(PluginCall call) throws CniException {
    ConfigNode own = call.config().fields();
    ConfigNode args = own.node("args").node("cni");
    Map<String, String> sysctls = new LinkedHashMap<>(sysctls(own));
    sysctls.putAll(sysctls(args));
    // false is how configurations say that it is not theirs to set
    boolean promiscuous = chosen(own, args, PROMISC).flag(PROMISC, false);
    LinkTuning link =
        new LinkTuning(
            mac(call, own, args),
            number(chosen(own, args, "mtu"), "mtu").filter(mtu -> mtu != 0),
            promiscuous ? Optional.of(true) : Optional.empty(),
            flag(chosen(own, args, "allmulti"), "allmulti"),
            number(chosen(own, args, "txQLen"), "txQLen"));
    return new TuningConfig(sysctls, link, dataDirectory(own));
  }

  static Path dataDirectory(ConfigNode own) throws CniException {
    return Path.of(own.text("dataDir", DATA_DIRECTORY));
  }

  private static Map<String, String> sysctls(ConfigNode source) throws CniException {
    Map<String, String> sysctls = new LinkedHashMap<>();
    ConfigNode node = source.node("sysctl");
    for (Map.Entry<String, JsonNode> entry : node.json().properties()) {
      sysctls.put(entry.getKey(), node.text(entry.getKey(), ""));
    }
    return sysctls;
  }

  private static Optional<MacAddress> mac(PluginCall call, ConfigNode own, ConfigNode args)
      throws CniException {
    List<String> strongestFirst =
        List.of(
            args.text("mac", ""),
            call.config().runtimeConfig().text("mac", ""),
            call.args().getOrDefault("MAC", ""),
            own.text("mac", ""));
    for (String text : strongestFirst) {
      if (!text.isEmpty()) {
        return Optional.of(mac(text));
      }
    }
    return Optional.empty();
  }

  private static MacAddress mac(String text) throws CniException {
    try {
      return MacAddress.parse(text);
    } catch (IllegalArgumentException e) {
      throw CniException.invalid(
          "field mac must be a link address such as 02:00:0a:58:00:02, not " + text);
    }
  }

  private static ConfigNode chosen(ConfigNode own, ConfigNode args, String field) {
    return args.has(field) ? args : own;
  }

  private static Optional<Integer> number(ConfigNode node, String field) throws CniException {
    return node.has(field)
        ? Optional.of((int) node.number(field, 0, 0, Integer.MAX_VALUE))
        : Optional.empty();
  }

  private static Optional<Boolean> flag(ConfigNode node, String field) throws CniException {
    return node.has(field) ? Optional.of(node.flag(field, false)) : Optional.empty();
  }
}
