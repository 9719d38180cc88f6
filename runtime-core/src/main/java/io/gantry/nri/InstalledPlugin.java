package io.gantry.nri;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program that the daemon starts as a plugin: a file {@code INDEX-NAME} with two digits.
 *
 * @param program its absolute path
 */
public record InstalledPlugin(Path program, String index, String name) {

  private static final Pattern FILE = Pattern.compile("([0-9]{2})-([A-Za-z0-9_.+-]+)");

  /** Nothing where the file's name is none for a plugin. */
  static Optional<InstalledPlugin> of(Path program) {
    Matcher name = FILE.matcher(String.valueOf(program.getFileName()));
    return name.matches()
        ? Optional.of(new InstalledPlugin(program, name.group(1), name.group(2)))
        : Optional.empty();
  }

  /** As it is named in messages, and its file is. */
  String title() {
    return index + "-" + name;
  }
}
