package io.gantry.cni.filter;

/**
 * What the table is before any pod has something in it. Packets to loopback that come from
 * elsewhere are dropped, as a node does by itself until {@code route_localnet} lets its own
 * loopback reach pods.
 */
final class Skeleton {

  /** Changes whenever the text does: a table with another one is written anew. */
  static final int VERSION = 3;

  private static final String CONTENT =
      """
        map masquerade4 { type ipv4_addr : verdict; }
        map masquerade6 { type ipv6_addr : verdict; }
        map ports4 { type inet_proto . inet_service : ipv4_addr . inet_service; }
        map ports6 { type inet_proto . inet_service : ipv6_addr . inet_service; }
        map addressports4 {
          type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service;
        }
        map addressports6 {
          type ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service;
        }
        map disguise4 { type ipv4_addr . inet_proto . inet_service : verdict; }
        map disguise6 { type ipv6_addr . inet_proto . inet_service : verdict; }
        map walled4 { type ipv4_addr : verdict; }
        map walled6 { type ipv6_addr : verdict; }
        map origins4 { type ipv4_addr : verdict; }
        map origins6 { type ipv6_addr : verdict; }
        chain ports {
          dnat ip to ip daddr . meta l4proto . th dport map @addressports4
          dnat ip to meta l4proto . th dport map @ports4
          dnat ip6 to ip6 daddr . meta l4proto . th dport map @addressports6
          dnat ip6 to meta l4proto . th dport map @ports6
        }
        chain prerouting {
          type nat hook prerouting priority dstnat; policy accept;
          fib daddr type local jump ports
        }
        chain output {
          type nat hook output priority -100; policy accept;
          fib daddr type local jump ports
        }
        chain postrouting {
          type nat hook postrouting priority srcnat; policy accept;
          ct status dnat ip daddr . meta l4proto . th dport vmap @disguise4
          ct status dnat ip6 daddr . meta l4proto . th dport vmap @disguise6
          ip saddr vmap @masquerade4
          ip6 saddr vmap @masquerade6
        }
        chain forward {
          type filter hook forward priority filter; policy accept;
          ct state established,related accept
          ip daddr vmap @walled4
          ip6 daddr vmap @walled6
        }
        chain loopback {
          type filter hook prerouting priority raw; policy accept;
          iif != "lo" ip daddr 127.0.0.0/8 drop
        }
      """;

  private Skeleton() {}

  /** Commands that put an empty table in place of whatever was there. */
  static String creation(String table) {
    return removal(table)
        + "table inet %s {\n  comment \"%s\"\n".formatted(table, comment())
        + CONTENT
        + "}\n";
  }

  /** Commands that remove the table, whether or not it is there. */
  static String removal(String table) {
    return "add table inet %1$s\ndelete table inet %1$s\n".formatted(table);
  }

  /** What a table of this version says of itself. */
  static String comment() {
    return "pod networks, layout " + VERSION;
  }
}
