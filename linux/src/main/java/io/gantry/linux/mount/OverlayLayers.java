package io.gantry.linux.mount;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The directories of an overlay file system (Documentation/filesystems/overlayfs.rst).
 *
 * @param lower read-only directories, the topmost first; at least one
 * @param writable where changes go, or nothing for a read-only tree
 */
public record OverlayLayers(List<Path> lower, Optional<Writable> writable) {

  /**
   * Where changes go.
   *
   * @param upper takes the changes
   * @param work empty, on the same file system as {@code upper}
   */
  public record Writable(Path upper, Path work) {}

  public OverlayLayers {
    lower = List.copyOf(lower);
    if (lower.isEmpty()) {
      throw new IllegalArgumentException("an overlay needs a lower directory");
    }
  }

  public static OverlayLayers readOnly(List<Path> lower) {
    return new OverlayLayers(lower, Optional.empty());
  }

  public static OverlayLayers writable(List<Path> lower, Path upper, Path work) {
    return new OverlayLayers(lower, Optional.of(new Writable(upper, work)));
  }
}
