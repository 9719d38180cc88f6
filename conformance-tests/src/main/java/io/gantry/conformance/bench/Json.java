package io.gantry.conformance.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** A report for programs. */
final class Json {

  private Json() {}

  static String of(Report report) {
    return """
    {
      "runtimes": %s,
      "facts": %s,
      "figures": [
        %s
      ],
      "notes": %s
    }
    """
        .formatted(
            texts(report.names()),
            object(report.facts()),
            report.rows().stream().map(Json::row).collect(Collectors.joining(",\n    ")),
            texts(report.notes()));
  }

  private static String row(Row row) {
    String peer = row.peer().map(Json::figure).orElse("null");
    return "{\"name\": %s, \"unit\": %s, \"more_is_better\": %s, \"measured\": %s, \"peer\": %s, \"times_better\": %s, \"bars\": %s}"
        .formatted(
            text(row.topic().name()),
            text(row.topic().unit()),
            row.topic().moreIsBetter(),
            figure(row.figure()),
            peer,
            number(row.timesBetter()),
            text(row.bars()));
  }

  private static String figure(Figure figure) {
    return "{\"value\": %s, \"p95\": %s, \"runs\": %d}"
        .formatted(number(OptionalDouble.of(figure.value())), number(figure.high()), figure.runs());
  }

  private static String number(OptionalDouble number) {
    return number.isPresent() ? String.format(Locale.ROOT, "%.4f", number.getAsDouble()) : "null";
  }

  private static String object(Map<String, String> pairs) {
    return pairs.entrySet().stream()
        .map(pair -> text(pair.getKey()) + ": " + text(pair.getValue()))
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private static String texts(List<String> texts) {
    return texts.stream().map(Json::text).collect(Collectors.joining(", ", "[", "]"));
  }

  /** RFC 8259, section 7: what must be escaped, and nothing else. */
  static String text(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> quoted.append('\\').append(c);
        case '\n' -> quoted.append("\\n");
        default -> quoted.append(c < ' ' ? "\\u%04x".formatted((int) c) : String.valueOf(c));
      }
    }
    return quoted.append('"').toString();
  }
}
