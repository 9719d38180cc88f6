package io.gantry.image.registry;

import io.gantry.image.error.ImageException;
import java.net.URI;
import java.net.http.HttpResponse;

/** Where an answer points to by its {@code Location}, which may be relative (RFC 9110, 10.2.2). */
final class Location {

  private Location() {}

  /**
   * Never from HTTPS to something weaker, and never with a user or password in it.
   *
   * @param points what the answer does by it, for the message: "redirects to"
   */
  static URI of(HttpResponse<?> answer, String points, String subject) throws ImageException {
    URI from = answer.uri();
    String text = answer.headers().firstValue("Location").orElse("");
    try {
      URI to = from.resolve(text);
      boolean secure = "https".equals(to.getScheme());
      boolean plain = "http".equals(to.getScheme()) && !"https".equals(from.getScheme());
      boolean anonymous = to.getUserInfo() == null;
      if (!text.isEmpty() && to.getHost() != null && anonymous && (secure || plain)) {
        return to;
      }
    } catch (IllegalArgumentException e) {
      // Told below with the text itself.
    }
    throw new ImageException.Unavailable(
        subject,
        "registry " + from.getAuthority() + " " + points + " \"" + shown(text) + "\"",
        "check the registry",
        null);
  }

  /** A query may be signed, and whoever reads it could use it; so may what stands before a host. */
  private static String shown(String location) {
    return location.replaceFirst("[?#].*", "").replaceFirst("//[^/]*@", "//");
  }
}
