package io.gantry.image.hosts;

import io.gantry.image.error.ImageException;
import io.gantry.image.registry.ConnectionSettings;
import io.gantry.image.registry.ConnectionSettings.ClientCertificate;
import io.gantry.image.registry.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder without {@code hosts.toml}: Docker's layout, with authorities in {@code *.crt} and what
 * the node proves itself with in {@code *.cert} and {@code *.key} of the same name.
 */
final class CertificateFolder {

  private static final String AUTHORITY = ".crt";
  private static final String CLIENT = ".cert";
  private static final String KEY = ".key";

  private final Path folder;

  CertificateFolder(Path folder) {
    this.folder = folder;
  }

  /** The registry's own endpoint, reached with what lies in the folder. */
  Endpoint endpoint(Endpoint own) throws ImageException {
    List<X509Certificate> authorities = new ArrayList<>();
    List<ClientCertificate> clients = new ArrayList<>();
    for (Path file : files()) {
      try {
        String name = file.toString();
        if (name.endsWith(AUTHORITY)) {
          authorities.addAll(PemFile.read(file).certificates());
        } else if (name.endsWith(CLIENT)) {
          Path key = Path.of(name.substring(0, name.length() - CLIENT.length()) + KEY);
          clients.add(PemFile.pair(file, Files.exists(key) ? key : file));
        }
      } catch (IOException e) {
        throw new ImageException.Invalid(
            file.toString(), String.valueOf(e.getMessage()), "replace or remove the file");
      }
    }
    return new Endpoint(
        own.root(),
        own.credentials(),
        own.namespace(),
        own.capabilities(),
        own.headers(),
        new ConnectionSettings(true, authorities, clients, null));
  }

  private List<Path> files() throws ImageException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new ImageException.Unavailable(
          folder.toString(), "cannot list: " + e, "check the directory and its rights", e);
    }
  }
}
