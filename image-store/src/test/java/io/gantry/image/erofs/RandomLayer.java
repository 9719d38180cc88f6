package io.gantry.image.erofs;

import io.gantry.image.TarBytes;
import java.util.Random;

/** Layers of few names, so that entries meet. */
final class RandomLayer {

  private static final String[] NAMES = {"a", "b", "c", "l"};
  private static final String[] TARGETS = {
    "a", "../a", "b/c", ".", "..", "/a", "l", "none", "../.."
  };

  private RandomLayer() {}

  static TarBytes of(Random random) {
    TarBytes tar = new TarBytes();
    int entries = 3 + random.nextInt(25);
    for (int i = 0; i < entries; i++) {
      String path = path(random);
      switch (random.nextInt(9)) {
        case 0, 1, 2 -> tar.file(path, "content " + i);
        case 3, 4 -> tar.directory(path, 0700 + random.nextInt(64));
        case 5 -> tar.symlink(path, TARGETS[random.nextInt(TARGETS.length)]);
        case 6 -> tar.file(parent(path) + ".wh." + name(random), "");
        case 7 -> tar.file(parent(path) + ".wh..wh..opq", "");
        default -> tar.fifo(path);
      }
      if (random.nextInt(12) == 0) {
        tar.hardLink(path(random), path);
      }
    }
    return tar;
  }

  private static String name(Random random) {
    return NAMES[random.nextInt(NAMES.length)];
  }

  private static String path(Random random) {
    StringBuilder path = new StringBuilder(name(random));
    for (int depth = random.nextInt(3); depth > 0; depth--) {
      path.append('/').append(name(random));
    }
    return path.toString();
  }

  private static String parent(String path) {
    return path.substring(0, path.lastIndexOf('/') + 1);
  }
}
