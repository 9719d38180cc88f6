package io.gantry.conformance.node;

import io.gantry.conformance.node.NftTable.Chain;
import io.gantry.conformance.node.NftTable.Rule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What network plugins have put into netfilter by way of iptables since a moment. It outlives the
 * pods: the plugins take back their rules for a pod, but neither the chains that all pods with host
 * ports share and the rules that lead there, nor the chains and the table that iptables made for
 * them. What was there before stays, and so does what somebody still uses.
 */
final class PluginTables {

  private static final List<String> POSSIBLE =
      List.of("ip nat", "ip filter", "ip mangle", "ip raw", "ip6 nat", "ip6 filter");

  /** How portmap calls the chains of all pods, and that of a pod: its main.go and portmap.go. */
  private static final String SHARED = "CNI-HOSTPORT-";

  private static final String OF_A_POD = "CNI-DN-";

  /** The end of what stands in a chain that iptables has made by itself. */
  private static final String MADE_BY_IPTABLES = "policy accept;";

  /** Table by table the handles of what was there. */
  private final Map<String, Set<Long>> before;

  private PluginTables(Map<String, Set<Long>> before) {
    this.before = before;
  }

  static PluginTables startingNow() throws IOException, InterruptedException {
    Map<String, Set<Long>> handles = new LinkedHashMap<>();
    for (String table : present()) {
      handles.put(table, NftTable.now(table).handles());
    }
    return new PluginTables(handles);
  }

  private static List<String> present() throws IOException, InterruptedException {
    Set<String> present = Leftovers.nftTables();
    return POSSIBLE.stream().filter(present::contains).toList();
  }

  /** Removes what is new and belongs to nobody; of each table all at once, or nothing. */
  void remove(Leftovers leftovers) throws IOException, InterruptedException {
    for (String name : present()) {
      leftovers.attempt(() -> {
        NftTable table = NftTable.now(name);
        List<String> commands =
            before.containsKey(name)
                ? removal(table, before.getOrDefault(name, Set.of()))
                : removal(table);
        if (!commands.isEmpty()) {
          var _ = Command.output("nft", String.join("; ", commands));
        }
      });
    }
  }

  /** Commands of nft, carried out in one transaction, that remove what is unused of a new table. */
  static List<String> removal(NftTable table) {
    List<String> commands = removal(table, Set.of());
    boolean wholly =
        !table.hasMore()
            && table.chains().stream()
                .map(chain -> delete(table, chain))
                .allMatch(commands::contains);
    return wholly ? List.of("delete table " + table.name()) : commands;
  }

  /**
   * Commands of nft, carried out in one transaction, that remove what is unused of a table's new
   * parts.
   *
   * @param old the handles of those that stay in any case
   */
  static List<String> removal(NftTable table, Set<Long> old) {
    List<Chain> shared =
        table.chains().stream()
            .filter(chain -> chain.name().startsWith(SHARED) && !old.contains(chain.handle()))
            .toList();
    if (table.chains().stream().anyMatch(PluginTables::servesAPod)) {
      return List.of();
    }
    List<String> commands = new ArrayList<>();
    List<String> last = new ArrayList<>();
    for (Chain chain : table.chains()) {
      if (shared.contains(chain)) {
        commands.add("flush chain %s %s".formatted(table.name(), chain.name()));
        last.add(delete(table, chain));
        continue;
      }
      List<Rule> leading = leadingToShared(chain, old);
      for (Rule rule : leading) {
        commands.add(
            "delete rule %s %s handle %d".formatted(table.name(), chain.name(), rule.handle()));
      }
      boolean emptied = leading.size() == chain.rules().size();
      if (emptied && chain.type().endsWith(MADE_BY_IPTABLES) && !old.contains(chain.handle())) {
        last.add(delete(table, chain));
      }
    }
    commands.addAll(last);
    return commands;
  }

  private static String delete(NftTable table, Chain chain) {
    return "delete chain %s %s".formatted(table.name(), chain.name());
  }

  /** Whether a port of a pod is forwarded by it or to it. */
  private static boolean servesAPod(Chain chain) {
    return chain.name().startsWith(OF_A_POD)
        || chain.rules().stream().anyMatch(rule -> rule.text().contains(OF_A_POD));
  }

  private static List<Rule> leadingToShared(Chain chain, Set<Long> old) {
    return chain.rules().stream()
        .filter(rule -> !old.contains(rule.handle()) && rule.text().contains("jump " + SHARED))
        .toList();
  }
}
