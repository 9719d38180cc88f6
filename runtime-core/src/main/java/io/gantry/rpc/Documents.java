package io.gantry.rpc;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gantry.state.Json;
import java.util.Locale;
import java.util.Map;

/** JSON documents for the info maps of verbose answers. */
final class Documents {

  private Documents() {}

  /** A state by the name of its record, which tells more than the few that CRI has. */
  static String name(Object state) {
    return state.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  static String json(Map<String, Object> document) {
    try {
      return Json.MAPPER.writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("write " + document.keySet() + " as JSON", e);
    }
  }
}
