package io.gantry.conformance.node;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The tables of netfilter that network plugins have made by way of iptables since a moment. They
 * outlive the pods: the plugins take back their rules for a pod, but not the tables, nor the chains
 * that all pods with host ports share.
 */
final class PluginTables {

  private static final List<String> POSSIBLE =
      List.of("ip nat", "ip filter", "ip mangle", "ip raw", "ip6 nat", "ip6 filter");

  private static final Pattern FRAME =
      Pattern.compile("(table .*|chain [A-Z]+) \\{|type .*|}|#.*|");
  private static final String SHARED = "CNI-HOSTPORT-";
  private static final Pattern SHARED_CHAIN = Pattern.compile("chain " + SHARED + "\\w+ \\{");

  private final Set<String> before;

  private PluginTables(Set<String> before) {
    this.before = before;
  }

  static PluginTables startingNow() throws IOException, InterruptedException {
    return new PluginTables(Leftovers.nftTables());
  }

  /** Removes those that are new and hold nothing that belongs to anybody. */
  void remove(Leftovers leftovers) throws IOException, InterruptedException {
    for (String table : Leftovers.nftTables()) {
      if (POSSIBLE.contains(table) && !before.contains(table)) {
        String[] words = table.split(" ", 2);
        if (isUnused(Command.output("nft", "list", "table", words[0], words[1]))) {
          leftovers.nftTable(words[0], words[1]);
        }
      }
    }
  }

  /**
   * Whether there are only the chains that iptables makes and the shared ones.
   *
   * @param listing as {@code nft list table} prints it
   */
  static boolean isUnused(String listing) {
    boolean inShared = false;
    for (String line : listing.lines().map(String::strip).toList()) {
      if (line.startsWith("chain ")) {
        inShared = SHARED_CHAIN.matcher(line).matches();
      }
      if (!inShared && !FRAME.matcher(line).matches() && !line.contains(SHARED)) {
        return false;
      }
      if (inShared && line.contains("CNI-DN-")) {
        return false;
      }
    }
    return true;
  }
}
