package io.gantry.oci;

import io.gantry.linux.apparmor.AppArmor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A machine with or without AppArmor, whose parser is cp(1). */
final class FakeAppArmor {

  private final Path directory;

  /**
   * One without AppArmor.
   *
   * @param temp a directory that goes with the test
   */
  FakeAppArmor(Path temp) {
    try {
      directory = Files.createTempDirectory(temp, "machine");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The parser adds the profile to what is loaded, and the text to what was parsed. */
  AppArmorProfiles profiles() {
    String script =
        "cat $1 >> %1$s/parsed && echo 'gantry-default (enforce)' >> %1$s/profiles"
            .formatted(directory);
    return profiles("sh", "-c", script, "parser");
  }

  AppArmorProfiles profiles(String... parser) {
    return new AppArmorProfiles(
        new AppArmor(
            directory.resolve("enabled"),
            directory.resolve("profiles"),
            List.of(parser),
            Duration.ofSeconds(2)));
  }

  /** Switches it on, with profiles as the kernel lists them. */
  void enabled(String... loaded) throws IOException {
    Files.writeString(directory.resolve("enabled"), "Y\n");
    Files.write(directory.resolve("profiles"), List.of(loaded));
  }

  /** All that the parser was given. */
  String parsed() throws IOException {
    Path parsed = directory.resolve("parsed");
    return Files.exists(parsed) ? Files.readString(parsed) : "";
  }
}
