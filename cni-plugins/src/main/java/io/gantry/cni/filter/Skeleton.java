package io.gantry.cni.filter;

/** What the table is before any pod has something in it. */
final class Skeleton {

  /** Changes whenever the text does: a table with another one is written anew. */
  static final int VERSION = 1;

  private static final String CONTENT =
      """
        map masquerade4 { type ipv4_addr : verdict; }
        map masquerade6 { type ipv6_addr : verdict; }
        chain postrouting {
          type nat hook postrouting priority srcnat; policy accept;
          ip saddr vmap @masquerade4
          ip6 saddr vmap @masquerade6
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
