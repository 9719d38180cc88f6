package io.gantry.image.registry;

import io.gantry.image.error.ImageException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Asks one endpoint about one repository: sends, answers challenges, follows redirects without
 * leaking credentials, waits when the registry is busy, and turns every refusal into words. Safe
 * for the pull's threads.
 */
final class EndpointCaller {

  private static final int MAX_REDIRECTS = 5;
  private static final long FIRST_PAUSE_MILLIS = 250;
  private static final long LONGEST_PAUSE_MILLIS = 10_000;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  private final Wire wire;
  private final Endpoint endpoint;
  private final Authorization authorization;

  EndpointCaller(Wire wire, Endpoint endpoint, Authorization authorization) {
    this.wire = wire;
    this.endpoint = endpoint;
    this.authorization = authorization;
  }

  URI uri(String path) {
    return endpoint.at(path);
  }

  boolean can(Capability capability) {
    return endpoint.can(capability);
  }

  /** Scheme and authority, for messages. */
  String name() {
    return endpoint.name();
  }

  /**
   * A successful answer (200 or 206), its body still to be read and closed.
   *
   * @param headers beside those of authorization
   */
  HttpResponse<BodyStream> get(String path, Map<String, String> headers, String subject)
      throws ImageException {
    long pause = FIRST_PAUSE_MILLIS;
    for (int attempt = 1; ; attempt++) {
      HttpResponse<BodyStream> response;
      try {
        response = authorized(path, headers, subject);
      } catch (ImageException.Unavailable e) {
        if (!Wire.isBrokenConnection(e) || attempt >= wire.settings().attempts()) {
          throw e;
        }
        continue;
      }
      int status = response.statusCode();
      if (status == 200 || status == 206) {
        return response;
      }
      boolean busy = status == 429 || status >= 500;
      if (!busy || attempt >= wire.settings().attempts()) {
        throw refusal(response, subject);
      }
      response.body().close();
      pause(Math.max(pause, retryAfterMillis(response)), subject);
      pause *= 4;
    }
  }

  private static long retryAfterMillis(HttpResponse<?> response) {
    String seconds = response.headers().firstValue("Retry-After").orElse("");
    boolean number = !seconds.isEmpty() && seconds.length() < 7 && seconds.matches("\\d+");
    return number ? Math.min(Long.parseLong(seconds) * 1000, LONGEST_PAUSE_MILLIS) : 0;
  }

  private static void pause(long millis, String subject) throws ImageException {
    try {
      Thread.sleep(Math.min(millis, LONGEST_PAUSE_MILLIS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ImageException.Cancelled(subject, "interrupted while the registry is busy");
    }
  }

  private HttpResponse<BodyStream> authorized(
      String path, Map<String, String> headers, String subject) throws ImageException {
    String sent = authorization.header();
    HttpResponse<BodyStream> response = redirected(uri(path), headers, sent, subject);
    if (response.statusCode() != 401) {
      return response;
    }
    if (!authorization.answer(response, sent, subject)) {
      return response;
    }
    response.body().close();
    return redirected(uri(path), headers, authorization.header(), subject);
  }

  private HttpResponse<BodyStream> redirected(
      URI start, Map<String, String> headers, @Nullable String credentials, String subject)
      throws ImageException {
    URI uri = start;
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
      HttpRequest.Builder request = wire.request(uri);
      headers.forEach(request::header);
      if (sameOrigin(uri, start)) {
        own(request, credentials);
      }
      HttpResponse<BodyStream> response =
          wire.send(request.build(), endpoint.connection(), subject);
      if (!REDIRECTS.contains(response.statusCode())) {
        return response;
      }
      response.body().close();
      uri = target(uri, response, subject);
    }
    throw new ImageException.Unavailable(
        subject,
        "registry " + start.getAuthority() + " redirects more than " + MAX_REDIRECTS + " times",
        "check the registry",
        null);
  }

  /** What concerns this endpoint alone. */
  private void own(HttpRequest.Builder request, @Nullable String credentials) {
    for (Map.Entry<String, List<String>> header : endpoint.headers().entrySet()) {
      header.getValue().forEach(value -> request.header(header.getKey(), value));
    }
    if (credentials != null) {
      request.setHeader("Authorization", credentials);
    }
  }

  private static boolean sameOrigin(URI one, URI other) {
    return one.getScheme().equals(other.getScheme())
        && one.getAuthority().equals(other.getAuthority());
  }

  private static URI target(URI from, HttpResponse<?> response, String subject)
      throws ImageException {
    String location = response.headers().firstValue("Location").orElse("");
    try {
      URI to = from.resolve(location);
      boolean weaker = "https".equals(from.getScheme()) && !"https".equals(to.getScheme());
      boolean web = "https".equals(to.getScheme()) || "http".equals(to.getScheme());
      if (!location.isEmpty() && to.getHost() != null && web && !weaker) {
        return to;
      }
    } catch (IllegalArgumentException e) {
      // Told below with the text itself.
    }
    throw new ImageException.Unavailable(
        subject,
        "registry " + from.getAuthority() + " redirects to \"" + location + "\"",
        "check the registry",
        null);
  }

  private ImageException refusal(HttpResponse<BodyStream> response, String subject) {
    int status = response.statusCode();
    String host = endpoint.root().getAuthority();
    String reason = "registry " + host + " answered " + status + Wire.errorText(response);
    return switch (status) {
      case 401, 403 ->
          new ImageException.Unauthorized(subject, reason, "check the credentials of the pull");
      case 404 ->
          new ImageException.NotFound(
              subject, reason, "check the name, the tag and whether the image was pushed");
      default -> new ImageException.Unavailable(subject, reason, "try again later", null);
    };
  }
}
