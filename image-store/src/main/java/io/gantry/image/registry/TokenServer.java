package io.gantry.image.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gantry.image.error.ImageException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Fetches bearer tokens: by GET with basic credentials or none, by POST in exchange for an identity
 * token (distribution spec, "Token Authentication Specification" and "OAuth2 Token
 * Authentication"). Safe for all threads.
 */
final class TokenServer {

  /** An answer of this size cannot hold so much that reading it costs more than a few megabytes. */
  private static final int MAX_ANSWER = 64 << 10;

  /** What the specification gives a token whose server says nothing of its life. */
  private static final long USUAL_LIFE_SECONDS = 60;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Wire wire;
  private final TokenCache tokens;

  TokenServer(Wire wire, TokenCache tokens) {
    this.wire = wire;
    this.tokens = tokens;
  }

  /** The header's value for basic credentials, or null without any. */
  static @Nullable String basic(RegistryAuth auth) {
    if (!auth.hasPassword()) {
      return null;
    }
    String pair = auth.username() + ":" + auth.password();
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * A token from memory or from the server.
   *
   * @param refused a token that did not do, or null
   * @param connection how the registry is reached, and its token server with it
   */
  String token(
      TokenCache.Key key,
      @Nullable String refused,
      ConnectionSettings connection,
      String subject,
      Deadline deadline)
      throws ImageException {
    if (refused != null) {
      tokens.remove(key, refused);
    }
    String known = tokens.get(key);
    if (known != null) {
      return known;
    }
    Instant asked = tokens.clock().instant();
    HttpRequest request =
        key.auth().identityToken().isEmpty()
            ? get(key, subject, deadline)
            : post(key, subject, deadline);
    HttpResponse<BodyStream> response = wire.send(request, connection, subject);
    if (response.statusCode() != 200) {
      throw refusal(response, request, key, subject);
    }
    JsonNode answer = answer(response, key.realm(), subject);
    String token = answer.path("token").asText(answer.path("access_token").asText(""));
    if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new ImageException.Unauthorized(
          subject,
          "token server " + key.realm().getAuthority() + " gave no usable token",
          "check the registry's token server");
    }
    long life = answer.path("expires_in").asLong(USUAL_LIFE_SECONDS);
    tokens.put(
        key,
        token,
        asked,
        Duration.ofSeconds(life < 1 ? USUAL_LIFE_SECONDS : Math.min(life, 86_400)));
    return token;
  }

  private JsonNode answer(HttpResponse<BodyStream> response, URI realm, String subject)
      throws ImageException {
    try (BodyStream body = response.body()) {
      return JSON.readTree(body.readNBytes(MAX_ANSWER));
    } catch (IOException e) {
      throw wire.unavailable(realm, subject, e);
    }
  }

  private static ImageException refusal(
      HttpResponse<BodyStream> response, HttpRequest request, TokenCache.Key key, String subject) {
    int status = response.statusCode();
    String reason =
        "token server %s answered %d to %s %s for the scope %s%s"
            .formatted(
                key.realm().getAuthority(),
                status,
                request.method(),
                key.realm().getPath(),
                key.scope(),
                RegistryErrors.of(response).text());
    return status >= 500 || status == 429
        ? new ImageException.Unavailable(subject, reason, "try again later", null)
        : new ImageException.Unauthorized(subject, reason, key.auth().advice());
  }

  private HttpRequest get(TokenCache.Key key, String subject, Deadline deadline)
      throws ImageException {
    String separator = key.realm().getRawQuery() == null ? "?" : "&";
    URI uri = URI.create(key.realm() + separator + parameters(key));
    HttpRequest.Builder request = wire.request(uri, deadline, subject);
    String basic = basic(key.auth());
    if (basic != null) {
      request.header("Authorization", basic);
    }
    return request.build();
  }

  private HttpRequest post(TokenCache.Key key, String subject, Deadline deadline)
      throws ImageException {
    String form =
        "grant_type=refresh_token&client_id=gantry&refresh_token="
            + encode(key.auth().identityToken())
            + "&"
            + parameters(key);
    return wire.request(key.realm(), deadline, subject)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(HttpRequest.BodyPublishers.ofString(form))
        .build();
  }

  private static String parameters(TokenCache.Key key) {
    return (key.service().isEmpty() ? "" : "service=" + encode(key.service()) + "&")
        + "scope="
        + encode(key.scope());
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
