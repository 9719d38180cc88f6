package io.gantry.image.credentials;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gantry.image.error.ImageException;
import io.gantry.image.registry.RegistryAuth;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One of the programs {@code docker-credential-NAME} that keep credentials or fetch them from a
 * cloud. It is told a registry's name on its input and answers with JSON
 * (https://github.com/docker/docker-credential-helpers#development). It gets a time limit, and what
 * it writes is read when it has ended: a pipe's worth, so that it can neither hang nor flood.
 */
final class CredentialHelper {

  private static final String PREFIX = "docker-credential-";
  private static final int MAX_ANSWER = 64 << 10;
  private static final int MAX_WORDS = 200;

  /** Said with a failing exit status by every helper that simply has nothing for the registry. */
  private static final String NOTHING = "credentials not found";

  /** In place of a user's name: the secret is an identity token. */
  private static final String IDENTITY = "<token>";

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Where such programs are and how long they may take.
   *
   * @param folders as the variable PATH has them, with colons between
   */
  record Habitat(String folders, Duration patience) {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    static Habitat ofThisProcess() {
      String folders = System.getenv("PATH");
      return new Habitat(folders == null ? "/usr/local/bin:/usr/bin:/bin" : folders, PATIENCE);
    }
  }

  private final Path namedBy;
  private final String program;
  private final Habitat habitat;

  /**
   * @param namedBy the file in which its name stands, for messages
   */
  CredentialHelper(Path namedBy, String name, Habitat habitat) throws ImageException {
    this.namedBy = namedBy;
    this.program = PREFIX + name;
    this.habitat = habitat;
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
      throw new ImageException.Invalid(
          namedBy.toString(),
          "\"" + name + "\" is no name of a credential helper",
          "give the part of the program's name after " + PREFIX);
    }
  }

  /** Empty when the helper has none for the registry. */
  Optional<RegistryAuth> credentials(String registry) throws ImageException {
    Process process = start();
    try {
      try (OutputStream in = process.getOutputStream()) {
        in.write(registry.getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        // It does not listen; what it answers and how it ends tells more.
      }
      long millis = habitat.patience().toMillis();
      if (!process.waitFor(millis, TimeUnit.MILLISECONDS)) {
        throw failure("does not answer for " + registry + " within " + millis + " ms");
      }
      return read(process.exitValue(), written(process), registry);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ImageException.Cancelled(registry, "interrupted while waiting for " + program);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private Process start() throws ImageException {
    for (String folder : habitat.folders().split(":", -1)) {
      Path file = Path.of(folder).resolve(program);
      if (file.isAbsolute() && Files.isExecutable(file)) {
        try {
          return new ProcessBuilder(file.toString(), "get")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
        } catch (IOException e) {
          throw failure("cannot be started: " + e.getMessage());
        }
      }
    }
    throw failure("is in no folder of the daemon's PATH " + habitat.folders());
  }

  private byte[] written(Process process) throws ImageException {
    try (InputStream out = process.getInputStream()) {
      return out.readNBytes(Math.min(out.available(), MAX_ANSWER));
    } catch (IOException e) {
      throw failure("cannot be read: " + e.getMessage());
    }
  }

  private Optional<RegistryAuth> read(int status, byte[] answer, String registry)
      throws ImageException {
    if (status != 0) {
      String words = new String(answer, StandardCharsets.UTF_8).strip();
      if (words.contains(NOTHING)) {
        return Optional.empty();
      }
      throw failure("ended with status %d for %s: %s".formatted(status, registry, shown(words)));
    }
    try {
      JsonNode json = JSON.readTree(answer);
      String user = json.path("Username").asText("");
      String secret = json.path("Secret").asText("");
      return Optional.of(
          user.equals(IDENTITY)
              ? new RegistryAuth("", "", secret, "")
              : RegistryAuth.basic(user, secret));
    } catch (JsonProcessingException e) {
      throw failure("answered for " + registry + " with something that is no JSON");
    } catch (IOException e) {
      throw failure("cannot be read: " + e.getMessage());
    }
  }

  /** Errors go to logs and events, so whatever may be an answer with its secret stays out. */
  private static String shown(String words) {
    if (words.contains("{") || words.toLowerCase(Locale.ROOT).contains("secret")) {
      return "what it says may hold a secret, so it is not shown";
    }
    String line = words.replaceAll("\\p{Cntrl}+", " ");
    return line.substring(0, Math.min(MAX_WORDS, line.length()));
  }

  private ImageException failure(String reason) {
    return new ImageException.Unavailable(
        namedBy.toString(),
        program + " " + reason,
        "run: echo REGISTRY | " + program + " get",
        null);
  }
}
