package io.gantry.cli.image;

import io.gantry.api.cri.v1.AuthConfig;
import io.gantry.cli.session.CliException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which credentials for a registry are given. */
final class Credentials {
  @Option(
      names = "--creds",
      paramLabel = "USER[:PASSWORD]",
      description = "credentials for the registry")
  private @Nullable String pair;

  @Option(
      names = "--auth",
      paramLabel = "BASE64",
      description = "the same as Docker's configuration file keeps them")
  private @Nullable String encoded;

  /** What was given, or nothing: then the daemon looks for its own. */
  Optional<AuthConfig> auth() {
    if (pair != null && encoded != null) {
      throw CliException.misused("--creds and --auth exclude each other");
    }
    if (encoded != null) {
      return Optional.of(AuthConfig.newBuilder().setAuth(encoded).build());
    }
    return Optional.ofNullable(pair).map(Credentials::ofPair);
  }

  private static AuthConfig ofPair(String pair) {
    int colon = pair.indexOf(':');
    if (colon < 0) {
      return AuthConfig.newBuilder().setUsername(pair).build();
    }
    return AuthConfig.newBuilder()
        .setUsername(pair.substring(0, colon))
        .setPassword(pair.substring(colon + 1))
        .build();
  }
}
