package io.gantry.image.registry;

import io.gantry.image.error.ImageException;
import io.gantry.image.progress.Traffic;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Asks one endpoint about one repository: sends, answers challenges, follows redirects without
 * leaking credentials, waits when the registry is busy, and turns every refusal into words. All of
 * that together has the time of {@link TransferLimits#answer}. Safe for the pull's threads.
 */
final class EndpointCaller {

  private static final int MAX_REDIRECTS = 5;
  private static final int UNAUTHORIZED = 401;

  /**
   * A remembered token may have been taken back meanwhile; then a fresh one is the second answer.
   */
  private static final int MAX_ANSWERS = 2;

  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  private final Wire wire;
  private final Endpoint endpoint;
  private final Authorization authorization;
  private final Traffic traffic;

  EndpointCaller(Wire wire, Endpoint endpoint, Authorization authorization, Traffic traffic) {
    this.wire = wire;
    this.endpoint = endpoint;
    this.authorization = authorization;
    this.traffic = traffic;
  }

  Endpoint endpoint() {
    return endpoint;
  }

  URI uri(String path) {
    return endpoint.at(path);
  }

  /**
   * A successful answer (200 or 206), its body still to be read and closed.
   *
   * @param patient whether to wait when the endpoint is busy
   * @throws BusyException when it is busy and not waited for
   */
  HttpResponse<BodyStream> ask(Call call, boolean patient) throws ImageException, BusyException {
    Deadline deadline = Deadline.in(wire.limits().answer());
    for (int tries = 1; ; tries++) {
      HttpResponse<BodyStream> response;
      boolean last = tries >= wire.limits().attempts();
      try {
        response = authorized(call, deadline);
      } catch (ImageException.Unavailable e) {
        if (last || !Wire.isBrokenConnection(e) || deadline.isOver()) {
          throw e;
        }
        traffic.retry();
        continue;
      }
      int status = response.statusCode();
      if (status == 200 || status == 206) {
        return response;
      }
      if (!Backoff.isBusy(response)) {
        throw refusal(call, response, Duration.ZERO);
      }
      Duration said = Backoff.said(response.headers(), InstantSource.system());
      if (!patient) {
        throw new BusyException(refusal(call, response, said));
      }
      Duration pause = Backoff.longer(said, Backoff.after(tries));
      if (last || !deadline.leavesRoomFor(pause)) {
        throw refusal(call, response, said);
      }
      response.body().close();
      Backoff.pause(pause, call.subject());
      traffic.retry();
    }
  }

  private HttpResponse<BodyStream> authorized(Call call, Deadline deadline) throws ImageException {
    for (int answers = 0; ; answers++) {
      String sent = authorization.header();
      HttpResponse<BodyStream> response = redirected(call, sent, deadline);
      // Who is redirected to may not ask for the credentials of who redirected.
      boolean challenged = response.statusCode() == UNAUTHORIZED && endpoint.owns(response.uri());
      if (!challenged
          || answers == MAX_ANSWERS
          || !authorization.answer(response, sent, call.subject(), deadline)) {
        return response;
      }
      response.body().close();
    }
  }

  private HttpResponse<BodyStream> redirected(
      Call call, @Nullable String credentials, Deadline deadline) throws ImageException {
    URI start = uri(call.path());
    URI uri = start;
    for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
      HttpRequest.Builder request =
          wire.request(uri, deadline, call.subject())
              .method(call.method(), BodyPublishers.noBody());
      call.headers().forEach(request::header);
      if (endpoint.owns(uri)) {
        endpoint.address(request, credentials);
      }
      HttpResponse<BodyStream> response =
          wire.send(request.build(), endpoint.connection(), call.subject());
      if (!REDIRECTS.contains(response.statusCode())) {
        return response;
      }
      response.body().close();
      uri = Location.of(response, "redirects to", call.subject());
    }
    throw new ImageException.Unavailable(
        call.subject(),
        "registry " + start.getAuthority() + " redirects more than " + MAX_REDIRECTS + " times",
        "check the registry",
        null);
  }

  private ImageException refusal(Call call, HttpResponse<BodyStream> response, Duration wait) {
    int status = response.statusCode();
    RegistryErrors errors = RegistryErrors.of(response);
    String who = endpoint.owns(response.uri()) ? "" : " by " + from(response.uri());
    String reason =
        "registry %s%s answered %d%s to %s %s%s%s"
            .formatted(
                endpoint.root().getAuthority(),
                wire.way(response.uri()),
                status,
                who,
                call.method(),
                uri(call.path()).getPath(),
                errors.text(),
                Backoff.told(wait));
    return switch (status) {
      case 401, 403 ->
          new ImageException.Unauthorized(call.subject(), reason, authorization.advice());
      case 404 ->
          new ImageException.NotFound(
              call.subject(), reason, "check the name, the tag and whether the image was pushed");
      case 407 ->
          new ImageException.Unavailable(
              call.subject(), reason, "give the proxy's user and password in its address", null);
      case 429 ->
          new ImageException.Unavailable(
              call.subject(), reason, "wait, or give credentials that may pull more", null);
      default -> new ImageException.Unavailable(call.subject(), reason, "try again later", null);
    };
  }

  private static String from(URI uri) {
    return uri.getScheme() + "://" + uri.getAuthority();
  }
}
