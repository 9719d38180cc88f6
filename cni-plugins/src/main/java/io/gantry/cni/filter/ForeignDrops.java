package io.gantry.cni.filter;

import io.gantry.linux.nftables.Nftables;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks for someone else's chain that drops what the node passes on: no rule can overrule it. */
public final class ForeignDrops {

  private static final Pattern TABLE = Pattern.compile("table (\\S+ \\S+) \\{");
  private static final Pattern CHAIN = Pattern.compile("chain (\\S+) \\{");
  private static final Pattern DROPPING =
      Pattern.compile("hook forward priority [^;]*; policy drop;");

  private ForeignDrops() {}

  /** The first such chain with its table. */
  public static Optional<String> find(Nftables nftables) throws IOException {
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
