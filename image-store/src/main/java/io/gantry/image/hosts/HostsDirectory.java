package io.gantry.image.hosts;

import io.gantry.image.error.ImageException;
import io.gantry.image.registry.Endpoint;
import io.gantry.image.registry.Endpoints;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The endpoints that {@code <directory>/<registry>/hosts.toml} names, or {@code _default/} for
 * registries without a folder of their own; those of a plain registry when there is neither. Safe
 * for all threads.
 */
public final class HostsDirectory implements Endpoints {

  private static final String FILE = "hosts.toml";
  private static final String FOR_ALL_OTHERS = "_default";
  private static final int MAX_FILE = 1 << 20;

  private final Path directory;
  private final Endpoints plain;

  /**
   * @param directory may be missing
   * @param plain how a registry is reached that no file is about
   */
  public HostsDirectory(Path directory, Endpoints plain) {
    this.directory = directory;
    this.plain = plain;
  }

  @Override
  public List<Endpoint> of(String registry) throws ImageException {
    Endpoint own = plain.of(registry).getLast();
    for (String name : names(registry)) {
      Path folder = directory.resolve(name);
      if (Files.isDirectory(folder)) {
        return read(folder, registry, own);
      }
    }
    return plain.of(registry);
  }

  /** The order of containerd: {@code host_5000_} before {@code host:5000}. */
  private static List<String> names(String registry) {
    List<String> names = new ArrayList<>();
    int colon = registry.lastIndexOf(':');
    if (colon > 0 && !registry.endsWith("]")) {
      names.add(registry.substring(0, colon) + "_" + registry.substring(colon + 1) + "_");
    }
    names.add(registry);
    names.add(FOR_ALL_OTHERS);
    return names;
  }

  private static List<Endpoint> read(Path folder, String registry, Endpoint own)
      throws ImageException {
    Path file = folder.resolve(FILE);
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(MAX_FILE + 1);
      if (content.length > MAX_FILE) {
        throw new ImageException.Invalid(
            file.toString(), "it has more than " + MAX_FILE + " bytes", "shorten it");
      }
      String text = new String(content, StandardCharsets.UTF_8);
      return text.isBlank()
          ? List.of(new CertificateFolder(folder).endpoint(own))
          : new HostsFile(file, registry, own).endpoints(text);
    } catch (NoSuchFileException e) {
      return List.of(new CertificateFolder(folder).endpoint(own));
    } catch (ImageException e) {
      throw e;
    } catch (IOException e) {
      throw new ImageException.Unavailable(
          file.toString(), "cannot read: " + e, "check the file and its rights", e);
    }
  }
}
