package io.gantry.conformance.node;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A table of netfilter as {@code nft} lists it. Each chain and rule has a handle, a number that the
 * kernel gives to nothing else in the table.
 *
 * @param name family and name, such as {@code ip nat}
 * @param hasMore whether it also holds sets, maps or the like
 */
record NftTable(String name, List<Chain> chains, boolean hasMore) {

  private static final Pattern BLOCK = Pattern.compile("(\\w+) (\\S+) \\{ # handle (\\d+)");
  private static final Pattern RULE = Pattern.compile("(.*) # handle (\\d+)");

  NftTable {
    chains = List.copyOf(chains);
  }

  /**
   * A chain.
   *
   * @param type with hook, priority and policy, where packets come into it from the kernel; else
   *     empty
   */
  record Chain(String name, long handle, String type, List<Rule> rules) {

    Chain {
      rules = List.copyOf(rules);
    }
  }

  /**
   * A rule.
   *
   * @param text without the numbers of its counters
   */
  record Rule(String text, long handle) {}

  /** The table as it is now. */
  static NftTable now(String name) throws IOException, InterruptedException {
    String[] words = name.split(" ", 2);
    return parse(
        name,
        Command.output("nft", "--stateless", "--handle", "list", "table", words[0], words[1]));
  }

  /**
   * Reads a listing.
   *
   * @param listing as {@code nft --stateless --handle list table} prints it
   */
  static NftTable parse(String name, String listing) {
    List<Chain> chains = new ArrayList<>();
    boolean more = false;
    var lines = listing.lines().map(String::strip).iterator();
    while (lines.hasNext()) {
      Matcher block = BLOCK.matcher(lines.next());
      if (block.matches()) {
        List<String> content = new ArrayList<>();
        for (String line = lines.next(); !line.equals("}"); line = lines.next()) {
          content.add(line);
        }
        if (block.group(1).equals("chain")) {
          chains.add(chain(block.group(2), Long.parseLong(block.group(3)), content));
        } else {
          more = true;
        }
      }
    }
    return new NftTable(name, chains, more);
  }

  private static Chain chain(String name, long handle, List<String> content) {
    String type = "";
    List<Rule> rules = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (String line : content) {
      if (line.startsWith("type ")) {
        type = line;
        continue;
      }
      // A long rule goes over several lines, of which the last has the handle.
      Matcher last = RULE.matcher(text.append(line));
      if (last.matches()) {
        rules.add(new Rule(last.group(1), Long.parseLong(last.group(2))));
        text.setLength(0);
      }
    }
    return new Chain(name, handle, type, rules);
  }

  /** Of all chains and rules. */
  Set<Long> handles() {
    Set<Long> handles = new HashSet<>();
    for (Chain chain : chains) {
      handles.add(chain.handle);
      chain.rules.forEach(rule -> handles.add(rule.handle));
    }
    return handles;
  }
}
