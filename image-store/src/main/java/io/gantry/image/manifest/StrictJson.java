package io.gantry.image.manifest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * How JSON is read that others wrote. Deep nesting and a key given twice are refused: two readers
 * could understand them differently.
 */
public final class StrictJson {

  private static final int MAX_DEPTH = 64;

  /**
   * Names, values and brackets of one document. In memory each is a hundred times larger than the
   * two bytes that it can be made of.
   */
  private static final long MAX_TOKENS = 100_000;

  /** Passes over what stands behind the document. */
  static final ObjectReader READER = mapper().reader();

  /** Refuses what stands behind the document. */
  public static final ObjectReader WHOLE =
      READER.with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private StrictJson() {}

  private static JsonMapper mapper() {
    StreamReadConstraints limits =
        StreamReadConstraints.builder()
            .maxNestingDepth(MAX_DEPTH)
            .maxTokenCount(MAX_TOKENS)
            .build();
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(limits)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    return JsonMapper.builder(factory).build();
  }
}
