package io.gantry.cni.bridge;

import io.gantry.linux.netlink.IpPrefix;
import io.gantry.linux.nftables.Nftables;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The network's table of the packet filter: pods that talk to the outside do so as the node. */
final class Masquerade {

  private static final Pattern TABLE = Pattern.compile("table (\\S+ \\S+) \\{");
  private static final Pattern CHAIN = Pattern.compile("chain (\\S+) \\{");
  private static final Pattern DROPPING =
      Pattern.compile("hook forward priority [^;]*; policy drop;");

  private final Nftables nftables;
  private final String table;
  private final String bridge;

  Masquerade(Nftables nftables, String table, String bridge) {
    this.nftables = nftables;
    this.table = table;
    this.bridge = bridge;
  }

  /** Puts the whole table in place of whatever it was, in one transaction. */
  void ensure(IpPrefix block) throws IOException {
    nftables.run(
        """
        add table inet %1$s
        delete table inet %1$s
        table inet %1$s {
          chain postrouting {
            type nat hook postrouting priority 100; policy accept;
            ip saddr %2$s oifname != "%3$s" ip daddr != 224.0.0.0/4 counter masquerade
          }
        }
        """
            .formatted(table, block, bridge));
  }

  /** Removes the table; none is fine. */
  void remove() throws IOException {
    nftables.run("add table inet %1$s\ndelete table inet %1$s\n".formatted(table));
  }

  /** Someone else's chain that drops what the node passes on: no rule of ours can overrule it. */
  Optional<String> droppedBy() throws IOException {
    String inTable = "";
    String inChain = "";
    for (String line : nftables.run("list chains\n").split("\n", -1)) {
      inTable = found(TABLE, line).orElse(inTable);
      inChain = found(CHAIN, line).orElse(inChain);
      if (DROPPING.matcher(line).find()) {
        return Optional.of(inTable + " " + inChain);
      }
    }
    return Optional.empty();
  }

  private static Optional<String> found(Pattern pattern, String line) {
    Matcher matcher = pattern.matcher(line);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }
}
