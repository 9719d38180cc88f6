package io.gantry.nri;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where plugins are installed, and where their configurations are. Either directory may be missing.
 *
 * @param programs each executable file in it is a plugin
 * @param configurations {@code INDEX-NAME.conf}, or else {@code NAME.conf}
 */
public record PluginDirectories(Path programs, Path configurations) {

  private static final Logger log = LoggerFactory.getLogger(PluginDirectories.class);

  /** What fits into one message beside what goes around it. */
  private static final int LARGEST_CONFIGURATION = 3 << 20;

  /** In the order of their names; a file that is no plugin is logged. */
  List<InstalledPlugin> installed() {
    List<InstalledPlugin> plugins = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(programs)) {
      for (Path file : files) {
        if (Files.isRegularFile(file) && Files.isExecutable(file)) {
          InstalledPlugin.of(file).ifPresentOrElse(plugins::add, () -> misnamed(file));
        }
      }
    } catch (NoSuchFileException _) {
      return List.of();
    } catch (IOException e) {
      log.warn("no NRI plugin is started: reading nri.plugin_path failed: {}", e.toString());
    }
    plugins.sort(Comparator.comparing(InstalledPlugin::title));
    return plugins;
  }

  private static void misnamed(Path file) {
    log.warn(
        "{} is not started as NRI plugin: its name is not two digits, a hyphen and a name; rename"
            + " it, or take its x away",
        file);
  }

  /** What a plugin is configured with; empty when there is nothing for it. */
  String configuration(InstalledPlugin plugin) throws IOException {
    Optional<String> own = read(configurations.resolve(plugin.title() + ".conf"));
    return own.isPresent()
        ? own.get()
        : read(configurations.resolve(plugin.name() + ".conf")).orElse("");
  }

  private static Optional<String> read(Path file) throws IOException {
    try {
      if (Files.size(file) > LARGEST_CONFIGURATION) {
        throw new IOException("more than " + LARGEST_CONFIGURATION + " bytes");
      }
      return Optional.of(Files.readString(file));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (IOException e) {
      throw new IOException("its configuration " + file + " cannot be read: " + e, e);
    }
  }
}
