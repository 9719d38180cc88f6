package io.gantry.linux;

import java.nio.file.Path;
import java.util.List;

/**
 * A program to start.
 *
 * @param program path of the executable
 * @param arguments {@code argv}, the first being the program's name
 * @param environment {@code NAME=value}
 * @param descriptors what the child finds at 0, 1, 2, 3 …
 */
public record SpawnRequest(
    Path program, List<String> arguments, List<String> environment, List<Fd> descriptors) {

  public SpawnRequest {
    arguments = List.copyOf(arguments);
    environment = List.copyOf(environment);
    descriptors = List.copyOf(descriptors);
    if (arguments.isEmpty()) {
      throw new IllegalArgumentException("a program needs its name as first argument");
    }
  }
}
