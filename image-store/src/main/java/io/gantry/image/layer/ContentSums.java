package io.gantry.image.layer;

/**
 * CRC-32C sums of the files of one layer by inode, taken while their content passes. A file that is
 * replaced gives its inode to another, whose sum then counts. One thread.
 */
public final class ContentSums {

  private static final int FIRST = 256;

  private long[] inodes = new long[FIRST];
  private int[] sums = new int[FIRST];
  private int count;

  /**
   * Remembers a sum.
   *
   * @param inode not 0, which no file system gives out
   */
  public void put(long inode, int sum) {
    if (count * 4 > inodes.length * 3) {
      grow();
    }
    int at = slot(inode);
    if (inodes[at] == 0) {
      count++;
    }
    inodes[at] = inode;
    sums[at] = sum;
  }

  private void grow() {
    long[] oldInodes = inodes;
    int[] oldSums = sums;
    inodes = new long[oldInodes.length * 2];
    sums = new int[oldInodes.length * 2];
    for (int i = 0; i < oldInodes.length; i++) {
      if (oldInodes[i] != 0) {
        int at = slot(oldInodes[i]);
        inodes[at] = oldInodes[i];
        sums[at] = oldSums[i];
      }
    }
  }

  private int slot(long inode) {
    int mask = inodes.length - 1;
    int at = Long.hashCode(inode * 0x9E3779B97F4A7C15L) & mask;
    while (inodes[at] != 0 && inodes[at] != inode) {
      at = (at + 1) & mask;
    }
    return at;
  }

  public boolean has(long inode) {
    return inodes[slot(inode)] == inode;
  }

  /** The sum of a file that it {@link #has}. */
  public int get(long inode) {
    return sums[slot(inode)];
  }
}
