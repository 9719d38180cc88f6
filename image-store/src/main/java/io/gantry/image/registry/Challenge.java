package io.gantry.image.registry;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One {@code WWW-Authenticate} header (RFC 9110, 11.6.1).
 *
 * @param scheme lower case
 * @param parameters names in lower case
 */
record Challenge(String scheme, Map<String, String> parameters) {

  private static final int MAX_LENGTH = 4096;

  Challenge {
    parameters = Map.copyOf(parameters);
  }

  /** The challenge to answer: bearer before basic; null when neither is offered. */
  static @Nullable Challenge best(List<String> headers) {
    Challenge basic = null;
    for (String header : headers) {
      Challenge challenge = parse(header);
      if (challenge.scheme.equals("bearer")) {
        return challenge;
      }
      if (challenge.scheme.equals("basic")) {
        basic = challenge;
      }
    }
    return basic;
  }

  static Challenge parse(String header) {
    String text = header.substring(0, Math.min(header.length(), MAX_LENGTH)).strip();
    int space = text.indexOf(' ');
    String scheme = space < 0 ? text : text.substring(0, space);
    Map<String, String> parameters = new HashMap<>();
    if (space > 0) {
      new Scanner(text, space + 1).into(parameters);
    }
    return new Challenge(scheme.toLowerCase(Locale.ROOT), parameters);
  }

  String parameter(String name) {
    return parameters.getOrDefault(name, "");
  }

  /** Reads {@code name="quoted", name=token}; what does not fit ends the reading. */
  private static final class Scanner {
    private final String text;
    private int at;

    Scanner(String text, int at) {
      this.text = text;
      this.at = at;
    }

    void into(Map<String, String> parameters) {
      while (at < text.length()) {
        skip();
        int equals = text.indexOf('=', at);
        if (equals < 0) {
          return;
        }
        String name = text.substring(at, equals).strip().toLowerCase(Locale.ROOT);
        at = equals + 1;
        parameters.putIfAbsent(name, value());
      }
    }

    private void skip() {
      while (at < text.length() && (text.charAt(at) == ',' || text.charAt(at) == ' ')) {
        at++;
      }
    }

    private String value() {
      if (at >= text.length() || text.charAt(at) != '"') {
        int comma = text.indexOf(',', at);
        int end = comma < 0 ? text.length() : comma;
        String token = text.substring(at, end).strip();
        at = end;
        return token;
      }
      StringBuilder value = new StringBuilder();
      for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
        if (text.charAt(at) == '\\' && at + 1 < text.length()) {
          at++;
        }
        value.append(text.charAt(at));
      }
      at++;
      return value.toString();
    }
  }
}
