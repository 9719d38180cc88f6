package io.gantry.image.registry;

import io.gantry.image.error.ImageException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * What one endpoint is told about who asks: nothing until it challenges, then basic credentials or
 * a token from the server that it names. One for each endpoint of a pull; safe for the pull's
 * threads.
 */
final class Authorization {

  private static final String BEARER = "Bearer ";

  private final TokenServer tokens;
  private final Endpoint endpoint;
  private final String repository;
  private final Login login;
  private @Nullable String header;

  /**
   * @param login what this endpoint may see
   */
  Authorization(TokenServer tokens, Endpoint endpoint, String repository, Login login) {
    this.tokens = tokens;
    this.endpoint = endpoint;
    this.repository = repository;
    this.login = login;
    this.header = login.presentToken().isEmpty() ? null : BEARER + login.presentToken();
  }

  synchronized @Nullable String header() {
    return header;
  }

  /** What a person can do about a refusal. */
  synchronized String advice() {
    return login.advice();
  }

  /**
   * Answers a challenge.
   *
   * @param refused the header that was sent and not accepted, or null
   * @return whether there is something new to try
   */
  synchronized boolean answer(
      HttpResponse<?> response, @Nullable String refused, String subject, Deadline deadline)
      throws ImageException {
    if (header != null && !header.equals(refused)) {
      // Another thread of the pull was challenged first.
      return true;
    }
    Challenge challenge = Challenge.best(response.headers().allValues("WWW-Authenticate"));
    if (challenge == null) {
      return false;
    }
    RegistryAuth auth = login.credentials();
    String fresh =
        challenge.scheme().equals("basic")
            ? TokenServer.basic(auth)
            : BEARER + token(challenge, auth, refused, subject, deadline);
    boolean changed = fresh != null && !fresh.equals(refused);
    header = fresh;
    return changed;
  }

  private String token(
      Challenge challenge,
      RegistryAuth auth,
      @Nullable String refused,
      String subject,
      Deadline deadline)
      throws ImageException {
    if (!auth.registryToken().isEmpty()) {
      return auth.registryToken();
    }
    String scope = challenge.parameter("scope");
    TokenCache.Key key =
        new TokenCache.Key(
            realm(challenge, subject),
            challenge.parameter("service"),
            scope.isEmpty() ? "repository:" + repository + ":pull" : scope,
            auth);
    String old =
        refused != null && refused.startsWith(BEARER) ? refused.substring(BEARER.length()) : null;
    return tokens.token(key, old, endpoint.connection(), subject, deadline);
  }

  /** Credentials that came over TLS must not leave it. */
  private URI realm(Challenge challenge, String subject) throws ImageException {
    String text = challenge.parameter("realm");
    try {
      URI realm = new URI(text);
      boolean tls = "https".equals(realm.getScheme());
      boolean plain = "http".equals(realm.getScheme()) && endpoint.isPlain();
      if (realm.getHost() != null && (tls || plain)) {
        return realm;
      }
    } catch (URISyntaxException e) {
      // Told below with the text itself.
    }
    throw new ImageException.Unauthorized(
        subject,
        "the registry names the token server \"" + text + "\", which cannot be trusted",
        "ask the registry's operator for an https token server");
  }
}
