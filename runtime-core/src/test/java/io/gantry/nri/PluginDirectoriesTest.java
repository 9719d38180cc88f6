package io.gantry.nri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginDirectoriesTest {

  @TempDir Path directory;

  private PluginDirectories directories() {
    return new PluginDirectories(directory.resolve("plugins"), directory.resolve("conf.d"));
  }

  private Path program(String name, String mode) throws Exception {
    Path file = Files.createDirectories(directory.resolve("plugins")).resolve(name);
    Files.createFile(file);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  private void configuration(String name, String text) throws Exception {
    Files.writeString(
        Files.createDirectories(directory.resolve("conf.d")).resolve(name + ".conf"), text);
  }

  @Test
  void missingDirectoriesHaveNothing() throws Exception {
    InstalledPlugin plugin = InstalledPlugin.of(directory.resolve("plugins/10-any")).orElseThrow();

    assertThat(directories().installed()).isEmpty();
    assertThat(directories().configuration(plugin)).isEmpty();
  }

  @Test
  void executableFilesWithAProperNameArePluginsInTheOrderOfTheirNames() throws Exception {
    program("20-second", "rwxr-xr-x");
    Path first = program("10-first", "rwx------");
    program("15-no-program", "rw-r--r--");
    program("5-short", "rwxr-xr-x");
    program("10-", "rwxr-xr-x");
    program("README", "rwxr-xr-x");
    Files.createDirectory(directory.resolve("plugins/30-directory"));
    Files.createSymbolicLink(directory.resolve("plugins/05-link"), first);

    assertThat(directories().installed())
        .extracting(InstalledPlugin::title)
        .containsExactly("05-link", "10-first", "20-second");
  }

  @Test
  void aPluginsOwnConfigurationGoesBeforeThatOfItsName() throws Exception {
    InstalledPlugin plugin = InstalledPlugin.of(program("10-a", "rwxr-xr-x")).orElseThrow();
    configuration("a", "of the name");

    assertThat(directories().configuration(plugin)).isEqualTo("of the name");
    configuration("10-a", "");
    assertThat(directories().configuration(plugin)).isEmpty();
  }

  @Test
  void aConfigurationThatIsNoTextOrTooLargeIsNamed() throws Exception {
    InstalledPlugin plugin = InstalledPlugin.of(program("10-a", "rwxr-xr-x")).orElseThrow();
    configuration("a", "x".repeat((3 << 20) + 1));
    Path file = directory.resolve("conf.d/a.conf");

    assertThatThrownBy(() -> directories().configuration(plugin))
        .hasMessageContaining(file + " cannot be read")
        .hasMessageContaining("more than 3145728 bytes");
    Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe});
    assertThatThrownBy(() -> directories().configuration(plugin))
        .hasMessageContaining(file + " cannot be read");
  }
}
