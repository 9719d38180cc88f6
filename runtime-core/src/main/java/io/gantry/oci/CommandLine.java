package io.gantry.oci;

import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import java.util.List;
import java.util.stream.Stream;

/** What to execute: the request's command and arguments against the image's (CRI command, args). */
final class CommandLine {

  private CommandLine() {}

  /**
   * A command replaces entrypoint and arguments of the image; arguments alone replace only its
   * arguments. Nothing to execute is an {@link InvalidException} that names the image.
   */
  static List<String> of(
      List<String> command,
      List<String> arguments,
      List<String> entrypoint,
      List<String> imageArguments,
      String image) {
    List<String> line =
        command.isEmpty()
            ? join(entrypoint, arguments.isEmpty() ? imageArguments : arguments)
            : join(command, arguments);
    if (line.isEmpty() || line.getFirst().isEmpty()) {
      throw new InvalidException(
          new Subject("image", image),
          "no command: the request has none and image " + image + " has no entrypoint or cmd",
          "set command in the container's config");
    }
    if (line.stream().anyMatch(word -> word.indexOf('\0') >= 0)) {
      throw new InvalidException(
          new Subject("field", "command"),
          "command holds a zero byte, which ends an argument in the kernel",
          "pass binary data in a file");
    }
    return line;
  }

  private static List<String> join(List<String> first, List<String> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  /** The request's working directory, else the image's, else the root; always absolute. */
  static String workingDirectory(String requested, String ofImage) {
    if (!requested.isEmpty() && requested.charAt(0) != '/') {
      throw new InvalidException(
          new Subject("field", "working_dir"),
          "working_dir " + requested + " is not absolute",
          "begin it with a slash");
    }
    String chosen = requested.isEmpty() ? ofImage : requested;
    return chosen.startsWith("/") ? chosen : "/" + chosen;
  }
}
