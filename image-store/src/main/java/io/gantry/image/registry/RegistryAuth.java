package io.gantry.image.registry;

import io.gantry.image.error.ImageException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/**
 * Credentials for one pull, as CRI's {@code AuthConfig} gives them; empty strings for what is not
 * given. Never printed.
 *
 * @param identityToken a refresh token to be exchanged at the token server
 * @param registryToken a bearer token sent as it is
 */
public record RegistryAuth(
    String username, String password, String identityToken, String registryToken) {

  /** No credentials. */
  public static final RegistryAuth ANONYMOUS = new RegistryAuth("", "", "", "");

  public static RegistryAuth basic(String username, String password) {
    return new RegistryAuth(username, password, "", "");
  }

  /**
   * From the fields of CRI's {@code AuthConfig}. With a server address that is not the registry's,
   * nobody gets them.
   *
   * @param serverAddress a host or URL, or empty for "the registry of the image"
   * @param registry the host of the image reference
   */
  public static RegistryAuth ofCri(
      String username,
      String password,
      String auth,
      String serverAddress,
      String identityToken,
      String registryToken,
      String registry)
      throws ImageException {
    if (!serverAddress.isEmpty() && !sameServer(serverAddress, registry)) {
      return ANONYMOUS;
    }
    return ofFields(username, password, auth, identityToken, registryToken);
  }

  /**
   * From the fields that CRI's {@code AuthConfig} and Docker's {@code config.json} share. Username
   * and password win over {@code auth}, which is base64 of {@code user:password}.
   */
  public static RegistryAuth ofFields(
      String username, String password, String auth, String identityToken, String registryToken)
      throws ImageException {
    if (!username.isEmpty() || auth.isEmpty()) {
      return new RegistryAuth(username, password, identityToken, registryToken);
    }
    String[] pair = decode(auth);
    return new RegistryAuth(pair[0], pair[1], identityToken, registryToken);
  }

  private static String[] decode(String auth) throws ImageException {
    try {
      String plain = new String(Base64.getDecoder().decode(auth), StandardCharsets.UTF_8);
      int colon = plain.indexOf(':');
      if (colon >= 0) {
        return new String[] {
          plain.substring(0, colon), plain.substring(colon + 1).replace("\0", "")
        };
      }
    } catch (IllegalArgumentException e) {
      // Falls through: the text must not appear in a message.
    }
    throw new ImageException.Invalid(
        "auth", "not the base64 of user:password", "check the pull secret");
  }

  private static boolean sameServer(String address, String registry) {
    int scheme = address.indexOf("://");
    String host = scheme < 0 ? address : address.substring(scheme + 3);
    int slash = host.indexOf('/');
    String bare = slash < 0 ? host : host.substring(0, slash);
    return canonical(bare).equals(canonical(registry));
  }

  private static String canonical(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    String bare = lower.endsWith(":443") ? lower.substring(0, lower.length() - 4) : lower;
    return switch (bare) {
      case "index.docker.io", "registry-1.docker.io" -> "docker.io";
      default -> bare;
    };
  }

  boolean hasPassword() {
    return !username.isEmpty() || !password.isEmpty();
  }

  /** What a person can do when a registry refuses these. */
  String advice() {
    return equals(ANONYMOUS)
        ? "give credentials with the pull; some registries answer so when there is no such repository"
        : "check the credentials and what they may pull";
  }

  @Override
  public String toString() {
    return equals(ANONYMOUS) ? "anonymous" : "credentials";
  }
}
