package io.gantry.image.registry;

import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;

/**
 * One request of a push.
 *
 * @param headers beside those of the endpoint and of authorization
 * @param body made anew for each try
 * @param limit until the answer begins, which comes after the body
 * @param subject what it is about, for messages
 */
record Sending(
    String method,
    URI uri,
    Map<String, String> headers,
    Supplier<BodyPublisher> body,
    Duration limit,
    String subject) {

  /** Without a body. */
  static Sending of(String method, URI uri, Duration limit, String subject) {
    return new Sending(method, uri, Map.of(), BodyPublishers::noBody, limit, subject);
  }
}
