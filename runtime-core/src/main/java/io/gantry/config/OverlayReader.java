package io.gantry.config;

import io.gantry.linux.netlink.IpPrefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** Reads the section {@code [overlay]}. */
final class OverlayReader {

  private static final String SOURCES = "|file|etcd|kubernetes";
  private static final String FILE = "|/[^\\x00]+";
  private static final String NAME = "|[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?";
  private static final String LINK = "[A-Za-z0-9_.-]{1,15}";
  private static final String LINK_WORDS = "1 to 15 letters, digits, dots, dashes or underscores";
  private static final int MOST_VNI = (1 << 24) - 1;
  private static final int LARGEST_PORT = 65535;
  private static final int MOST_MTU = 65535;

  /** A block with a gateway and two pods. */
  private static final int LONGEST_BLOCK = 30;

  private static final int LONGEST_BLOCK6 = 126;

  private OverlayReader() {}

  static OverlaySettings read(Section section) {
    OverlaySettings defaults = OverlaySettings.DEFAULT;
    String source =
        section.matching("source", defaults.source(), SOURCES, "file, etcd, kubernetes or nothing");
    List<String> networks = networks(section, defaults.networks());
    OverlaySettings read =
        new OverlaySettings(
            source,
            section.matching("node_name", defaults.nodeName(), NAME, "a host's name"),
            networks,
            section.matching("device", defaults.device(), LINK, LINK_WORDS),
            (int) section.number("vni", defaults.vni(), 1, MOST_VNI),
            (int) section.number("port", defaults.port(), 1, LARGEST_PORT),
            address(section),
            section.matching("interface", defaults.interfaceName(), "|" + LINK, LINK_WORDS),
            (int) section.number("mtu", defaults.mtu(), 0, MOST_MTU),
            section.path("peers_file", defaults.peersFile()),
            etcd(section.section("etcd"), source.equals("etcd"), networks),
            kubernetes(section.section("kubernetes"), source.equals("kubernetes")));
    section.refuseOthers();
    return read;
  }

  private static List<String> networks(Section section, List<String> defaults) {
    String wanted = "one or two blocks such as \"10.244.0.0/16\", of different versions";
    List<String> networks = new ArrayList<>();
    List<Boolean> versions = new ArrayList<>();
    for (String text : section.texts("networks", defaults)) {
      try {
        IpPrefix block = IpPrefix.parse(text).network();
        networks.add(block.toString());
        versions.add(block.isVersion4());
      } catch (IllegalArgumentException e) {
        section.refuse("networks", "has \"" + text + "\"", wanted);
        return defaults;
      }
    }
    if (networks.isEmpty()) {
      section.refuse("networks", "is empty", wanted);
      return defaults;
    }
    if (versions.stream().distinct().count() != networks.size()) {
      section.refuse("networks", "has two of one version", wanted);
      return defaults;
    }
    return networks;
  }

  private static String address(Section section) {
    String wanted = "an address of this node such as \"192.0.2.1\", or nothing";
    String text = section.text("address", "", wanted);
    try {
      return text.isEmpty() ? text : IpPrefix.text(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException e) {
      section.refuse("address", "is \"" + text + "\"", wanted);
      return "";
    }
  }

  private static OverlaySettings.Etcd etcd(Section section, boolean used, List<String> networks) {
    OverlaySettings.Etcd defaults = OverlaySettings.DEFAULT.etcd();
    List<String> endpoints = section.texts("endpoints");
    String wanted = "addresses such as [\"https://192.0.2.10:2379\"]";
    if (used && endpoints.isEmpty()) {
      section.refuse("endpoints", "is empty", wanted);
    }
    if (!endpoints.stream().allMatch(one -> one.matches("https?://[^/\\s]+:[0-9]{1,5}"))) {
      section.refuse("endpoints", "is " + endpoints, wanted);
    }
    OverlaySettings.Etcd read =
        new OverlaySettings.Etcd(
            endpoints,
            section.matching(
                "prefix", defaults.prefix(), "(/[A-Za-z0-9_.-]+)+", "a path such as /gantry"),
            file(section, "ca_file"),
            file(section, "cert_file"),
            file(section, "key_file"),
            section.text("user", "", "a name"),
            file(section, "password_file"),
            length(section, "block_length", defaults.blockLength(), networks, LONGEST_BLOCK),
            length(section, "block_length6", defaults.blockLength6(), networks, LONGEST_BLOCK6),
            (int) section.number("node_ttl_seconds", defaults.nodeTtlSeconds(), 5, 3600),
            (int) section.number("block_ttl_hours", defaults.blockTtlHours(), 1, 24 * 365));
    requireKey(section, read.certFile(), read.keyFile());
    if (!read.user().isEmpty() && read.passwordFile().isEmpty()) {
      section.refuse("password_file", "is \"\"", "the file with the password of user");
    }
    section.refuseOthers();
    return read;
  }

  /** Between the length of its network and what still has room for pods. */
  private static int length(
      Section section, String key, int fallback, List<String> networks, int longest) {
    int shortest = 1;
    for (String network : networks) {
      IpPrefix block = IpPrefix.parse(network);
      if (block.isVersion4() == (longest == LONGEST_BLOCK)) {
        shortest = block.length();
      }
    }
    long length = section.number(key, fallback, 1, longest);
    if (length < shortest) {
      section.refuse(key, "is " + length, "a number from " + shortest + " to " + longest);
      return fallback;
    }
    return (int) length;
  }

  private static OverlaySettings.Kubernetes kubernetes(Section section, boolean used) {
    String wanted = "an address such as \"https://192.0.2.10:6443\"";
    String server =
        section.matching("server", "", "|https?://[A-Za-z0-9.:\\[\\]-]+(/[^\\s?#]*)?", wanted);
    if (used && server.isEmpty()) {
      section.refuse("server", "is \"\"", wanted);
    }
    OverlaySettings.Kubernetes read =
        new OverlaySettings.Kubernetes(
            server,
            file(section, "ca_file"),
            file(section, "token_file"),
            file(section, "cert_file"),
            file(section, "key_file"));
    requireKey(section, read.certFile(), read.keyFile());
    section.refuseOthers();
    return read;
  }

  private static String file(Section section, String key) {
    return section.matching(key, "", FILE, "an absolute path");
  }

  private static void requireKey(Section section, String certificate, String key) {
    if (!certificate.isEmpty() && key.isEmpty()) {
      section.refuse("key_file", "is \"\"", "the key of cert_file");
    }
    if (certificate.isEmpty() && !key.isEmpty()) {
      section.refuse("cert_file", "is \"\"", "the certificate of key_file");
    }
  }
}
