package io.gantry.rpc;

import java.nio.file.Path;

/** Where a container's log goes (CRI PodSandboxConfig.log_directory, ContainerConfig.log_path). */
final class LogPaths {

  private LogPaths() {}

  /**
   * The absolute path of the log file, or empty when the pod or the container wants none.
   *
   * @param directory absolute, or empty
   * @param relative as it came; it must stay within the directory
   */
  static String join(String directory, String relative, Field field) {
    if (relative.isEmpty()) {
      return "";
    }
    if (field.text(relative).startsWith("/")) {
      throw field.wrong("is " + relative, "give a path relative to the pod's log_directory");
    }
    Path top = Path.of("/" + directory).normalize();
    Path file = top.resolve(relative).normalize();
    if (!file.startsWith(top) || file.equals(top)) {
      throw field.wrong("is " + relative, "it must name a file within the pod's log_directory");
    }
    return directory.isEmpty() ? "" : file.toString();
  }
}
