package io.gantry.image;

import io.gantry.image.error.ImageException;
import io.gantry.image.progress.Progress;

/**
 * A pull under way, as one of those sees it who wait for it. Closing gives up waiting; when the
 * last one does, the work is stopped.
 */
public interface RunningPull extends AutoCloseable {

  /** How far it is, for all who wait for it. */
  Progress progress();

  /** Waits for the image; interrupting means giving up. */
  Image await() throws ImageException;

  @Override
  void close();
}
