package io.gantry.conformance.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Runs a program to its end and keeps what it printed. */
public final class Command {

  private Command() {}

  /**
   * How a program ended.
   *
   * @param output standard output and error, as they came
   */
  public record Result(int exitCode, String output) {}

  public static Result run(List<String> words) throws IOException, InterruptedException {
    return run(words, Map.of());
  }

  public static Result run(List<String> words, Map<String, String> environment)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return new Result(process.waitFor(), output);
  }

  /** What a program that must succeed printed. */
  public static String output(String... words) throws IOException, InterruptedException {
    return output(Arrays.asList(words));
  }

  public static String output(List<String> words) throws IOException, InterruptedException {
    Result result = run(new ArrayList<>(words));
    if (result.exitCode() != 0) {
      throw new IOException(
          "%s: exit %d: %s".formatted(String.join(" ", words), result.exitCode(), result.output()));
    }
    return result.output();
  }
}
