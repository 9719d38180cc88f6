package io.gantry.image.signature;

import io.gantry.image.error.ImageException;
import io.gantry.image.reference.ImageReference;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The policy on disk; read each time, so that a change needs no restart. */
record PolicyFile(Path file) {

  private static final int MAX_FILE = 1 << 20;

  /** What the policy wants of an image. */
  Policy.Rule rule(ImageReference image) throws ImageException {
    try {
      return PolicyReader.read(content(file), this::key).rule(image);
    } catch (NoSuchFileException e) {
      throw invalid("it does not exist", "create it or remove image.policy_file");
    } catch (IOException e) {
      throw invalid("cannot read it: " + e, "check the file and its rights");
    } catch (FormatException e) {
      throw invalid(e.getMessage() + "", "mend it, see containers-policy.json(5)");
    }
  }

  private static byte[] content(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(MAX_FILE + 1);
      if (content.length > MAX_FILE) {
        throw new IOException("it has more than " + MAX_FILE + " bytes");
      }
      return content;
    }
  }

  /** A key in a file of its own, read when it is needed. */
  private TrustedKey key(String place, Path path) throws ImageException {
    try {
      return TrustedKey.of(new String(content(path), StandardCharsets.ISO_8859_1));
    } catch (NoSuchFileException e) {
      throw invalid(place + ": " + path + " does not exist", "put the public key there");
    } catch (IOException e) {
      throw invalid(
          place + ": " + path + " " + e.getMessage(), "put a public key in PEM form there");
    }
  }

  private ImageException invalid(String reason, String nextStep) {
    return new ImageException.Invalid("signature policy " + file, reason, nextStep);
  }
}
