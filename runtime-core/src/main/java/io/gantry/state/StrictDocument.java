package io.gantry.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/**
 * Documents of others, of which nothing may be left out: a field that nobody knows is an error, and
 * so is text that the kernel would cut short.
 */
public final class StrictDocument {

  /** What the kernel takes as one argument or variable (MAX_ARG_STRLEN of execve(2)). */
  private static final int LONGEST_TEXT = 128 << 10;

  private static final ObjectMapper MAPPER =
      Json.MAPPER.copy().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private StrictDocument() {}

  /** A document in JSON. */
  public static <T> T read(String json, Class<T> type) throws IOException {
    try {
      return of(MAPPER.readTree(json), type);
    } catch (JsonProcessingException e) {
      throw new IOException("is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * A document of maps, lists and scalars.
   *
   * @throws IOException saying what is wrong and where
   */
  public static <T> T of(Object document, Class<T> type) throws IOException {
    try {
      JsonNode tree = MAPPER.valueToTree(document);
      if (tree == null || !tree.isObject()) {
        throw new IOException("holds no fields");
      }
      checkTexts(tree);
      return MAPPER.treeToValue(tree, type);
    } catch (JsonMappingException e) {
      throw new IOException(
          "does not fit: " + e.getOriginalMessage() + " at " + e.getPathReference(), e);
    }
  }

  private static void checkTexts(JsonNode node) throws IOException {
    if (node.isTextual()) {
      String text = node.textValue();
      if (text.indexOf('\0') >= 0 || text.length() >= LONGEST_TEXT) {
        throw new IOException("has text with a zero byte, or of 128 KiB");
      }
    }
    for (JsonNode child : node) {
      checkTexts(child);
    }
  }
}
