package io.gantry.cli.session;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the daemon listens: the path of a unix socket. */
public record Endpoint(Path socket) {
  /** The daemon's own default. */
  public static final Endpoint DEFAULT = new Endpoint(Path.of("/run/gantry/gantry.sock"));

  private static final String SCHEME = "unix:";

  /**
   * Reads {@code unix:///path}, {@code unix:/path} or a plain absolute path.
   *
   * @throws CliException for anything else
   */
  public static Endpoint parse(String address) {
    var path = address.startsWith(SCHEME) ? address.substring(SCHEME.length()) : address;
    if (path.startsWith("//")) {
      path = path.substring(2);
    }
    if (!path.startsWith("/")) {
      throw CliException.misused(
          "cannot connect to \""
              + address
              + "\": want a unix socket, as in unix://"
              + DEFAULT.socket);
    }
    return new Endpoint(Path.of(path));
  }

  /**
   * The address that was given, else GANTRY_HOST, else CONTAINER_RUNTIME_ENDPOINT, else the
   * default.
   */
  public static Endpoint choose(@Nullable String given, Map<String, String> environment) {
    for (var address :
        new @Nullable String[] {
          given, environment.get("GANTRY_HOST"), environment.get("CONTAINER_RUNTIME_ENDPOINT")
        }) {
      if (address != null && !address.isEmpty()) {
        return parse(address);
      }
    }
    return DEFAULT;
  }

  @Override
  public String toString() {
    return "unix://" + socket;
  }
}
