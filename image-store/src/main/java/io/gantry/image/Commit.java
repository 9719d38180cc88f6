package io.gantry.image;

import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to become an image.
 *
 * @param base the image below
 * @param snapshot id of the writable layer with the changes
 * @param name null for none
 * @param createdBy what made the changes, for the history
 * @param changes of the config, as {@link io.gantry.image.manifest.ConfigChanges} takes them
 */
public record Commit(
    Digest base,
    String snapshot,
    @Nullable ImageReference name,
    String createdBy,
    String author,
    String message,
    List<String> changes) {

  public Commit {
    changes = List.copyOf(changes);
  }

  /** Keeps the writable layer as it is while it is read. */
  @FunctionalInterface
  public interface Stillness {
    void during(Reading reading) throws IOException;
  }

  /** What is done meanwhile. */
  @FunctionalInterface
  public interface Reading {
    void run() throws IOException;
  }
}
