package io.gantry.image.snapshot;

import java.nio.file.Path;
import java.util.List;

/**
 * What an overlay mount is made of.
 *
 * @param lower read-only layers, top first
 * @param upper where changes go
 * @param work overlay's own scratch directory, on the file system of {@code upper}
 */
public record OverlayDirectories(List<Path> lower, Path upper, Path work) {

  public OverlayDirectories {
    lower = List.copyOf(lower);
  }
}
