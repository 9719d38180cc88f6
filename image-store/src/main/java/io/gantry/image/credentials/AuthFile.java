package io.gantry.image.credentials;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gantry.image.error.ImageException;
import io.gantry.image.registry.Logins;
import io.gantry.image.registry.RegistryAuth;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/**
 * The {@code config.json} of Docker's clients: {@code auths}, {@code credHelpers} and {@code
 * credsStore} (https://docs.docker.com/reference/cli/docker/login/). Read at each look-up, so that
 * a new login needs no restart. Safe for all threads.
 */
public final class AuthFile implements Logins {

  private static final int MAX_FILE = 1 << 20;
  private static final String HUB = "docker.io";

  /** By this name the programs know Docker Hub. */
  private static final String HUB_OF_HELPERS = "https://index.docker.io/v1/";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final CredentialHelper.Habitat helpers;

  public AuthFile(Path file) {
    this(file, CredentialHelper.Habitat.ofThisProcess());
  }

  AuthFile(Path file, CredentialHelper.Habitat helpers) {
    this.file = file;
    this.helpers = helpers;
  }

  /** The program for the host first, then the key that says most about the repository. */
  @Override
  public RegistryAuth of(String host, String repository) throws ImageException {
    JsonNode config = read();
    Optional<RegistryAuth> helped = ofHelper(config, host);
    return helped.isPresent() ? helped.get() : ofAuths(config.path("auths"), host, repository);
  }

  private JsonNode read() throws ImageException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(MAX_FILE + 1);
      if (content.length > MAX_FILE) {
        throw invalid("it has more than " + MAX_FILE + " bytes", "shorten it");
      }
      JsonNode config = JSON.readTree(content);
      if (!config.isObject()) {
        throw invalid("it is no JSON object", "write it with docker login");
      }
      return config;
    } catch (NoSuchFileException e) {
      throw invalid("it does not exist", "create it or remove image.auth_file");
    } catch (JsonProcessingException e) {
      // The parser's own words would quote what may be a password.
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw invalid("it is no JSON, as line " + line + " shows", "write it with docker login");
    } catch (ImageException e) {
      throw e;
    } catch (IOException e) {
      throw new ImageException.Unavailable(
          file.toString(), "cannot read: " + e, "check the file and its rights", e);
    }
  }

  private Optional<RegistryAuth> ofHelper(JsonNode config, String host) throws ImageException {
    String name = config.path("credsStore").asText("");
    for (Map.Entry<String, JsonNode> helper : config.path("credHelpers").properties()) {
      if (AuthKey.parse(helper.getKey()).matches(host, "")) {
        name = helper.getValue().asText("");
      }
    }
    return name.isEmpty()
        ? Optional.empty()
        : new CredentialHelper(file, name, helpers)
            .credentials(host.equals(HUB) ? HUB_OF_HELPERS : host);
  }

  private RegistryAuth ofAuths(JsonNode auths, String host, String repository)
      throws ImageException {
    Optional<String> best =
        auths.properties().stream()
            .map(Map.Entry::getKey)
            .filter(key -> AuthKey.parse(key).matches(host, repository))
            .min(
                Comparator.comparing((String key) -> AuthKey.parse(key).isPattern())
                    .thenComparingInt(key -> -AuthKey.parse(key).path().length())
                    .thenComparingInt(key -> -AuthKey.parse(key).host().length()));
    return best.isPresent() ? entry(best.get(), auths.path(best.get())) : RegistryAuth.ANONYMOUS;
  }

  private RegistryAuth entry(String key, JsonNode entry) throws ImageException {
    try {
      return RegistryAuth.ofFields(
          entry.path("username").asText(""),
          entry.path("password").asText(""),
          entry.path("auth").asText(""),
          entry.path("identitytoken").asText(""),
          entry.path("registrytoken").asText(""));
    } catch (ImageException.Invalid e) {
      throw invalid("auths.\"" + key + "\": " + e.getMessage(), "write it with docker login");
    }
  }

  private ImageException invalid(String reason, String nextStep) {
    return new ImageException.Invalid(file.toString(), reason, nextStep);
  }
}
