package io.gantry.image.signature;

import io.gantry.image.error.ImageException;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.signature.Requirement.SigstoreSigned;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;

/** The policy on disk; read each time, so that a change needs no restart. */
record PolicyFile(Path file) {

  private static final int MAX_FILE = 1 << 20;

  Policy read() throws ImageException {
    try {
      return PolicyReader.read(content(file), this::key);
    } catch (NoSuchFileException e) {
      throw invalid("it does not exist", "create it or remove image.policy_file");
    } catch (IOException e) {
      throw invalid("cannot read it: " + e, "check the file and its rights");
    } catch (FormatException e) {
      throw invalid(e.getMessage() + "", "mend it, see containers-policy.json(5)");
    }
  }

  /**
   * A text that changes with what the policy wants of an image: with its bytes, and with those of
   * the keys. Of a policy that cannot be used, what is wrong with it.
   */
  String state(ImageReference image) {
    MessageDigest hash = Digest.newSha256();
    try {
      byte[] text = content(file);
      hash.update(text);
      for (Requirement each : PolicyReader.read(text, this::key).rule(image).requirements()) {
        if (each instanceof SigstoreSigned signed) {
          for (KeySource source : signed.keys()) {
            hash.update(source.key().encoded());
          }
        }
      }
      return Digest.finishSha256(hash).toString();
    } catch (IOException | FormatException e) {
      return e.toString();
    } finally {
      hash.reset();
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
