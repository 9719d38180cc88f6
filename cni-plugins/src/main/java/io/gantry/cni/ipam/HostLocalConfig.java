package io.gantry.cni.ipam;

import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.ConfigNode;
import io.gantry.cni.spec.PluginConfig;
import io.gantry.cni.spec.ResultJson;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What host-local may be told under {@code ipam}.
 *
 * @param sets a container gets one address of each; a set's ranges are of one family
 * @param directory of the network's files
 */
record HostLocalConfig(
    List<List<AddressRange>> sets,
    List<CniResult.RouteTo> routes,
    CniResult.Dns dns,
    Path directory) {

  private static final String DEFAULT_DIRECTORY = "/var/lib/cni/networks";

  static HostLocalConfig of(PluginConfig config) throws CniException {
    ConfigNode ipam = config.fields().node("ipam");
    List<List<AddressRange>> sets = new ArrayList<>();
    if (ipam.has("subnet")) {
      sets.add(List.of(AddressRange.of(ipam)));
    }
    sets.addAll(sets(ipam, "ranges"));
    sets.addAll(sets(config.runtimeConfig(), "ipRanges"));
    if (sets.isEmpty()) {
      throw CniException.invalid("field ipam.ranges is missing: no addresses to give out");
    }
    requireDistinct(sets);
    return new HostLocalConfig(
        sets,
        ResultJson.routes(ipam.nodes("routes")),
        dns(ipam.text("resolvConf", "")),
        directory(config));
  }

  /** Where the network's files are. */
  static Path directory(PluginConfig config) throws CniException {
    ConfigNode ipam = config.fields().node("ipam");
    return Path.of(ipam.text("dataDir", DEFAULT_DIRECTORY)).resolve(config.network());
  }

  private static List<List<AddressRange>> sets(ConfigNode parent, String field)
      throws CniException {
    List<List<AddressRange>> sets = new ArrayList<>();
    for (ConfigNode item : parent.items(field)) {
      List<AddressRange> set = new ArrayList<>();
      for (ConfigNode range : item.objects()) {
        set.add(AddressRange.of(range));
      }
      if (set.isEmpty()) {
        throw CniException.invalid("field " + parent.pathOf(field) + " has an empty range set");
      }
      boolean version4 = set.getFirst().subnet().isVersion4();
      if (set.stream().anyMatch(range -> range.subnet().isVersion4() != version4)) {
        throw CniException.invalid(
            "field " + parent.pathOf(field) + " mixes version 4 and 6 in one range set");
      }
      sets.add(List.copyOf(set));
    }
    return sets;
  }

  private static void requireDistinct(List<List<AddressRange>> sets) throws CniException {
    List<AddressRange> seen = new ArrayList<>();
    for (AddressRange range : sets.stream().flatMap(List::stream).toList()) {
      for (AddressRange other : seen) {
        if (range.overlaps(other)) {
          throw CniException.invalid("ranges " + other + " and " + range + " overlap");
        }
      }
      seen.add(range);
    }
  }

  private static CniResult.Dns dns(String resolvConf) throws CniException {
    if (resolvConf.isEmpty()) {
      return CniResult.Dns.NONE;
    }
    try {
      return ResolvConf.read(Files.readAllLines(Path.of(resolvConf)));
    } catch (IOException e) {
      throw CniException.invalid("field ipam.resolvConf: cannot read " + resolvConf + ": " + e);
    }
  }

  /** Which of the addresses that a caller asks for are of that set. */
  static List<InetAddress> wanted(List<AddressRange> set, List<InetAddress> asked) {
    return asked.stream()
        .filter(address -> set.stream().anyMatch(range -> range.contains(address)))
        .toList();
  }

  /** The addresses that the caller asks for, by whichever of CNI's three ways. */
  static List<InetAddress> asked(PluginCall call) throws CniException {
    List<String> texts = new ArrayList<>();
    String argument = call.args().getOrDefault("IP", "");
    if (!argument.isEmpty()) {
      texts.addAll(List.of(argument.split(",")));
    }
    ConfigNode fields = call.config().fields();
    texts.addAll(fields.node("args").node("cni").texts("ips"));
    texts.addAll(call.config().runtimeConfig().texts("ips"));
    List<InetAddress> asked = new ArrayList<>();
    for (String text : texts) {
      try {
        asked.add(InetAddress.ofLiteral(text.strip().split("/", 2)[0]));
      } catch (IllegalArgumentException e) {
        throw CniException.invalid("an address that was asked for is none: " + text);
      }
    }
    return List.copyOf(asked);
  }
}
