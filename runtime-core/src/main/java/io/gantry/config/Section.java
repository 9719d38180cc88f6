package io.gantry.config;

import io.gantry.linux.netlink.IpPrefix;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * One table of the file. Asking for a key makes it known; what the file has beyond the known ones
 * is a problem. A value that is wrong is a problem too, and the default is given in its place so
 * that the rest gets read.
 */
final class Section {

  private final @Nullable TomlTable table;
  private final String prefix;
  private final Problems problems;
  private final Set<String> known = new TreeSet<>();

  /**
   * @param prefix empty, or the table's name with a dot
   */
  Section(@Nullable TomlTable table, String prefix, Problems problems) {
    this.table = table;
    this.prefix = prefix;
    this.problems = problems;
  }

  Section section(String key) {
    Object value = value(key);
    if (value != null && !(value instanceof TomlTable)) {
      refuse(key, found(value), "a table: [" + prefix + key + "]");
    }
    return new Section(
        value instanceof TomlTable inner ? inner : null, prefix + key + ".", problems);
  }

  String text(String key, String fallback, String wanted) {
    Object value = value(key);
    if (value == null || value instanceof String) {
      return value == null ? fallback : (String) value;
    }
    refuse(key, found(value), wanted);
    return fallback;
  }

  String matching(String key, String fallback, String pattern, String wanted) {
    String text = text(key, fallback, wanted);
    if (text.matches(pattern)) {
      return text;
    }
    refuse(key, "is " + quoted(text), wanted);
    return fallback;
  }

  String choice(String key, String fallback, List<String> choices) {
    return matching(
        key, fallback, String.join("|", choices), "one of " + String.join(", ", choices));
  }

  Path path(String key, Path fallback) {
    String text = matching(key, fallback.toString(), "/[^\\x00]*", "an absolute path");
    return Path.of(text).normalize();
  }

  /** A block of addresses, or empty. */
  String block(String key, String fallback) {
    String wanted = "a block of addresses such as \"10.88.0.0/16\"";
    String text = text(key, fallback, wanted);
    try {
      return text.isEmpty() ? text : IpPrefix.parse(text).network().toString();
    } catch (IllegalArgumentException e) {
      refuse(key, "is " + quoted(text), wanted);
      return fallback;
    }
  }

  long number(String key, long fallback, long least, long most) {
    Object value = value(key);
    if (value == null) {
      return fallback;
    }
    if (value instanceof Long number && number >= least && number <= most) {
      return number;
    }
    String limit = most == Long.MAX_VALUE ? least + " or more" : "from " + least + " to " + most;
    refuse(key, found(value), "a number " + limit);
    return fallback;
  }

  boolean flag(String key, boolean fallback) {
    Object value = value(key);
    if (value == null || value instanceof Boolean) {
      return value == null ? fallback : (Boolean) value;
    }
    refuse(key, found(value), "true or false");
    return fallback;
  }

  List<String> texts(String key) {
    return texts(key, List.of());
  }

  List<String> texts(String key, List<String> fallback) {
    Object value = value(key);
    if (value == null) {
      return fallback;
    }
    List<String> texts = new ArrayList<>();
    if (value instanceof TomlArray array
        && array.toList().stream()
            .allMatch(item -> item instanceof String text && !text.isBlank())) {
      array.toList().forEach(item -> texts.add((String) item));
    } else {
      refuse(key, found(value), "a list of strings: [\"...\", \"...\"]");
    }
    return texts;
  }

  private @Nullable Object value(String key) {
    known.add(key);
    return table == null ? null : table.get(List.of(key));
  }

  void refuse(String key, String found, String wanted) {
    problems.add(position(key), prefix + key + " " + found + "; give " + wanted);
  }

  private @Nullable TomlPosition position(String key) {
    return table == null ? null : table.inputPositionOf(List.of(key));
  }

  void refuseOthers() {
    if (table == null) {
      return;
    }
    for (String key : table.keySet()) {
      if (!known.contains(key)) {
        String advice =
            Nearest.of(key, known)
                .map(near -> "did you mean " + prefix + near + "?")
                .orElse("there is " + prefix + String.join(", " + prefix, known));
        problems.add(position(key), "unknown key " + prefix + key + "; " + advice);
      }
    }
  }

  private static String found(Object value) {
    return switch (value) {
      case String text -> "is " + quoted(text);
      case TomlTable inner -> "is a table";
      case TomlArray array -> "is " + array.toList();
      default -> "is " + value;
    };
  }

  private static String quoted(String text) {
    return "\"" + text + "\"";
  }
}
