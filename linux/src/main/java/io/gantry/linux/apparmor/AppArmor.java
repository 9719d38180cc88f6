package io.gantry.linux.apparmor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The kernel's AppArmor (apparmor(7)). Safe for use by several threads.
 *
 * @param switchFile {@code Y} where the kernel enforces profiles
 * @param profiles one loaded profile per line, as {@code NAME (MODE)}
 * @param parser apparmor_parser(8)
 * @param patience how long that may take
 */
public record AppArmor(Path switchFile, Path profiles, List<String> parser, Duration patience) {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** That of this machine. */
  public static AppArmor ofThisMachine() {
    return new AppArmor(
        Path.of("/sys/module/apparmor/parameters/enabled"),
        Path.of("/sys/kernel/security/apparmor/profiles"),
        List.of("apparmor_parser", "--replace", "--skip-cache"),
        PATIENCE);
  }

  /** Whether the kernel has it and uses it. */
  public boolean isEnabled() {
    try {
      return Files.readString(switchFile).startsWith("Y");
    } catch (IOException absent) {
      return false;
    }
  }

  /** Whether the kernel has a profile of that name. */
  public boolean isLoaded(String profile) throws IOException {
    String beginning = profile + " (";
    try (Stream<String> lines = Files.lines(profiles)) {
      return lines.anyMatch(line -> line.startsWith(beginning));
    }
  }

  /**
   * Loads a profile, in place of one of the same name.
   *
   * @param text in the language of apparmor.d(5)
   * @throws IOException with what the parser says, or that there is none
   */
  public void load(String text) throws IOException {
    Path directory = Files.createTempDirectory("gantry-apparmor");
    Path file = directory.resolve("profile");
    Path said = directory.resolve("said");
    try {
      Files.writeString(file, text);
      parse(file, said);
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(said);
      Files.delete(directory);
    }
  }

  /** What it says goes to a file: whoever keeps a pipe open would be waited for. */
  private void parse(Path file, Path said) throws IOException {
    Process process =
        new ProcessBuilder(Stream.concat(parser.stream(), Stream.of(file.toString())).toList())
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(said.toFile())
            .start();
    try {
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException(
            parser.getFirst() + " does not end within " + patience.toSeconds() + " s");
      }
      if (process.exitValue() != 0) {
        throw new IOException(
            "%s ended with %d: %s"
                .formatted(parser.getFirst(), process.exitValue(), Files.readString(said).strip()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + parser.getFirst() + " ran", e);
    } finally {
      process.destroyForcibly();
    }
  }
}
