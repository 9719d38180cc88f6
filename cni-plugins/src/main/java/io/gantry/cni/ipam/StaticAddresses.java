package io.gantry.cni.ipam;

import io.gantry.cni.plugin.GivesAddresses;
import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.ConfigNode;
import io.gantry.cni.spec.PluginConfig;
import io.gantry.cni.spec.ResultJson;
import io.gantry.linux.netlink.IpPrefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** CNI's {@code static}: the addresses that the configuration or the caller names. */
public final class StaticAddresses implements Plugin, GivesAddresses {

  public static final String TYPE = "static";

  @Override
  public CniResult add(PluginCall call) throws CniException {
    ConfigNode ipam = call.config().fields().node("ipam");
    List<CniResult.Ip> ips = new ArrayList<>(asked(call));
    if (ips.isEmpty()) {
      ips.addAll(configured(ipam));
    }
    if (ips.isEmpty()) {
      throw CniException.invalid(
          "field ipam.addresses is missing, and the caller names no address");
    }
    return new CniResult(
        List.of(), ips, ResultJson.routes(ipam.nodes("routes")), ResultJson.dns(ipam.node("dns")));
  }

  private static List<CniResult.Ip> configured(ConfigNode ipam) throws CniException {
    List<CniResult.Ip> ips = new ArrayList<>();
    for (ConfigNode address : ipam.nodes("addresses")) {
      IpPrefix prefix =
          address
              .prefix("address")
              .orElseThrow(
                  () -> CniException.invalid("field " + address.pathOf("address") + " is missing"));
      ips.add(new CniResult.Ip(prefix, address.address("gateway").orElse(null), null));
    }
    return ips;
  }

  private static List<CniResult.Ip> asked(PluginCall call) throws CniException {
    List<String> texts = new ArrayList<>();
    texts.addAll(words(call.args().getOrDefault("IP", "")));
    texts.addAll(call.config().fields().node("args").node("cni").texts("ips"));
    texts.addAll(call.config().runtimeConfig().texts("ips"));
    List<InetAddress> gateways = new ArrayList<>();
    for (String word : words(call.args().getOrDefault("GATEWAY", ""))) {
      gateways.add(parsed(word, InetAddress::ofLiteral));
    }
    List<CniResult.Ip> ips = new ArrayList<>();
    for (String text : texts) {
      IpPrefix prefix = parsed(text, IpPrefix::parse);
      ips.add(new CniResult.Ip(prefix, gatewayIn(prefix, gateways), null));
    }
    return ips;
  }

  private static List<String> words(String argument) {
    return argument.isEmpty() ? List.of() : List.of(argument.split(","));
  }

  private static @Nullable InetAddress gatewayIn(IpPrefix prefix, List<InetAddress> gateways) {
    return gateways.stream().filter(prefix::contains).findFirst().orElse(null);
  }

  private static <T> T parsed(String text, java.util.function.Function<String, T> parser)
      throws CniException {
    try {
      return parser.apply(text.strip());
    } catch (IllegalArgumentException e) {
      throw CniException.invalid("an address that was asked for is none: " + e.getMessage());
    }
  }

  @Override
  public void check(PluginCall call) throws CniException {
    CniResult previous = call.config().requiredPrevious();
    for (CniResult.Ip ip : add(call).ips()) {
      if (previous.ips().stream().noneMatch(had -> had.address().equals(ip.address()))) {
        throw CniException.changed("address " + ip.address() + " is not in the result of ADD");
      }
    }
  }

  @Override
  public void del(PluginCall call) {
    // nothing was set aside
  }

  @Override
  public void gc(PluginConfig config, Set<Attachment> valid) {
    // nothing was set aside
  }

  @Override
  public void status(PluginConfig config) throws CniException {
    configured(config.fields().node("ipam"));
  }
}
