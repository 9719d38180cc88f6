package io.gantry.cni.filter;

import io.gantry.linux.netlink.IpPrefix;
import java.util.List;
import java.util.Optional;

/**
 * A chain that pods of one block of addresses, or of one bridge, share. Its name says what is in
 * it, so that it need not be read back.
 *
 * @param scope a block such as {@code 10.88.0.0/16}, or a bridge such as {@code br0}
 */
record SharedChain(Kind kind, String scope) {

  /** What the chain does. */
  enum Kind {
    /** Packets to outside the block leave as the node. */
    OUTSIDE("outside_", true),

    /** Packets from within the block and from loopback leave as the node. */
    NEIGHBOURS("neighbours_", true),

    /** All packets leave as the node. */
    ALL("all_", true),

    /** Packets from pods of other bridges are dropped. */
    WALL("wall_", false),

    /** Packets from pods are dropped, those of the same bridge included. */
    CELL("cell_", false);

    private final String prefix;
    private final boolean block;

    Kind(String prefix, boolean block) {
      this.prefix = prefix;
      this.block = block;
    }
  }

  /** What pods of the address's block share. */
  static SharedChain of(Kind kind, IpPrefix address) {
    return new SharedChain(kind, address.network().toString());
  }

  /** Whether each pod of the block leads to it, rather than those that ask for something more. */
  boolean isOfEveryPod() {
    return kind == Kind.OUTSIDE;
  }

  /** Such as {@code outside_10.88.0.0_16}; names have neither slashes nor colons. */
  String name() {
    return kind.prefix + scope.replace('/', '_').replace(':', '-');
  }

  /** The chain of that name, or nothing. */
  static Optional<SharedChain> of(String name) {
    for (Kind kind : Kind.values()) {
      if (name.startsWith(kind.prefix)) {
        String scope = name.substring(kind.prefix.length());
        return Optional.of(
            new SharedChain(kind, kind.block ? scope.replace('_', '/').replace('-', ':') : scope));
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
    boolean version4 = !scope.contains(":");
    String ip = version4 ? "ip" : "ip6";
    String multicast = version4 ? "224.0.0.0/4" : "ff00::/8";
    String loopback = version4 ? "127.0.0.0/8" : "::1";
    String origins4 = "ip saddr vmap @origins4";
    String origins6 = "ip6 saddr vmap @origins6";
    return switch (kind) {
      case OUTSIDE ->
          List.of(
              ip + " daddr " + scope + " return",
              ip + " daddr " + multicast + " return",
              "masquerade");
      case NEIGHBOURS ->
          List.of(
              ip + " saddr " + scope + " masquerade", ip + " saddr " + loopback + " masquerade");
      case ALL -> List.of("masquerade");
      case WALL -> List.of("iifname \"" + scope + "\" return", origins4, origins6);
      case CELL -> List.of(origins4, origins6);
    };
  }

  /** Commands that take it away when no element leads to it. */
  String deletion(String table) {
    String chain = "chain inet " + table + " " + name();
    return "flush " + chain + "\ndelete " + chain + "\n";
  }
}
