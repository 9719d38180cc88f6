package io.gantry.rpc;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gantry.state.Json;
import java.util.Map;

/** JSON documents for the info maps of verbose answers. */
final class Documents {

  private Documents() {}

  static String json(Map<String, Object> document) {
    try {
      return Json.MAPPER.writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("write " + document.keySet() + " as JSON", e);
    }
  }
}
