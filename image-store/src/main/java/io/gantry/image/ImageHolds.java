package io.gantry.image;

import io.gantry.image.content.DiskFiles;
import io.gantry.image.content.StoreLayout;
import io.gantry.image.error.ImageException;
import io.gantry.image.reference.Digest;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who holds which image: one symlink each, because making one is a single atomic call that needs no
 * sync: after a power cut there is no container left to protect. Guarded by the store's lock.
 */
final class ImageHolds {

  private static final Logger LOG = LoggerFactory.getLogger(ImageHolds.class);

  private final StoreLayout layout;
  private final DiskFiles disk;
  private final Map<String, Digest> owners = new HashMap<>();

  ImageHolds(StoreLayout layout, DiskFiles disk) {
    this.layout = layout;
    this.disk = disk;
  }

  void load() throws IOException {
    List<Path> found;
    try (Stream<Path> entries = Files.list(layout.holds())) {
      found = entries.toList();
    }
    for (Path link : found) {
      try {
        Digest image = Digest.parse(Files.readSymbolicLink(link).toString());
        owners.put(String.valueOf(link.getFileName()), image);
      } catch (IOException e) {
        LOG.warn("dropping the hold {}: {}", link, e.toString());
        disk.delete(link);
      }
    }
  }

  void add(String owner, Digest image) throws ImageException {
    Digest before = owners.get(owner);
    if (image.equals(before)) {
      return;
    }
    if (before != null) {
      throw new ImageException.Invalid(
          "hold of " + owner, "it is on image " + before + " already", "release it first");
    }
    try {
      disk.link(image.toString(), path(owner));
    } catch (SyscallException e) {
      throw storage(owner, "cannot be recorded", e);
    }
    owners.put(owner, image);
  }

  /** The image that was held, or null. */
  @Nullable Digest remove(String owner) throws ImageException {
    try {
      disk.delete(path(owner));
    } catch (SyscallException e) {
      throw storage(owner, "cannot be removed", e);
    }
    return owners.remove(owner);
  }

  boolean isHeld(Digest image) {
    return owners.containsValue(image);
  }

  Map<String, Digest> all() {
    return new TreeMap<>(owners);
  }

  private Path path(String owner) throws ImageException {
    boolean legal =
        !owner.isEmpty()
            && owner.length() <= 128
            && !owner.startsWith(".")
            && owner.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '-' || c == '.');
    if (!legal) {
      throw new ImageException.Invalid(
          "hold of \"" + owner + "\"", "an owner has letters, digits, dots and dashes", "");
    }
    return layout.holds().resolve(owner);
  }

  private static ImageException storage(String owner, String what, IOException cause) {
    return new ImageException.Storage(
        "hold of " + owner, what + ": " + cause, "check the disk of the image store", cause);
  }
}
