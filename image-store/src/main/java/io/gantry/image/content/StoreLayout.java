package io.gantry.image.content;

import io.gantry.image.error.ImageException;
import io.gantry.image.reference.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * Where things lie below the store's root. Only names; nothing is read or written but {@link
 * #create}.
 */
public record StoreLayout(Path root) {

  /** In a layer's folder: the blob that it came as, where blobs are kept. */
  static final String BLOB = "blob";

  public Path blobs() {
    return root.resolve("blobs");
  }

  public Path layers() {
    return root.resolve("layers");
  }

  public Path images() {
    return root.resolve("images");
  }

  public Path holds() {
    return root.resolve("holds");
  }

  public Path snapshots() {
    return root.resolve("snapshots");
  }

  public Path staging() {
    return root.resolve("staging");
  }

  public Path trash() {
    return root.resolve("trash");
  }

  /** A directory without entries: what an image without layers is made of. */
  public Path empty() {
    return root.resolve("empty");
  }

  Path blob(Digest digest) {
    return blobs().resolve(digest.algorithm()).resolve(digest.hex());
  }

  Path layer(Digest diffId) {
    return layers().resolve(diffId.hex());
  }

  /** The files of a layer: a directory, or an image of one. */
  Path layerFiles(Digest diffId, LayerForm form) {
    return layer(diffId).resolve(form.file());
  }

  /** The blob that a layer came as; only there when blobs were kept at that time. */
  public Path layerBlob(Digest diffId) {
    return layer(diffId).resolve(BLOB);
  }

  /** Makes the folders; the root is closed to others, because layers hold setuid files. */
  public void create() throws ImageException {
    try {
      Files.createDirectories(root);
      Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx--x---"));
      for (Path folder :
          List.of(
              blobs().resolve("sha256"),
              blobs().resolve("sha512"),
              layers(),
              images(),
              holds(),
              snapshots(),
              empty(),
              staging(),
              trash())) {
        Files.createDirectories(folder);
      }
    } catch (IOException e) {
      throw new ImageException.Storage(
          root.toString(), "cannot prepare the image store: " + e, "check the disk and rights", e);
    }
  }
}
