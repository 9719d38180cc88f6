package io.gantry.shim;

import io.gantry.linux.Errno;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The file {@code exit} that a shim leaves in its run directory as its last deed: lines of {@code
 * key=value}. It is the truth about a container's end when nobody was connected.
 */
public final class ExitRecord {

  static final String NAME = "exit";

  private ExitRecord() {}

  /**
   * Reads the record of a container.
   *
   * @return {@link ShimStatus.Exited} or {@link ShimStatus.Failed}; nothing when there is none yet
   */
  public static Optional<ShimStatus> read(Path runDirectory) throws IOException {
    Path file = runDirectory.resolve(NAME);
    try {
      return Optional.of(parse(new String(Files.readAllBytes(file), StandardCharsets.UTF_8)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      throw new IOException("exit record " + file + ": " + e.getMessage(), e);
    }
  }

  static ShimStatus parse(String text) {
    Map<String, String> values =
        text.lines()
            .map(line -> line.split("=", 2))
            .filter(pair -> pair.length == 2)
            .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1], (first, again) -> first));
    return values.containsKey("step") ? failed(values) : exited(values);
  }

  private static ShimStatus failed(Map<String, String> values) {
    return new ShimStatus.Failed(
        new StepFailure(
            (int) number(values, "index"),
            text(values, "step"),
            text(values, "object"),
            new Errno((int) number(values, "errno")),
            text(values, "detail")));
  }

  private static ShimStatus exited(Map<String, String> values) {
    return new ShimStatus.Exited(
        new ExitStatus(
            (int) number(values, "code"),
            (int) number(values, "signal"),
            instant(number(values, "started_ns")),
            instant(number(values, "finished_ns")),
            (int) number(values, "pid"),
            Integer.parseInt(values.getOrDefault("left", "0")),
            Integer.parseInt(values.getOrDefault("oom_kills", "0"))));
  }

  static Instant instant(long nanos) {
    return Instant.ofEpochSecond(0, nanos);
  }

  private static long number(Map<String, String> values, String key) {
    return Long.parseLong(text(values, key));
  }

  private static String text(Map<String, String> values, String key) {
    String value = values.get(key);
    if (value == null) {
      throw new IllegalArgumentException("no " + key);
    }
    return value;
  }
}
