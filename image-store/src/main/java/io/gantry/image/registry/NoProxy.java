package io.gantry.image.registry;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Who is reached without a proxy. The list has commas; {@code *} is everybody, {@code 10.1.2.3} an
 * address, {@code 10.0.0.0/8} a block, {@code example.com} a domain with all below it, {@code
 * .example.com} only what is below; an address or a domain may have a port.
 */
final class NoProxy {

  private static final int HTTP = 80;
  private static final int HTTPS = 443;

  private final List<BiPredicate<Host, Integer>> rules;

  /** A name, or an address when it is one; no name is looked up. */
  private record Host(String name, @Nullable InetAddress address) {
    static Host of(String text) {
      boolean brackets = text.length() > 2 && text.startsWith("[") && text.endsWith("]");
      String bare = brackets ? text.substring(1, text.length() - 1) : text;
      String lower = bare.toLowerCase(Locale.ROOT);
      return new Host(
          lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower, literal(bare));
    }
  }

  private NoProxy(List<BiPredicate<Host, Integer>> rules) {
    this.rules = List.copyOf(rules);
  }

  /** Parts that mean nothing are left out, as everybody does who reads this list. */
  static NoProxy parse(String list) {
    List<BiPredicate<Host, Integer>> rules = new ArrayList<>();
    for (String part : list.split(",", -1)) {
      String rule = part.strip().toLowerCase(Locale.ROOT);
      if (!rule.isEmpty()) {
        rules.add(rule(rule));
      }
    }
    return new NoProxy(rules);
  }

  boolean covers(URI uri) {
    String name = uri.getHost();
    if (name == null) {
      return false;
    }
    Host host = Host.of(name);
    InetAddress address = host.address();
    boolean loopback =
        host.name().equals("localhost") || (address != null && address.isLoopbackAddress());
    int usual = "https".equals(uri.getScheme()) ? HTTPS : HTTP;
    int port = uri.getPort() < 0 ? usual : uri.getPort();
    return loopback || rules.stream().anyMatch(rule -> rule.test(host, port));
  }

  private static BiPredicate<Host, Integer> rule(String text) {
    if (text.equals("*")) {
      return (host, port) -> true;
    }
    if (text.indexOf('/') >= 0) {
      return block(text);
    }
    String name = withoutPort(text);
    int port =
        name.length() == text.length() ? -1 : Integer.parseInt(text.substring(name.length() + 1));
    BiPredicate<Host, Integer> rule = nameOrAddress(name);
    return port < 0 ? rule : (host, at) -> at == port && rule.test(host, at);
  }

  private static String withoutPort(String text) {
    int colon = text.lastIndexOf(':');
    boolean port =
        colon > 0
            && text.substring(colon + 1).matches("\\d{1,5}")
            && (text.charAt(colon - 1) == ']' || text.indexOf(':') == colon);
    return port ? text.substring(0, colon) : text;
  }

  private static BiPredicate<Host, Integer> nameOrAddress(String text) {
    Host wanted = Host.of(text.startsWith("*.") ? text.substring(1) : text);
    InetAddress address = wanted.address();
    if (address != null) {
      return (host, port) -> address.equals(host.address());
    }
    boolean onlyBelow = wanted.name().startsWith(".");
    String below = onlyBelow ? wanted.name() : "." + wanted.name();
    return (host, port) ->
        host.address() == null
            && (host.name().endsWith(below) || (!onlyBelow && host.name().equals(wanted.name())));
  }

  private static BiPredicate<Host, Integer> block(String text) {
    int slash = text.indexOf('/');
    InetAddress base = literal(text.substring(0, slash));
    String length = text.substring(slash + 1);
    if (base == null || !length.matches("\\d{1,3}")) {
      return (host, port) -> false;
    }
    int bits = base.getAddress().length * Byte.SIZE;
    int shift = bits - Integer.parseInt(length);
    return (host, port) -> {
      InetAddress address = host.address();
      return shift >= 0
          && address != null
          && address.getAddress().length == base.getAddress().length
          && number(address).shiftRight(shift).equals(number(base).shiftRight(shift));
    };
  }

  private static BigInteger number(InetAddress address) {
    return new BigInteger(1, address.getAddress());
  }

  private static @Nullable InetAddress literal(String text) {
    boolean like = text.matches("\\d{1,3}(\\.\\d{1,3}){3}") || text.indexOf(':') >= 0;
    if (!like) {
      return null;
    }
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
