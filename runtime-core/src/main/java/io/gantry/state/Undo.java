package io.gantry.state;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What has been done so far and how to take it back, last first. Made for one operation on one
 * thread.
 *
 * <pre>
 *   Undo undo = new Undo();
 *   try { ...; undo.add("release address", () -> ...); ... }
 *   catch (Exception e) { throw undo.after(e); }
 * </pre>
 */
public final class Undo {

  /** One step back; it must bear being called when its effect is already gone. */
  @FunctionalInterface
  public interface Step {
    void run() throws IOException;
  }

  private record Named(String name, Step step) {}

  private final Deque<Named> steps = new ArrayDeque<>();

  /** Remembers how to take back what is about to be done or has just been done. */
  public void add(String name, Step step) {
    steps.push(new Named(name, step));
  }

  /** Takes everything back; what fails on the way is added to the cause as suppressed. */
  public <E extends Throwable> E after(E cause) {
    while (!steps.isEmpty()) {
      Named named = steps.pop();
      try {
        named.step().run();
      } catch (IOException | RuntimeException e) {
        cause.addSuppressed(new IOException("undo failed: " + named.name(), e));
      }
    }
    return cause;
  }
}
