package io.gantry.oci;

import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts a container's environment together: defaults, then the image's, then the request's. */
final class Environment {

  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final Map<String, String> values = new LinkedHashMap<>();

  private Environment() {}

  /**
   * The variables as {@code NAME=value}, each name once. Later ones win.
   *
   * @param image of the image's config
   * @param requested of the request (CRI ContainerConfig.envs)
   * @param hostname as {@code HOSTNAME}, or empty for none
   * @param tty gives {@code TERM}
   */
  static List<String> of(
      List<String> image, List<String> requested, String hostname, boolean tty, String home) {
    Environment environment = new Environment();
    environment.values.put("PATH", PATH);
    if (!hostname.isEmpty()) {
      environment.values.put("HOSTNAME", hostname);
    }
    if (tty) {
      environment.values.put("TERM", "xterm");
    }
    image.forEach(environment::add);
    requested.forEach(environment::add);
    environment.values.putIfAbsent("HOME", home);
    return environment.values.entrySet().stream()
        .map(each -> each.getKey() + "=" + each.getValue())
        .toList();
  }

  /** An entry without name or equals sign is no variable: environ(7) has no place for it. */
  private void add(String entry) {
    int equals = entry.indexOf('=');
    if (equals <= 0) {
      return;
    }
    String name = entry.substring(0, equals);
    if (entry.indexOf('\0') >= 0) {
      throw new InvalidException(
          new Subject("field", "envs"),
          "envs " + name + " holds a zero byte, which ends a variable in the kernel",
          "pass binary data in a file");
    }
    values.put(name, entry.substring(equals + 1));
  }
}
