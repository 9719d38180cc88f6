package io.gantry.cli.output;

import com.google.gson.JsonElement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** Writes a JSON tree as block-style YAML. */
final class YamlText {
  private static final DumpSettings BLOCKS =
      DumpSettings.builder()
          .setDefaultFlowStyle(FlowStyle.BLOCK)
          .setIndicatorIndent(0)
          .setWidth(Integer.MAX_VALUE)
          .build();

  private YamlText() {}

  static String of(JsonElement tree) {
    return new Dump(BLOCKS).dumpToString(plain(tree));
  }

  private static @Nullable Object plain(JsonElement element) {
    if (element.isJsonObject()) {
      Map<String, @Nullable Object> map = new LinkedHashMap<>();
      element.getAsJsonObject().entrySet().forEach(e -> map.put(e.getKey(), plain(e.getValue())));
      return map;
    }
    if (element.isJsonArray()) {
      List<@Nullable Object> list = new ArrayList<>();
      element.getAsJsonArray().forEach(each -> list.add(plain(each)));
      return list;
    }
    return element.isJsonNull() ? null : scalar(element);
  }

  private static Object scalar(JsonElement element) {
    var primitive = element.getAsJsonPrimitive();
    if (primitive.isBoolean()) {
      return primitive.getAsBoolean();
    }
    if (!primitive.isNumber()) {
      return primitive.getAsString();
    }
    var digits = primitive.getAsString();
    // No conditional expression: it would make doubles of both.
    if (digits.matches("-?\\d{1,18}")) {
      return Long.valueOf(digits);
    }
    return primitive.getAsDouble();
  }
}
