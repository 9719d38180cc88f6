package io.gantry.image.reference;

import io.gantry.image.error.ImageException;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads references by hand, so that every refusal can say which part it is about. */
final class ReferenceParser {

  private static final int MAX_NAME = 255;
  private static final int MAX_TAG = 128;

  private final String text;

  private ReferenceParser(String text) {
    this.text = text;
  }

  static ImageReference parse(String text) throws ImageException {
    return new ReferenceParser(text).parse();
  }

  private ImageReference parse() throws ImageException {
    if (text.isEmpty()) {
      throw invalid("the reference is empty");
    }
    int at = text.indexOf('@');
    Digest digest = at < 0 ? null : digest(text.substring(at + 1));
    String rest = at < 0 ? text : text.substring(0, at);
    int slash = rest.lastIndexOf('/');
    int colon = rest.lastIndexOf(':');
    String tag = colon > slash ? tag(rest.substring(colon + 1)) : null;
    return named(colon > slash ? rest.substring(0, colon) : rest, tag, digest);
  }

  private ImageReference named(String name, @Nullable String tag, @Nullable Digest digest)
      throws ImageException {
    if (name.isEmpty()) {
      throw invalid("the repository name is missing");
    }
    if (name.length() == 64 && Digest.isLowerHex(name)) {
      throw invalid("64 hex digits are an image id, not a repository name");
    }
    int slash = name.indexOf('/');
    boolean hasRegistry = slash >= 0 && looksLikeHost(name.substring(0, slash));
    String registry = hasRegistry ? registry(name.substring(0, slash)) : "docker.io";
    String path = repository(hasRegistry ? name.substring(slash + 1) : name);
    ImageReference reference = ImageReference.normalised(registry, path, tag, digest);
    if (reference.name().length() > MAX_NAME) {
      throw invalid("registry and repository are longer than " + MAX_NAME + " characters");
    }
    return reference;
  }

  /**
   * Without a dot, a port or a capital letter the first part is a folder of the default registry.
   */
  private static boolean looksLikeHost(String part) {
    return part.equals("localhost")
        || part.indexOf('.') >= 0
        || part.indexOf(':') >= 0
        || part.chars().anyMatch(c -> c >= 'A' && c <= 'Z');
  }

  private String registry(String host) throws ImageException {
    int portColon = host.startsWith("[") ? host.indexOf("]:") + 1 : host.indexOf(':');
    boolean hasPort = portColon > 0;
    String bare = hasPort ? host.substring(0, portColon) : host;
    if (hasPort && !isPort(host.substring(portColon + 1))) {
      throw invalid("the port of registry " + host + " is not a number from 1 to 65535");
    }
    if (!isHost(bare)) {
      throw invalid("registry " + host + " is not a host name or address");
    }
    return host;
  }

  private static boolean isPort(String port) {
    boolean digits =
        !port.isEmpty() && port.length() <= 5 && port.chars().allMatch(ReferenceParser::isDigit);
    return digits && Integer.parseInt(port) >= 1 && Integer.parseInt(port) <= 65535;
  }

  private static boolean isHost(String host) {
    if (host.startsWith("[")) {
      boolean closed = host.endsWith("]") && host.length() > 3;
      return closed
          && host.substring(1, host.length() - 1).chars().allMatch(c -> c == ':' || isHex(c));
    }
    for (String label : parts(host, '.')) {
      boolean edges = label.startsWith("-") || label.endsWith("-");
      if (label.isEmpty() || edges || !label.chars().allMatch(c -> c == '-' || isAlnum(c))) {
        return false;
      }
    }
    return true;
  }

  private String repository(String path) throws ImageException {
    for (String component : parts(path, '/')) {
      if (component.isEmpty()) {
        throw invalid("the repository name has an empty part");
      }
      if (component.chars().anyMatch(c -> c >= 'A' && c <= 'Z')) {
        throw invalid("the repository name " + path + " must be lower case");
      }
      if (!isPathComponent(component)) {
        throw invalid(
            "the part "
                + component
                + " of the repository name may hold a-z, 0-9 and single . _ __ or dashes between"
                + " them");
      }
    }
    return path;
  }

  /** Alphanumeric runs joined by one dot, one or two underscores, or any number of dashes. */
  private static boolean isPathComponent(String component) {
    int i = 0;
    while (i < component.length()) {
      int start = i;
      i = skip(component, i, true);
      if (i == start) {
        return false;
      }
      int separator = i;
      i = skip(component, i, false);
      String between = component.substring(separator, i);
      boolean end = i == component.length();
      if (end ? !between.isEmpty() : !isSeparator(between)) {
        return false;
      }
    }
    return true;
  }

  private static int skip(String text, int from, boolean alphanumeric) {
    int i = from;
    while (i < text.length() && isLowerAlnum(text.charAt(i)) == alphanumeric) {
      i++;
    }
    return i;
  }

  private static boolean isSeparator(String between) {
    return between.equals(".")
        || between.equals("_")
        || between.equals("__")
        || (!between.isEmpty() && between.chars().allMatch(c -> c == '-'));
  }

  private String tag(String tag) throws ImageException {
    boolean legal =
        !tag.isEmpty()
            && tag.length() <= MAX_TAG
            && (isAlnum(tag.charAt(0)) || tag.charAt(0) == '_')
            && tag.chars().allMatch(c -> isAlnum(c) || c == '_' || c == '.' || c == '-');
    if (!legal) {
      throw invalid(
          "the tag \""
              + tag
              + "\" must be 1 to 128 of A-Z a-z 0-9 _ . - and not begin with . or -");
    }
    return tag;
  }

  private Digest digest(String digest) throws ImageException {
    try {
      return Digest.parse(digest);
    } catch (ImageException e) {
      throw invalid(e.reason());
    }
  }

  private static Iterable<String> parts(String text, char separator) {
    return Arrays.asList(text.split(Pattern.quote("" + separator), -1));
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isHex(int c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }

  private static boolean isLowerAlnum(int c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }

  private static boolean isAlnum(int c) {
    return isLowerAlnum(c) || (c >= 'A' && c <= 'Z');
  }

  private ImageException invalid(String reason) {
    return new ImageException.Invalid(
        "image reference \"" + text + "\"",
        reason,
        "write it as [host[:port]/]repository[:tag][@sha256:...]");
  }
}
