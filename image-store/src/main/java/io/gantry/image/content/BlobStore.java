package io.gantry.image.content;

import io.gantry.image.error.ImageException;
import io.gantry.image.reference.Digest;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Indexes, manifests and configs by digest: small, kept as they came, so that they can be shown,
 * verified and pushed again. Safe for all threads.
 */
public final class BlobStore {

  private final StoreLayout layout;
  private final DiskFiles disk;

  public BlobStore(StoreLayout layout, DiskFiles disk) {
    this.layout = layout;
    this.disk = disk;
  }

  /**
   * Stores bytes whose digest the caller has checked; what is there already stays. All are on disk
   * when this returns.
   */
  public void put(Map<Digest, byte[]> contents) throws ImageException {
    Set<Path> changed = new HashSet<>();
    for (Map.Entry<Digest, byte[]> content : contents.entrySet()) {
      Path target = layout.blob(content.getKey());
      if (!Files.exists(target)) {
        write(content.getKey(), target, content.getValue());
        changed.add(target.getParent());
      }
    }
    for (Path folder : changed) {
      syncNames(folder);
    }
  }

  /** Stores bytes whose digest the caller has checked in the place of damaged ones. */
  public void replace(Digest digest, byte[] content) throws ImageException {
    Path target = layout.blob(digest);
    write(digest, target, content);
    syncNames(Objects.requireNonNull(target.getParent()));
  }

  private void write(Digest digest, Path target, byte[] content) throws ImageException {
    try {
      RecordFile.prepare(disk, layout.staging(), target, content).show();
    } catch (IOException e) {
      throw storage(digest, "cannot store", e);
    }
  }

  private void syncNames(Path folder) throws ImageException {
    try {
      disk.syncNames(folder);
    } catch (SyscallException e) {
      throw new ImageException.Storage(
          folder.toString(), "cannot sync: " + e.getMessage(), "check the disk", e);
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
            disk.delete(blob);
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
        disk.delete(layout.blob(digest));
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
