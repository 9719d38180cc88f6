package io.gantry.conformance.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Runs a program to its end and keeps what it printed. */
public final class Command {

  private Command() {}

  /**
   * How a program ended.
   *
   * @param output what it printed, without the final newline
   * @param errors what it printed to standard error
   */
  public record Result(int exitCode, String output, String errors) {}

  public static Result run(List<String> words) throws IOException, InterruptedException {
    return run(words, Map.of());
  }

  public static Result run(List<String> words, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path errors = Files.createTempFile("command", ".err");
    try {
      ProcessBuilder builder = new ProcessBuilder(words).redirectError(errors.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      process.getOutputStream().close();
      byte[] output = process.getInputStream().readAllBytes();
      return new Result(
          process.waitFor(),
          new String(output, StandardCharsets.UTF_8).strip(),
          Files.readString(errors).strip());
    } finally {
      Files.delete(errors);
    }
  }

  /** Whether a program is on the path. */
  public static boolean isInstalled(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  /** What a program that must succeed printed. */
  public static String output(String... words) throws IOException, InterruptedException {
    return output(Arrays.asList(words));
  }

  public static String output(List<String> words) throws IOException, InterruptedException {
    Result result = run(new ArrayList<>(words));
    if (result.exitCode() != 0) {
      throw new IOException(
          "%s: exit %d: %s%s"
              .formatted(
                  String.join(" ", words), result.exitCode(), result.output(), result.errors()));
    }
    return result.output();
  }
}
