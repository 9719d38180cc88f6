package io.gantry.image.erofs;

import java.util.concurrent.atomic.AtomicLong;

/**
 * About how much memory the tree of a layer takes, which has to wait there for the end of the
 * layer. All layers that are written at the same time have one budget. One thread for each tree.
 */
final class TreeWeight implements AutoCloseable {

  /** A directory with the table of its children and its place in another. */
  private static final int NODE = 400;

  private final AtomicLong left;
  private long taken;

  /**
   * @param left bytes of the budget that no tree has taken
   */
  TreeWeight(AtomicLong left) {
    this.left = left;
  }

  /** Counts a node, or an attribute, with its name. */
  void addNode(String name) throws TooLargeException {
    add(NODE + 2L * name.length());
  }

  void add(long bytes) throws TooLargeException {
    taken += bytes;
    if (left.addAndGet(-bytes) < 0) {
      throw new TooLargeException(
          "names and attributes of layers that are written now take too much memory, this one's "
              + taken
              + " bytes");
    }
  }

  /** Gives back what was taken. */
  @Override
  public void close() {
    left.addAndGet(taken);
    taken = 0;
  }
}
