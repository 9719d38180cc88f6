package io.gantry.pod;

import io.gantry.cni.PodRequest;
import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.netlink.MacAddress;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What a pod wants of its network, from annotations: {@code gantry.io/ips}, {@code gantry.io/mac},
 * {@code gantry.io/ip-ranges} and {@code gantry.io/aliases}, lists with commas. CRI has no fields
 * for these, and no other runtime takes them from a pod's annotations.
 */
final class PodWishes {

  private static final String PREFIX = "gantry.io/";
  private static final String IPS = PREFIX + "ips";
  private static final String MAC = PREFIX + "mac";
  private static final String RANGES = PREFIX + "ip-ranges";
  private static final String ALIASES = PREFIX + "aliases";
  private static final String NAME = "[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?";

  private static final String VERSION4 = "[0-9]+(\\.[0-9]+){3}(/[0-9]+)?";

  private PodWishes() {}

  static PodRequest.Wishes of(Map<String, String> annotations) {
    if (Stream.of(IPS, MAC, RANGES, ALIASES).noneMatch(annotations::containsKey)) {
      return PodRequest.Wishes.NONE;
    }
    List<String> mac = read(MAC, annotations, "one link address", PodWishes::mac);
    if (mac.size() > 1) {
      throw invalid(MAC, annotations, "one link address");
    }
    return new PodRequest.Wishes(
        read(IPS, annotations, "addresses such as 10.1.2.3 or fd00::3/64", PodWishes::ip),
        mac.isEmpty() ? "" : mac.getFirst(),
        read(RANGES, annotations, "blocks such as 10.1.2.0/24", IpPrefix::parse),
        read(ALIASES, annotations, "host names", PodWishes::name));
  }

  /** Calls the function for each item; it refuses what is none. */
  private static <T> List<T> read(
      String annotation, Map<String, String> annotations, String wanted, Function<String, T> item) {
    String text = annotations.getOrDefault(annotation, "");
    if (text.isBlank()) {
      return List.of();
    }
    try {
      return Stream.of(text.split(",", -1)).map(String::strip).map(item).toList();
    } catch (IllegalArgumentException e) {
      throw invalid(annotation, annotations, wanted);
    }
  }

  private static InvalidException invalid(
      String annotation, Map<String, String> annotations, String wanted) {
    return new InvalidException(
        new Subject("annotation", annotation),
        "annotation " + annotation + " is \"" + annotations.get(annotation) + "\"",
        "give " + wanted);
  }

  /** The JDK would also take 10.1.2 and read it as 10.1.0.2. */
  private static String ip(String text) {
    if (!text.contains(":") && !text.matches(VERSION4)) {
      throw new IllegalArgumentException(text);
    }
    return text.contains("/")
        ? IpPrefix.parse(text).toString()
        : IpPrefix.text(InetAddress.ofLiteral(text));
  }

  private static String mac(String text) {
    return MacAddress.parse(text).toString();
  }

  private static String name(String text) {
    if (!text.matches(NAME)) {
      throw new IllegalArgumentException(text);
    }
    return text;
  }
}
