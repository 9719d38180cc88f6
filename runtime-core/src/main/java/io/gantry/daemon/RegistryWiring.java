package io.gantry.daemon;

import io.gantry.config.Config;
import io.gantry.image.credentials.AuthFile;
import io.gantry.image.hosts.HostsDirectory;
import io.gantry.image.registry.Logins;
import io.gantry.image.registry.Proxies;
import io.gantry.image.registry.RegistrySettings;
import io.gantry.image.registry.TransferLimits;
import java.nio.file.Path;
import java.time.Duration;

/** From the configuration to how registries are reached. */
final class RegistryWiring {

  private RegistryWiring() {}

  static RegistrySettings settings(Config config) {
    Config.ImageSettings image = config.image();
    return RegistrySettings.DEFAULT
        .withEndpoints(
            new HostsDirectory(
                image.registryConfigDir(), new RegistryEndpoints(image.insecureRegistries())))
        .withLogins(
            image.authFile().isEmpty() ? Logins.NONE : new AuthFile(Path.of(image.authFile())))
        .withProxies(Proxies.of(System.getenv()))
        .withLimits(limits(config.registry()));
  }

  private static TransferLimits limits(Config.RegistrySettings registry) {
    TransferLimits defaults = TransferLimits.DEFAULT;
    return new TransferLimits(
        Duration.ofSeconds(registry.connectTimeoutSeconds()),
        Duration.ofSeconds(registry.answerTimeoutSeconds()),
        Duration.ofSeconds(registry.stallTimeoutSeconds()),
        registry.leastBytesPerSecond(),
        defaults.attempts(),
        defaults.maxManifestBytes(),
        defaults.maxConfigBytes());
  }
}
