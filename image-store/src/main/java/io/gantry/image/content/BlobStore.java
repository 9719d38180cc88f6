package io.gantry.image.content;

import io.gantry.image.error.ImageException;
import io.gantry.image.reference.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Indexes, manifests and configs by digest: small, kept as they came, so that they can be shown,
 * verified and pushed again. Safe for all threads.
 */
public final class BlobStore {

  private final StoreLayout layout;

  public BlobStore(StoreLayout layout) {
    this.layout = layout;
  }

  /** Stores bytes whose digest the caller has checked; storing twice is fine. */
  public void put(Digest digest, byte[] content) throws ImageException {
    Path target = layout.blob(digest);
    if (Files.exists(target)) {
      return;
    }
    try {
      RecordFile.writeBytes(layout.staging(), target, content);
    } catch (IOException e) {
      throw storage(digest, "cannot store", e);
    }
  }

  /** The bytes, checked against their digest. */
  public byte[] get(Digest digest) throws ImageException {
    try {
      byte[] content = Files.readAllBytes(layout.blob(digest));
      if (!digest.ofSameKind(content).equals(digest)) {
        throw new ImageException.Corrupt(
            "blob " + digest, "it was damaged on disk", "remove the image and pull it again", null);
      }
      return content;
    } catch (NoSuchFileException e) {
      throw new ImageException.NotFound(
          "blob " + digest, "it is not in the store", "pull the image again");
    } catch (IOException e) {
      throw storage(digest, "cannot read", e);
    }
  }

  /** Removes all but these, also what is no blob at all. */
  public void retain(Set<Digest> wanted) throws ImageException {
    Set<String> names = new HashSet<>();
    wanted.forEach(digest -> names.add(digest.toString()));
    for (String algorithm : List.of("sha256", "sha512")) {
      try (Stream<Path> blobs = Files.list(layout.blobs().resolve(algorithm))) {
        for (Path blob : blobs.toList()) {
          if (!names.contains(algorithm + ":" + blob.getFileName())) {
            Files.deleteIfExists(blob);
          }
        }
      } catch (IOException e) {
        throw new ImageException.Storage(
            layout.blobs().toString(), "cannot clean up: " + e, "check the disk", e);
      }
    }
  }

  /** Removes some; missing ones are fine. */
  public void remove(Set<Digest> unwanted) throws ImageException {
    for (Digest digest : unwanted) {
      try {
        Files.deleteIfExists(layout.blob(digest));
      } catch (IOException e) {
        throw storage(digest, "cannot remove", e);
      }
    }
  }

  private static ImageException storage(Digest digest, String what, IOException cause) {
    return new ImageException.Storage(
        "blob " + digest, what + ": " + cause, "check the disk of the image store", cause);
  }
}
