package io.gantry.image.signature;

import io.gantry.image.error.ImageException;
import io.gantry.image.reference.ImageReference;
import java.util.ArrayList;
import java.util.List;

/**
 * The scopes of the transport {@code docker}: a tag or digest, a repository, what is above it, a
 * host, a pattern of hosts (containers-policy.json(5), "docker:").
 */
final class Scope {

  private static final String PATTERN = "*.";

  private Scope() {}

  /** Those that match an image, the one that says most first. */
  static List<String> of(ImageReference image) {
    List<String> scopes = new ArrayList<>();
    scopes.add(SignedName.of(image).toString());
    String name = image.name();
    scopes.add(name);
    for (int slash = name.lastIndexOf('/'); slash >= 0; slash = name.lastIndexOf('/', slash - 1)) {
      scopes.add(name.substring(0, slash));
    }
    String host = withoutPort(image.registry());
    for (int dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      scopes.add("*" + host.substring(dot));
    }
    scopes.add("");
    return scopes;
  }

  private static String withoutPort(String registry) {
    int colon = registry.startsWith("[") ? registry.length() : registry.indexOf(':');
    return colon < 0 ? registry : registry.substring(0, colon);
  }

  /** Why a scope of a policy can match no image at all, or empty when it can match one. */
  static String objection(String scope) {
    if (scope.isEmpty()) {
      return "";
    }
    if (scope.startsWith(PATTERN)) {
      String domain = scope.substring(PATTERN.length());
      boolean host = isPrefix(domain + ".x") && domain.indexOf('/') < 0 && domain.indexOf(':') < 0;
      return host ? "" : "a pattern is *. and a domain without a port";
    }
    if (isPrefix(scope)) {
      return "";
    }
    try {
      SignedName name = SignedName.parse(scope);
      boolean one = name.label().indexOf('@') <= 0;
      return one && name.toString().equals(scope)
          ? ""
          : "it can match nothing; write it in full, as " + name.withoutTagOfDigest();
    } catch (ImageException e) {
      return "it can match nothing: " + e.reason();
    }
  }

  /** Whether a text is a host, maybe with a port, or a path below one, without tag or digest. */
  static boolean isPrefix(String text) {
    int slash = text.indexOf('/');
    String host = slash < 0 ? text : text.substring(0, slash);
    try {
      ImageReference below = ImageReference.parse(text + "/x/x");
      return below.registry().equals(host) && below.name().equals(text + "/x/x");
    } catch (ImageException e) {
      return false;
    }
  }
}
