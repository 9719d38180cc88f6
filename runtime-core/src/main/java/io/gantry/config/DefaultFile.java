package io.gantry.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The commented file that {@code gantryd config default} prints: every key with its default. */
public final class DefaultFile {

  private DefaultFile() {}

  public static String text() {
    try (InputStream file = DefaultFile.class.getResourceAsStream("default.toml")) {
      if (file == null) {
        throw new IllegalStateException("default.toml is missing from the program");
      }
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
