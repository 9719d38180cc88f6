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
   * @param isVolatile whether the kernel never waits for what is written, neither for fsync(2) nor
   *     when the mount goes, which else syncs the whole file system below. It leaves a mark in
   *     {@code work}, with which the directories are refused for another mount.
   * @param metadataOnly whether a file whose owner, mode or attributes change keeps its content in
   *     the layer ({@code metacopy}); {@code upper} is of use only together with the layers then
   */
  public record Writable(Path upper, Path work, boolean isVolatile, boolean metadataOnly) {

    /** The same two directories as somebody else shows them. */
    Writable in(Path directory) {
      return new Writable(
          directory.resolve(upper.getFileName()),
          directory.resolve(work.getFileName()),
          isVolatile,
          metadataOnly);
    }
  }

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
    return new OverlayLayers(lower, Optional.of(new Writable(upper, work, false, false)));
  }

  /** The same, volatile where it is writable. */
  public OverlayLayers unsynced() {
    return new OverlayLayers(
        lower,
        writable.map(each -> new Writable(each.upper(), each.work(), true, each.metadataOnly())));
  }

  /** The same, with contents that stay in the layers while what describes them changes. */
  public OverlayLayers metadataOnly() {
    return new OverlayLayers(
        lower,
        writable.map(each -> new Writable(each.upper(), each.work(), each.isVolatile(), true)));
  }
}
