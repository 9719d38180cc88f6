package io.gantry.cni.filter;

import io.gantry.linux.netlink.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A chain that pods of one block of addresses share. Its name says what is in it, so that it need
 * not be read back.
 */
record BlockChain(Kind kind, IpPrefix block) {

  /** What the chain does. */
  enum Kind {
    /** Packets to outside the block leave as the node. */
    OUTSIDE("outside"),

    /** Packets from within the block and from loopback leave as the node. */
    NEIGHBOURS("neighbours"),

    /** All packets leave as the node. */
    ALL("all");

    private final String prefix;

    Kind(String prefix) {
      this.prefix = prefix;
    }
  }

  private static final Pattern NAME = Pattern.compile("([a-z]+)_([0-9a-f.-]+)_(\\d+)");

  BlockChain {
    block = block.network();
  }

  /** Such as {@code outside_10.88.0.0_16}; names have no colons, so version 6 has dashes. */
  String name() {
    String address = block.address().getHostAddress().replace(':', '-');
    return kind.prefix + "_" + address + "_" + block.length();
  }

  /** The chain of that name, or nothing. */
  static Optional<BlockChain> of(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    for (Kind kind : Kind.values()) {
      if (kind.prefix.equals(matcher.group(1))) {
        String address = matcher.group(2).replace('-', ':');
        return Optional.of(new BlockChain(kind, IpPrefix.parse(address + "/" + matcher.group(3))));
      }
    }
    return Optional.empty();
  }

  /** Commands that make it, whether or not it is there. */
  String creation(String table) {
    String chain = "chain inet " + table + " " + name();
    StringBuilder commands = new StringBuilder("add " + chain + "\nflush " + chain + "\n");
    for (String rule : rules()) {
      commands.append("add rule inet %s %s %s\n".formatted(table, name(), rule));
    }
    return commands.toString();
  }

  private List<String> rules() {
    String ip = block.isVersion4() ? "ip" : "ip6";
    String loopback = block.isVersion4() ? "127.0.0.0/8" : "::1";
    String multicast = block.isVersion4() ? "224.0.0.0/4" : "ff00::/8";
    return switch (kind) {
      case OUTSIDE ->
          List.of(
              ip + " daddr " + block + " return",
              ip + " daddr " + multicast + " return",
              "masquerade");
      case NEIGHBOURS ->
          List.of(
              ip + " saddr " + block + " masquerade", ip + " saddr " + loopback + " masquerade");
      case ALL -> List.of("masquerade");
    };
  }

  /** Commands that take it away when no element leads to it. */
  String deletion(String table) {
    String chain = "chain inet " + table + " " + name();
    return "flush " + chain + "\ndelete " + chain + "\n";
  }
}
