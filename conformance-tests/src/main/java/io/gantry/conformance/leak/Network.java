package io.gantry.conformance.leak;

import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/** What the network namespace of this process holds. */
final class Network {

  private Network() {}

  static NavigableSet<String> interfaces() throws IOException {
    NavigableSet<String> seen = new TreeSet<>();
    for (String line : lines("/proc/net/dev")) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        seen.add(line.substring(0, colon).strip());
      }
    }
    return seen;
  }

  static NavigableSet<String> addresses() throws IOException {
    NavigableSet<String> seen = new TreeSet<>();
    for (NetworkInterface link : NetworkInterface.networkInterfaces().toList()) {
      link.getInterfaceAddresses()
          .forEach(address ->
              seen.add(
                  "%s %s/%d"
                      .formatted(
                          link.getName(),
                          address.getAddress().getHostAddress(),
                          address.getNetworkPrefixLength())));
    }
    return seen;
  }

  /** Without the counters of use that the kernel's tables carry. */
  static NavigableSet<String> routes() throws IOException {
    NavigableSet<String> seen = new TreeSet<>();
    for (String line : lines("/proc/net/route")) {
      String[] words = line.strip().split("\\s+", -1);
      if (words.length > 7) {
        seen.add("ipv4 " + String.join(" ", words[0], words[1], words[2], words[7]));
      }
    }
    for (String line : lines("/proc/net/ipv6_route")) {
      String[] words = line.strip().split("\\s+", -1);
      if (words.length > 9) {
        seen.add("ipv6 " + String.join(" ", words[9], words[0], words[1], words[4]));
      }
    }
    return seen;
  }

  /** Each line of the ruleset below its headings; nothing where there is no {@code nft} command. */
  static NavigableSet<String> nftRuleset() throws IOException {
    NavigableSet<String> seen = new TreeSet<>();
    Deque<String> headings = new ArrayDeque<>();
    for (String line : nftLines()) {
      String text = line.strip();
      if (text.equals("}") && !headings.isEmpty()) {
        headings.removeLast();
        continue;
      }
      if (!text.isEmpty()) {
        seen.add(String.join(" / ", headings) + (headings.isEmpty() ? "" : " / ") + text);
      }
      if (text.endsWith("{")) {
        headings.addLast(text.substring(0, text.length() - 1).strip());
      }
    }
    return seen;
  }

  private static List<String> nftLines() throws IOException {
    for (String nft : List.of("/usr/sbin/nft", "/sbin/nft", "/usr/bin/nft")) {
      if (Files.isExecutable(Path.of(nft))) {
        Process process =
            new ProcessBuilder(nft, "--stateless", "list", "ruleset")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.getOutputStream().close();
        try (var output = process.getInputStream()) {
          return new String(output.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
      }
    }
    return List.of();
  }

  private static List<String> lines(String file) throws IOException {
    Path path = Path.of(file);
    return Files.exists(path) ? Files.readAllLines(path) : List.of();
  }
}
