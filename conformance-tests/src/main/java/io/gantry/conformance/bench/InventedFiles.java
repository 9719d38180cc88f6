package io.gantry.conformance.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Files with made-up content that deflates like programs do. The seed decides every byte: {@link
 * Random} computes the same numbers everywhere.
 */
final class InventedFiles {

  private static final int WORDS = 1750;
  private static final int LONGEST_WORD = 24;
  private static final int FILES_IN_A_DIRECTORY = 40;

  private final Random random;
  private final byte[][] words = new byte[WORDS][];

  InventedFiles(long seed) {
    random = new Random(seed);
    for (int i = 0; i < WORDS; i++) {
      words[i] = new byte[2 + random.nextInt(LONGEST_WORD)];
      random.nextBytes(words[i]);
    }
  }

  /**
   * Writes files into a tree of directories.
   *
   * @param meanSize in bytes; few are much larger and many are smaller
   */
  void write(Path tree, int files, double meanSize) throws IOException {
    Path directory = tree;
    for (int i = 0; i < files; i++) {
      if (i % FILES_IN_A_DIRECTORY == 0) {
        directory = Files.createDirectories(tree.resolve("part" + i / FILES_IN_A_DIRECTORY));
      }
      long size = (long) (-Math.log(1 - random.nextDouble()) * meanSize);
      writeFile(directory.resolve("file" + i), size);
    }
  }

  private void writeFile(Path file, long size) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      for (long written = 0; written < size; ) {
        byte[] word = words[frequent()];
        int length = (int) Math.min(word.length, size - written);
        out.write(word, 0, length);
        written += length;
      }
    }
  }

  /** Small numbers come often and large ones seldom, as words do. */
  private int frequent() {
    double even = random.nextDouble();
    return (int) (WORDS * even * even);
  }
}
