package io.gantry.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * One line of {@code /proc/PID/mountinfo} (proc_pid_mountinfo(5)).
 *
 * @param root the directory of the file system that is mounted
 * @param propagation the optional fields, such as {@code shared:7}; empty when private
 * @param options of the file system itself, such as a cgroup hierarchy's controllers
 */
public record MountEntry(
    long id,
    String root,
    Path mountPoint,
    List<String> propagation,
    String type,
    List<String> options) {

  private static final int ROOT_FIELD = 3;
  private static final int MOUNT_POINT_FIELD = 4;
  private static final int FIRST_OPTIONAL_FIELD = 6;

  public MountEntry {
    propagation = List.copyOf(propagation);
    options = List.copyOf(options);
  }

  /** The mounts in the order of the file, in which a later one covers an earlier one. */
  public static List<MountEntry> read(Path mountinfo) throws IOException {
    try (var lines = Files.lines(mountinfo)) {
      return lines.filter(line -> !line.isBlank()).map(MountEntry::parse).toList();
    }
  }

  static MountEntry parse(String line) {
    List<String> fields = Arrays.asList(line.split(" "));
    int separator = fields.indexOf("-");
    if (separator < FIRST_OPTIONAL_FIELD || fields.size() < separator + 2) {
      throw new IllegalArgumentException("not a line of mountinfo: " + line);
    }
    String options = fields.get(fields.size() - 1);
    return new MountEntry(
        Long.parseLong(fields.get(0)),
        unescaped(fields.get(ROOT_FIELD)),
        Path.of(unescaped(fields.get(MOUNT_POINT_FIELD))),
        fields.subList(FIRST_OPTIONAL_FIELD, separator),
        fields.get(separator + 1),
        List.of(options.split(",")));
  }

  /** Mounting below this one would show in other mount namespaces too. */
  public boolean isShared() {
    return propagation.stream().anyMatch(field -> field.startsWith("shared:"));
  }

  /** The kernel writes blank, tab, newline and backslash as three octal digits. */
  private static String unescaped(String field) {
    StringBuilder text = new StringBuilder(field.length());
    for (int i = 0; i < field.length(); i++) {
      char c = field.charAt(i);
      if (c == '\\' && i + 3 < field.length()) {
        text.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        text.append(c);
      }
    }
    return text.toString();
  }
}
