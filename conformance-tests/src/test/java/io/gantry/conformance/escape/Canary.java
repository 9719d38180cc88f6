package io.gantry.conformance.escape;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/** A directory of the host that no container has been given, with a secret in it. */
record Canary(Path directory, String secret, Map<String, String> before) {

  static Canary in(Path parent) throws IOException {
    Path directory = Files.createTempDirectory(parent, "canary");
    String secret = UUID.randomUUID().toString();
    Files.writeString(directory.resolve("secret"), secret);
    Files.createDirectory(directory.resolve("inner"));
    return new Canary(directory, secret, tree(directory));
  }

  private static Map<String, String> tree(Path directory) throws IOException {
    Map<String, String> tree = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.toList()) {
        String facts =
            Files.getLastModifiedTime(path) + " " + Files.getAttribute(path, "unix:mode");
        tree.put(
            path.toString(), Files.isRegularFile(path) ? facts + Files.readString(path) : facts);
      }
    }
    return tree;
  }

  /** Nothing was written to it, nothing made in it, nothing mounted on it. */
  void assertUntouched() throws IOException {
    assertThat(tree(directory)).isEqualTo(before);
    assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
        .doesNotContain(directory.toString());
  }
}
