package io.gantry.cni.sysctl;

import io.gantry.linux.netlink.NetworkNamespace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The settings below {@code /proc/sys} as one network namespace has them (ip-sysctl). */
public final class Sysctls {

  /** Where the kernel shows them; what is below {@code net} is the reading thread's namespace's. */
  public static final Path KERNEL = Path.of("/proc/sys");

  /** The kernel has no longer ones than a page. */
  private static final int LARGEST = 4096;

  private final NetworkNamespace namespace;
  private final Path root;

  public Sysctls(NetworkNamespace namespace, Path root) {
    this.namespace = namespace;
    this.root = root;
  }

  /** Where they are looked for. */
  public Path root() {
    return root;
  }

  /** The same settings as another namespace has them. */
  public Sysctls of(NetworkNamespace other) {
    return new Sysctls(other, root);
  }

  /**
   * The value without the newline at its end.
   *
   * @param path such as {@code net/ipv4/ip_forward}
   */
  public String read(String path) throws IOException {
    Path file = file(path);
    return namespace.call(() -> text(file));
  }

  public void write(String path, String value) throws IOException {
    Path file = file(path);
    namespace.call(() -> written(file, value));
  }

  /** Writes it where it is another one: equal already is fine, also where nobody may write. */
  public void ensure(String path, String value) throws IOException {
    Path file = file(path);
    namespace.call(() -> {
      if (!text(file).equals(value)) {
        written(file, value);
      }
      return true;
    });
  }

  /**
   * In one piece: a number is only there for a read from its start, and as such a file has no size,
   * {@link Files#readString} begins with one byte.
   */
  private static String text(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(LARGEST), StandardCharsets.UTF_8).strip();
    }
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
