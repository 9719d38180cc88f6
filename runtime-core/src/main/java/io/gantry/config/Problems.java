package io.gantry.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlPosition;

/** What was found wrong with one file so far. */
final class Problems {

  private final String file;
  private final List<String> found = new ArrayList<>();

  Problems(String file) {
    this.file = file;
  }

  static String at(String file, @Nullable TomlPosition position) {
    return position == null
        ? file + ": "
        : file + ":" + position.line() + ":" + position.column() + ": ";
  }

  void add(@Nullable TomlPosition position, String text) {
    found.add(at(file, position) + text);
  }

  void throwIfAny() throws ConfigException {
    if (!found.isEmpty()) {
      throw new ConfigException(found);
    }
  }
}
