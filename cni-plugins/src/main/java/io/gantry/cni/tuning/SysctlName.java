package io.gantry.cni.tuning;

import io.gantry.cni.spec.CniException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Names of settings as configurations have them, and which of them may be set. */
final class SysctlName {

  private static final String NETWORK = "net/";
  private static final String PLACEHOLDER = "IFNAME";

  private SysctlName() {}

  /**
   * The path below {@code /proc/sys}; outside of {@code net} nothing belongs to a container.
   *
   * @param name with dots, or with slashes where an interface's name has dots (sysctl(8))
   */
  static String path(String name, String ifName) throws CniException {
    String path = name.contains("/") ? name : name.replace('.', '/');
    String filled = path.replace(PLACEHOLDER, ifName);
    boolean climbing = List.of(filled.split("/", -1)).contains("..");
    if (!filled.startsWith(NETWORK) || climbing || ifName.contains("/")) {
      throw CniException.invalid(
          "sysctl " + name + " is not a setting of a network namespace: use net.*");
    }
    return filled;
  }

  /**
   * Refuses what an administrator did not allow. A line of the file is a regular expression that
   * fits somewhere in the name; without the file all is allowed.
   */
  static void requireAllowed(Iterable<String> names, Path allowlist) throws IOException {
    List<Pattern> allowed;
    try {
      allowed = patterns(Files.readAllLines(allowlist), allowlist);
    } catch (NoSuchFileException e) {
      return;
    }
    for (String name : names) {
      if (allowed.stream().noneMatch(pattern -> pattern.matcher(name).find())) {
        throw CniException.invalid(
            "sysctl " + name + " is not allowed: add it to " + allowlist + " to allow it");
      }
    }
  }

  private static List<Pattern> patterns(List<String> lines, Path allowlist) throws IOException {
    try {
      return lines.stream()
          .map(String::strip)
          .filter(line -> !line.isEmpty())
          .map(Pattern::compile)
          .toList();
    } catch (PatternSyntaxException e) {
      throw new IOException(allowlist + " has a line that is no regular expression: " + e, e);
    }
  }
}
