package io.gantry.streaming;

import io.gantry.state.Json;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How the end of a command is told in the error stream. */
enum StatusForm {

  /** As text, and nothing when all went well: protocols before version 4. */
  TEXT,

  /** As a Status object of Kubernetes (k8s.io/apimachinery, meta/v1): version 4 and later. */
  JSON;

  private static final int INTERNAL_ERROR = 500;

  /**
   * A command has ended; empty where the form has no words for it.
   *
   * @param code the exit code, or 128 plus the signal
   */
  ByteBuffer exited(int code) {
    if (code == 0) {
      return this == TEXT ? ByteBuffer.allocate(0) : json(Map.of("status", "Success"));
    }
    String text = "command terminated with exit code " + code;
    return this == TEXT
        ? bytes(text)
        : failure(text, "NonZeroExitCode", List.of(cause("ExitCode", Integer.toString(code))), 0);
  }

  /** Something else went wrong. */
  ByteBuffer failed(String why) {
    return this == TEXT
        ? bytes(why)
        : failure(
            "Internal error occurred: " + why,
            "InternalError",
            List.of(Map.of("message", why)),
            INTERNAL_ERROR);
  }

  private static Map<String, String> cause(String reason, String message) {
    Map<String, String> cause = new LinkedHashMap<>();
    cause.put("reason", reason);
    cause.put("message", message);
    return cause;
  }

  private static ByteBuffer failure(
      String message, String reason, List<Map<String, String>> causes, int code) {
    Map<String, Object> status = new LinkedHashMap<>();
    status.put("status", "Failure");
    status.put("message", message);
    status.put("reason", reason);
    status.put("details", Map.of("causes", causes));
    if (code != 0) {
      status.put("code", code);
    }
    return json(status);
  }

  private static ByteBuffer json(Map<String, Object> fields) {
    Map<String, Object> status = new LinkedHashMap<>();
    status.put("metadata", Map.of());
    status.putAll(fields);
    return bytes(Json.MAPPER.valueToTree(status).toString());
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
