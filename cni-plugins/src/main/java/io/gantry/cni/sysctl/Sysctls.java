package io.gantry.cni.sysctl;

import io.gantry.linux.netlink.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The settings below {@code /proc/sys} as one network namespace has them (ip-sysctl). */
public final class Sysctls {

  /** Where the kernel shows them; what is below {@code net} is the reading thread's namespace's. */
  public static final Path KERNEL = Path.of("/proc/sys");

  private final NetworkNamespace namespace;
  private final Path root;

  public Sysctls(NetworkNamespace namespace, Path root) {
    this.namespace = namespace;
    this.root = root;
  }

  /**
   * The value without the newline at its end.
   *
   * @param path such as {@code net/ipv4/ip_forward}
   */
  public String read(String path) throws IOException {
    Path file = file(path);
    return namespace.call(() -> Files.readString(file).strip());
  }

  public void write(String path, String value) throws IOException {
    Path file = file(path);
    namespace.call(() -> written(file, value));
  }

  /** Writes it where it is another one: equal already is fine, also where nobody may write. */
  public void ensure(String path, String value) throws IOException {
    Path file = file(path);
    namespace.call(() -> {
      if (!Files.readString(file).strip().equals(value)) {
        written(file, value);
      }
      return true;
    });
  }

  /** Settings are there or not; none is ever made. */
  private static Path written(Path file, String value) throws IOException {
    return Files.writeString(
        file, value + "\n", StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
  }

  /** A path that leaves the directory is refused. */
  private Path file(String path) throws IOException {
    Path file = root.resolve(path).normalize();
    if (!file.startsWith(root) || file.equals(root)) {
      throw new IOException("no setting of the kernel is at " + path);
    }
    return file;
  }
}
