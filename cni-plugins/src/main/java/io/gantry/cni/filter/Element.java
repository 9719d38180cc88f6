package io.gantry.cni.filter;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One element of a set or map of the table.
 *
 * @param set such as {@code masquerade4}
 * @param key what is looked up, as nft(8) writes it
 * @param value what a map answers; empty for a set, and for a map of chains
 * @param chain where a map of chains leads to
 */
record Element(String set, String key, String value, Optional<SharedChain> chain) {

  /** Ports of all of the node's addresses: protocol . port. */
  static final String PORTS = "ports";

  /** Ports of one of the node's addresses: address . protocol . port. */
  static final String ADDRESS_PORTS = "addressports";

  /** What stands between the pieces of a key or value. */
  static final String BETWEEN = " . ";

  /** Where an element is: there can be only one. */
  record Place(String set, String key) {}

  static Element leading(String set, String key, SharedChain chain) {
    return new Element(set, key, "", Optional.of(chain));
  }

  static Element answering(String set, String key, String value) {
    return new Element(set, key, value, Optional.empty());
  }

  Place place() {
    return new Place(set, key);
  }

  /**
   * Whether the two cannot be there for two owners: the same port of the node, or one on all of its
   * addresses and one on one of them.
   */
  boolean excludes(Element other) {
    Optional<String> port = nodePort();
    return port.isPresent()
        && port.equals(other.nodePort())
        && (key.equals(other.key) || !set.equals(other.set));
  }

  /** Which port of the node it is about, whatever the address; nothing where it is about none. */
  Optional<String> nodePort() {
    if (!isPort()) {
      return Optional.empty();
    }
    int port = key.lastIndexOf(BETWEEN);
    int protocol = key.lastIndexOf(BETWEEN, port - 1);
    return Optional.of(
        version() + (protocol < 0 ? key : key.substring(protocol + BETWEEN.length())));
  }

  private boolean isPort() {
    return set.startsWith(PORTS) || set.startsWith(ADDRESS_PORTS);
  }

  /** The port of the node, where this is one of that protocol. */
  Optional<Integer> hostPort(int protocol) {
    String[] pieces = key.split(Pattern.quote(BETWEEN), -1);
    boolean wanted = isPort() && pieces[pieces.length - 2].equals(Integer.toString(protocol));
    return wanted ? Optional.of(Integer.valueOf(pieces[pieces.length - 1])) : Optional.empty();
  }

  /** The port of the node in words, such as {@code tcp 8080 on 192.0.2.1}. */
  String portText() {
    String[] pieces = key.split(Pattern.quote(BETWEEN), -1);
    int last = pieces.length - 1;
    String protocol =
        switch (pieces[last - 1]) {
          case "6" -> "tcp";
          case "17" -> "udp";
          case "132" -> "sctp";
          default -> "protocol " + pieces[last - 1];
        };
    String port = protocol + " " + pieces[last];
    return set.startsWith(PORTS) ? port : port + " on " + pieces[0];
  }

  private char version() {
    return set.charAt(set.length() - 1);
  }

  /** The element between braces with whose it is. */
  String written(String comment) {
    String answer = chain.map(to -> "jump " + to.name()).orElse(value);
    String marked = key + " comment \"" + comment + "\"";
    return answer.isEmpty() ? marked : marked + " : " + answer;
  }
}
