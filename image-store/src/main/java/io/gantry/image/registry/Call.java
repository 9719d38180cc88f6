package io.gantry.image.registry;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an endpoint is asked.
 *
 * @param path below the endpoint's root
 * @param headers beside those of the endpoint and of authorization
 * @param subject what the question is about, for messages
 */
record Call(String method, String path, Map<String, String> headers, String subject) {

  Call {
    headers = Map.copyOf(headers);
  }

  static Call get(String path, String subject) {
    return new Call("GET", path, Map.of(), subject);
  }

  /** The same question, to be answered without a body. */
  Call headOnly() {
    return new Call("HEAD", path, headers, subject);
  }

  Call with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new Call(method, path, more, subject);
  }
}
