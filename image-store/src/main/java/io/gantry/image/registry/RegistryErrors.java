package io.gantry.image.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a registry says about its refusal, read from the body of the answer (OCI distribution spec,
 * "Error Codes").
 *
 * @param codes such as {@code MANIFEST_UNKNOWN}; empty when the body is no document of errors
 * @param text one line to be appended to the status, with a colon before it; or empty
 */
record RegistryErrors(List<String> codes, String text) {

  private static final int MAX_BODY = 16 << 10;
  private static final int MAX_TEXT = 300;
  private static final int MAX_ERRORS = 4;
  private static final ObjectMapper JSON = new ObjectMapper();

  RegistryErrors {
    codes = List.copyOf(codes);
  }

  /** Reads and closes the body. */
  static RegistryErrors of(HttpResponse<BodyStream> response) {
    try (BodyStream body = response.body()) {
      return parse(body.readNBytes(MAX_BODY));
    } catch (IOException e) {
      return new RegistryErrors(
          List.of(), " (its explanation cannot be read: " + e.getMessage() + ")");
    }
  }

  static RegistryErrors parse(byte[] body) {
    String plain = new String(body, StandardCharsets.UTF_8);
    List<String> codes = new ArrayList<>();
    List<String> errors = new ArrayList<>();
    try {
      for (JsonNode error : JSON.readTree(body).path("errors")) {
        if (errors.size() < MAX_ERRORS) {
          codes.add(error.path("code").asText(""));
          errors.add(oneOf(error));
        }
      }
    } catch (JsonProcessingException e) {
      errors.clear();
    } catch (IOException e) {
      throw new UncheckedIOException("bytes in memory cannot be read", e);
    }
    String line = line(errors.isEmpty() ? plain : String.join("; ", errors));
    return new RegistryErrors(codes, line.isEmpty() ? "" : ": " + line);
  }

  private static String oneOf(JsonNode error) {
    String code = error.path("code").asText("");
    String message = error.path("message").asText("");
    JsonNode detail = error.path("detail");
    String more = detail.isTextual() && !message.contains(detail.asText()) ? detail.asText() : "";
    return List.of(code, message, more).stream()
        .filter(part -> !part.isBlank())
        .reduce((one, other) -> one + ": " + other)
        .orElse("an error without words");
  }

  private static String line(String text) {
    String line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    return line.length() <= MAX_TEXT ? line : line.substring(0, MAX_TEXT) + "...";
  }
}
