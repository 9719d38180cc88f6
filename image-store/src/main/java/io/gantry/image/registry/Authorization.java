package io.gantry.image.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gantry.image.error.ImageException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * What one endpoint is told about who asks: nothing until it challenges, then basic credentials or
 * a token from the server that it names (distribution spec, token authentication). One for each
 * endpoint of a pull; safe for the pull's threads.
 */
final class Authorization {

  /** An answer of this size cannot hold so much that reading it costs more than a few megabytes. */
  private static final int MAX_TOKEN_ANSWER = 64 << 10;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Wire wire;
  private final Endpoint endpoint;
  private final String repository;
  private final RegistryAuth auth;
  private @Nullable String header;

  Authorization(Wire wire, Endpoint endpoint, String repository, RegistryAuth auth) {
    this.wire = wire;
    this.endpoint = endpoint;
    this.repository = repository;
    this.auth = endpoint.credentials() ? auth : RegistryAuth.ANONYMOUS;
    this.header =
        this.auth.registryToken().isEmpty() ? null : "Bearer " + this.auth.registryToken();
  }

  synchronized @Nullable String header() {
    return header;
  }

  /**
   * Answers a challenge.
   *
   * @param refused the header that was sent and not accepted, or null
   * @return whether there is something new to try
   */
  synchronized boolean answer(HttpResponse<?> response, @Nullable String refused, String subject)
      throws ImageException {
    if (header != null && !header.equals(refused)) {
      // Another thread of the pull was challenged first.
      return true;
    }
    Challenge challenge = Challenge.best(response.headers().allValues("WWW-Authenticate"));
    if (challenge == null) {
      return false;
    }
    String fresh =
        challenge.scheme().equals("basic") ? basic() : "Bearer " + token(challenge, subject);
    boolean changed = fresh != null && !fresh.equals(refused);
    header = fresh;
    return changed;
  }

  private @Nullable String basic() {
    if (!auth.hasPassword()) {
      return null;
    }
    String pair = auth.username() + ":" + auth.password();
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  private String token(Challenge challenge, String subject) throws ImageException {
    URI realm = realm(challenge, subject);
    HttpRequest request =
        auth.identityToken().isEmpty() ? tokenGet(realm, challenge) : tokenPost(realm, challenge);
    HttpResponse<BodyStream> response = wire.send(request, endpoint.connection(), subject);
    if (response.statusCode() != 200) {
      throw refusal(response, realm, subject);
    }
    try (BodyStream body = response.body()) {
      return readToken(body.readNBytes(MAX_TOKEN_ANSWER), realm, subject);
    } catch (ImageException e) {
      throw e;
    } catch (IOException e) {
      throw wire.unavailable(realm, subject, e);
    }
  }

  private static ImageException refusal(
      HttpResponse<BodyStream> response, URI realm, String subject) {
    String reason = "token server " + realm.getAuthority() + " answered " + response.statusCode();
    String text = reason + Wire.errorText(response);
    return response.statusCode() >= 500 || response.statusCode() == 429
        ? new ImageException.Unavailable(subject, text, "try again later", null)
        : new ImageException.Unauthorized(subject, text, "check the credentials of the pull");
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

  private HttpRequest tokenGet(URI realm, Challenge challenge) {
    String separator = realm.getRawQuery() == null ? "?" : "&";
    URI uri = URI.create(realm + separator + parameters(challenge));
    HttpRequest.Builder request = wire.request(uri);
    String basic = basic();
    if (basic != null) {
      request.header("Authorization", basic);
    }
    return request.build();
  }

  private HttpRequest tokenPost(URI realm, Challenge challenge) {
    String form =
        "grant_type=refresh_token&client_id=gantry&refresh_token="
            + encode(auth.identityToken())
            + "&"
            + parameters(challenge);
    return wire.request(realm)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(HttpRequest.BodyPublishers.ofString(form))
        .build();
  }

  private String parameters(Challenge challenge) {
    String scope = challenge.parameter("scope");
    String wanted = scope.isEmpty() ? "repository:" + repository + ":pull" : scope;
    String service = challenge.parameter("service");
    return (service.isEmpty() ? "" : "service=" + encode(service) + "&")
        + "scope="
        + encode(wanted);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String readToken(byte[] answer, URI realm, String subject) throws IOException {
    JsonNode json = JSON.readTree(answer);
    String token = json.path("token").asText(json.path("access_token").asText(""));
    if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new ImageException.Unauthorized(
          subject,
          "token server " + realm.getAuthority() + " gave no usable token",
          "check the registry's token server");
    }
    return token;
  }
}
