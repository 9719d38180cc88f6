package io.gantry.image.progress;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** How far some work is, layer by layer. Safe for all threads. */
public final class Progress {

  private final List<LayerProgress> layers = new CopyOnWriteArrayList<>();
  private long changes;
  private boolean over;

  /** The layers so far, in no promised order; rows are only added. */
  public List<LayerProgress> layers() {
    return layers;
  }

  /** Adds layers, which tell of their changes from now on. */
  public void add(List<LayerProgress> more) {
    more.forEach(layer -> layer.follow(this));
    layers.addAll(more);
    changed();
  }

  /** Bytes that have come for all layers. */
  public long bytes() {
    return layers.stream().mapToLong(LayerProgress::bytes).sum();
  }

  /** How many layers are in a stage. */
  public long count(LayerProgress.Stage stage) {
    return layers.stream().filter(layer -> layer.stage() == stage).count();
  }

  synchronized void changed() {
    changes++;
    notifyAll();
  }

  /** The work has ended, well or badly. */
  public synchronized void end() {
    over = true;
    notifyAll();
  }

  /**
   * Waits until something has changed.
   *
   * @param seen what this answered last time, 0 at first
   * @return a number to ask with next time, or -1 when the work is over
   */
  public synchronized long awaitChange(long seen) throws InterruptedException {
    while (changes == seen && !over) {
      wait();
    }
    return over ? -1 : changes;
  }

  /**
   * Waits for the end of the work.
   *
   * @param millis longest wait
   * @return whether it is over
   */
  public synchronized boolean awaitEnd(long millis) throws InterruptedException {
    long deadline = System.nanoTime() + millis * 1_000_000;
    long left = millis;
    while (!over && left > 0) {
      wait(left);
      left = (deadline - System.nanoTime()) / 1_000_000;
    }
    return over;
  }
}
