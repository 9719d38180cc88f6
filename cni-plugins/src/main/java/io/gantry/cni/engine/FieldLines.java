package io.gantry.cni.engine;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** On which lines the fields of a configuration stand. */
final class FieldLines {

  private static final Logger log = LoggerFactory.getLogger(FieldLines.class);
  private static final JsonFactory JSON = new JsonFactory();

  private final Map<String, Integer> lines = new HashMap<>();

  /** Of a text; where it is no JSON, of what stands before that shows. */
  FieldLines(String json) {
    try (JsonParser parser = JSON.createParser(json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        JsonStreamContext context = parser.getParsingContext();
        String path = path(token.isStructStart() ? context.getParent() : context);
        lines.putIfAbsent(path, parser.currentTokenLocation().getLineNr());
      }
    } catch (IOException mistake) {
      log.debug("a configuration is read only in part: {}", mistake.getMessage());
    }
  }

  /** As {@link io.gantry.cni.spec.ConfigNode#pathOf} has it, such as {@code plugins[0].ipam}. */
  private static String path(@Nullable JsonStreamContext context) {
    JsonStreamContext parent = context == null ? null : context.getParent();
    if (context == null || parent == null) {
      return "";
    }
    String before = path(parent);
    if (context.inArray()) {
      return before + "[" + context.getCurrentIndex() + "]";
    }
    String name = context.getCurrentName() == null ? "" : context.getCurrentName();
    return before.isEmpty() ? name : before + "." + name;
  }

  /** The line of a field, or where it is missing that of the object it should be in; 0 for none. */
  int of(String path) {
    for (String at = path; !at.isEmpty(); at = around(at)) {
      Integer line = lines.get(at);
      if (line != null) {
        return line;
      }
    }
    return 0;
  }

  private static String around(String path) {
    return path.substring(0, Math.max(0, Math.max(path.lastIndexOf('.'), path.lastIndexOf('['))));
  }
}
