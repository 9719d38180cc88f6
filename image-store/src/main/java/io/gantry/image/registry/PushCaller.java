package io.gantry.image.registry;

import io.gantry.image.error.ImageException;
import io.gantry.image.progress.Traffic;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sends what a push consists of to one endpoint: answers challenges, waits when the registry is
 * busy, begins again when the connection breaks, and tells refusals in the registry's words. One
 * thread.
 */
final class PushCaller {

  private static final int UNAUTHORIZED = 401;
  private static final int MAX_ANSWERS = 2;

  /** Slower than this, a registry does not put a blob together from its pieces. */
  private static final long ASSEMBLED_BYTES_PER_SECOND = 16 << 20;

  /** However large a blob is, nobody waits longer for one answer. */
  private static final Duration LONGEST_SENDING = Duration.ofHours(6);

  private final Wire wire;
  private final Endpoint endpoint;
  private final Authorization authorization;
  private final Traffic traffic;

  PushCaller(Wire wire, Endpoint endpoint, Authorization authorization, Traffic traffic) {
    this.wire = wire;
    this.endpoint = endpoint;
    this.authorization = authorization;
    this.traffic = traffic;
  }

  URI uri(String path) {
    return endpoint.at(path);
  }

  Traffic traffic() {
    return traffic;
  }

  int attempts() {
    return wire.limits().attempts();
  }

  Duration answerLimit() {
    return wire.limits().answer();
  }

  /**
   * Until the answer to a request with bytes begins.
   *
   * @param carried bytes that the request carries, at the speed that is the least for any body
   * @param assembled bytes that the registry has to put together before it answers
   */
  Duration limit(long carried, long assembled) {
    long seconds =
        carried / wire.limits().leastBytesPerSecond() + assembled / ASSEMBLED_BYTES_PER_SECOND;
    return answerLimit().plusSeconds(Math.min(seconds, LONGEST_SENDING.toSeconds()));
  }

  /**
   * Sends a request, again if need be.
   *
   * @param wanted statuses that are an answer; any other is thrown as a refusal
   * @return the answer, its body closed
   */
  HttpResponse<BodyStream> send(Sending sending, Set<Integer> wanted) throws ImageException {
    for (int tries = 1; ; tries++) {
      boolean last = tries >= attempts();
      HttpResponse<BodyStream> response;
      try {
        response = once(sending);
      } catch (ImageException.Unavailable e) {
        if (last || !Wire.isBrokenConnection(e)) {
          throw e;
        }
        Backoff.pause(Backoff.after(tries), sending.subject());
        traffic.retry();
        continue;
      }
      if (wanted.contains(response.statusCode())) {
        drain(response, sending);
        return response;
      }
      Duration said = Backoff.said(response.headers(), InstantSource.system());
      if (last || !Backoff.isBusy(response) || said.compareTo(answerLimit()) > 0) {
        throw refusal(sending, response, said);
      }
      response.body().close();
      Backoff.pause(Backoff.longer(said, Backoff.after(tries)), sending.subject());
      traffic.retry();
    }
  }

  /**
   * Sends a request, again only where the endpoint asks who sends it.
   *
   * @return any answer, its body still to be read or closed
   */
  HttpResponse<BodyStream> once(Sending sending) throws ImageException {
    for (int answers = 0; ; answers++) {
      String sent = endpoint.owns(sending.uri()) ? authorization.header() : null;
      HttpResponse<BodyStream> response = exchange(sending, sent);
      boolean challenged = response.statusCode() == UNAUTHORIZED && endpoint.owns(sending.uri());
      if (!challenged || answers == MAX_ANSWERS) {
        return response;
      }
      Deadline deadline = Deadline.in(answerLimit());
      if (!authorization.answer(response, sent, sending.subject(), deadline)) {
        return response;
      }
      response.body().close();
    }
  }

  /** Read to its end, a short answer leaves its connection to the next request. */
  void drain(HttpResponse<BodyStream> response, Sending sending) throws ImageException {
    try (BodyStream body = response.body()) {
      body.readNBytes(wire.limits().maxManifestBytes());
    } catch (IOException e) {
      throw wire.unavailable(sending.uri(), sending.subject(), e);
    }
  }

  private HttpResponse<BodyStream> exchange(Sending sending, @Nullable String credentials)
      throws ImageException {
    HttpRequest.Builder request =
        wire.request(sending.uri(), Deadline.in(sending.limit()), sending.subject())
            .method(sending.method(), sending.body().get());
    sending.headers().forEach(request::header);
    // Nobody else is told, also not where an upload is told to go.
    if (endpoint.owns(sending.uri())) {
      endpoint.address(request, credentials);
    }
    return wire.send(request.build(), endpoint.connection(), sending.subject());
  }

  /** Where an upload goes on. */
  URI location(HttpResponse<?> response, String subject) throws ImageException {
    return Location.of(response, "wants the bytes at", subject);
  }

  /** An answer that is none, in words; its body is read. */
  ImageException refusal(Sending sending, HttpResponse<BodyStream> response, Duration wait) {
    int status = response.statusCode();
    RegistryErrors errors = RegistryErrors.of(response);
    String reason =
        "registry %s answered %d to %s %s%s%s"
            .formatted(
                sending.uri().getAuthority(),
                status,
                sending.method(),
                sending.uri().getPath(),
                errors.text(),
                Backoff.told(wait));
    return switch (status) {
      case 401, 403 ->
          new ImageException.Unauthorized(sending.subject(), reason, authorization.advice());
      case 404 ->
          new ImageException.NotFound(
              sending.subject(), reason, "check the name; some registries want a repository made");
      case 400, 405, 413, 415 ->
          new ImageException.Unsupported(sending.subject(), reason, "see what the registry takes");
      default -> new ImageException.Unavailable(sending.subject(), reason, "try again later", null);
    };
  }
}
