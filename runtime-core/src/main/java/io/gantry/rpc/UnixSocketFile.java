package io.gantry.rpc;

import io.gantry.error.AlreadyExistsException;
import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The path of a listening socket. It is bound in a directory that only the owner enters and renamed
 * into place when its mode is right, so that nobody connects who may not and a left-over is
 * replaced at once.
 */
public final class UnixSocketFile {

  /** sun_path without its end (unix(7)). */
  private static final int LONGEST_PATH = 107;

  private final Path path;
  private final Path staging;
  private final Set<PosixFilePermission> mode;
  private @Nullable Object identity;

  public UnixSocketFile(Path path, Set<PosixFilePermission> mode) {
    this.path = path.toAbsolutePath().normalize();
    this.staging = this.path.resolveSibling("." + this.path.getFileName());
    this.mode = Set.copyOf(mode);
  }

  /** How a server is bound to a path. */
  @FunctionalInterface
  public interface Binding {
    void bindTo(Path path) throws IOException;
  }

  /**
   * Binds and publishes the socket. Throws {@link AlreadyExistsException} when somebody serves at
   * the path or something else than a socket lies there.
   */
  public void publish(Binding binding) throws IOException {
    refuseLongPath();
    refuseIfTaken();
    Path staged = staging.resolve("s");
    makeStaging(staged);
    try {
      binding.bindTo(staged);
      Files.setPosixFilePermissions(staged, mode);
      identity = identityOf(staged);
      Files.move(staged, path, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(staged);
      Files.delete(staging);
    }
  }

  private void makeStaging(Path staged) throws IOException {
    if (Files.isDirectory(staging, LinkOption.NOFOLLOW_LINKS)) {
      // Left by a start that was killed in between.
      Files.deleteIfExists(staged);
      Files.delete(staging);
    }
    Files.createDirectories(staging.resolveSibling("."));
    Files.createDirectory(
        staging,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  private void refuseLongPath() {
    int length = staging.resolve("s").toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > LONGEST_PATH) {
      throw new InvalidException(
          subject(),
          "socket path " + path + " is too long for the kernel",
          "choose one that is " + (length - LONGEST_PATH) + " bytes shorter");
    }
  }

  private void refuseIfTaken() throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Object type = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    if (!isSocket((Integer) type)) {
      throw new AlreadyExistsException(
          subject(),
          path + " is there and is no socket",
          "move it away or choose another --socket");
    }
    if (somebodyAnswers()) {
      throw new AlreadyExistsException(
          subject(),
          "another gantryd serves " + path,
          "stop it first or choose another --socket and --state");
    }
  }

  private static boolean isSocket(int mode) {
    return (mode & 0170000) == 0140000;
  }

  private boolean somebodyAnswers() {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return channel.connect(UnixDomainSocketAddress.of(path));
    } catch (IOException refused) {
      return false;
    }
  }

  /** Removes the file if it is still the one that was published here. */
  public void retract() throws IOException {
    if (identity != null && Objects.equals(identity, identityOf(path))) {
      Files.deleteIfExists(path);
    }
  }

  private static @Nullable Object identityOf(Path file) throws IOException {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        ? Files.getAttribute(file, "unix:ino", LinkOption.NOFOLLOW_LINKS)
        : null;
  }

  private Subject subject() {
    return new Subject("socket", path.toString());
  }
}
