package io.gantry.image.hosts;

import io.gantry.image.error.ImageException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * One table of a hosts file. Asking for a key makes it known; {@link #refuseOthers} finds what the
 * table has beyond the known ones. Every refusal names file, line and column.
 */
final class HostsTable {

  private final String file;
  private final String name;
  private final @Nullable TomlTable table;
  private final Set<String> known = new TreeSet<>();

  /**
   * @param name of the table, empty for the file itself
   * @param table null when the file does not have it
   */
  HostsTable(String file, String name, @Nullable TomlTable table) {
    this.file = file;
    this.name = name;
    this.table = table;
  }

  static ImageException refusal(String file, @Nullable TomlPosition position, String text) {
    String place = position == null ? "" : ":" + position.line() + ":" + position.column();
    return new ImageException.Invalid(file + place, text, "see docs/registries.md");
  }

  ImageException refusal(String key, String found, String wanted) {
    return refusal(file, position(key), full(key) + " " + found + "; give " + wanted);
  }

  private String full(String key) {
    return name.isEmpty() ? key : "[" + name + "] " + key;
  }

  private @Nullable TomlPosition position(String key) {
    return table == null ? null : table.inputPositionOf(List.of(key));
  }

  private @Nullable Object value(String key) {
    known.add(key);
    return table == null ? null : table.get(List.of(key));
  }

  String text(String key, String fallback, String wanted) throws ImageException {
    Object value = value(key);
    if (value == null) {
      return fallback;
    }
    if (value instanceof String text && !text.isBlank()) {
      return text;
    }
    throw refusal(key, found(value), wanted);
  }

  boolean flag(String key) throws ImageException {
    Object value = value(key);
    if (value == null || value instanceof Boolean) {
      return Boolean.TRUE.equals(value);
    }
    throw refusal(key, found(value), "true or false");
  }

  /** One string or a list of them. */
  List<String> texts(String key, String wanted) throws ImageException {
    List<String> texts = new ArrayList<>();
    for (Object item : items(key)) {
      if (!(item instanceof String text) || text.isBlank()) {
        throw refusal(key, found(item), wanted);
      }
      texts.add(text);
    }
    return texts;
  }

  /** One string, or a list whose elements are strings or lists of two strings. */
  List<List<String>> pairs(String key, String wanted) throws ImageException {
    List<List<String>> pairs = new ArrayList<>();
    for (Object item : items(key)) {
      List<Object> parts = item instanceof TomlArray array ? array.toList() : List.of(item);
      boolean one = !(item instanceof TomlArray);
      if (parts.size() != (one ? 1 : 2) || !parts.stream().allMatch(String.class::isInstance)) {
        throw refusal(key, found(item), wanted);
      }
      pairs.add(parts.stream().map(String.class::cast).toList());
    }
    return pairs;
  }

  private List<Object> items(String key) {
    Object value = value(key);
    if (value == null) {
      return List.of();
    }
    return value instanceof TomlArray array ? array.toList() : List.of(value);
  }

  /** A table in this one; without keys when it is missing. */
  HostsTable table(String key) throws ImageException {
    Object value = value(key);
    if (value != null && !(value instanceof TomlTable)) {
      throw refusal(key, found(value), "a table");
    }
    String full = name.isEmpty() ? key : name + ".\"" + key + "\"";
    return new HostsTable(file, full, value instanceof TomlTable inner ? inner : null);
  }

  /** As they stand in the file, which for tables within a table means something. */
  List<String> keysInOrder() {
    Set<String> keys = table == null ? Set.of() : table.keySet();
    return keys.stream().sorted(Comparator.comparingLong(this::place)).toList();
  }

  private long place(String key) {
    TomlPosition position = position(key);
    return position == null
        ? Long.MAX_VALUE
        : (long) position.line() << Integer.SIZE | position.column();
  }

  void refuseOthers() throws ImageException {
    for (String key : keysInOrder()) {
      if (!known.contains(key)) {
        throw refusal(
            file,
            position(key),
            "unknown key " + full(key) + "; there is " + String.join(", ", known));
      }
    }
  }

  private static String found(Object value) {
    return switch (value) {
      case String text -> "is \"" + text + "\"";
      case TomlTable inner -> "is a table";
      case TomlArray array -> "is " + array.toJson().replaceAll("\\s+", " ").strip();
      default -> "is " + value;
    };
  }
}
