package io.gantry.conformance.bench;

import io.gantry.conformance.node.Command;
import io.gantry.conformance.node.Distribution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An image like that of an application with its language runtime: a few large files, many small
 * ones, six layers. Its content is made up, and the same on every machine.
 *
 * @param archive an OCI layout in a tar
 */
record BigImage(Path archive, int megabytes) {

  /** For files whose content deflates to about four tenths, as that of programs does. */
  private static final double DEFLATED = 0.405;

  private static final double BYTES_PER_MEGABYTE = 1e6;
  private static final int LAYERS = 6;

  /** The share of the files and of the bytes that each layer has. */
  private enum Layer {
    BASE(0.01, 0.01),
    RUNTIME(0.05, 0.62),
    LIBRARIES(0.36, 0.2),
    DATA(0.45, 0.06),
    TOOLS(0.129, 0.109),
    APPLICATION(0.001, 0.001);

    private final double files;
    private final double bytes;

    Layer(double files, double bytes) {
      this.files = files;
      this.bytes = bytes;
    }
  }

  private static final int FILES_PER_MEGABYTE = 55;

  String title() {
    return "%d MB in %d gzip layers".formatted(megabytes, LAYERS);
  }

  /**
   * Makes the image, or takes the one that is there.
   *
   * @param megabytes about how large, compressed
   */
  static BigImage madeIn(Path directory, Distribution distribution, int megabytes)
      throws IOException, InterruptedException {
    Path archive = directory.resolve("big-image-%d.tar".formatted(megabytes));
    if (!Files.exists(archive)) {
      Path scratch = Files.createTempDirectory(directory, "big-image");
      try {
        Path made = scratch.resolve("image.tar");
        pack(distribution, trees(scratch, megabytes), made);
        Files.move(made, archive);
      } finally {
        Trees.delete(scratch);
      }
    }
    return new BigImage(archive, megabytes);
  }

  private static List<Path> trees(Path scratch, int megabytes) throws IOException {
    List<Path> trees = new ArrayList<>();
    for (Layer layer : Layer.values()) {
      Path tree = Files.createDirectory(scratch.resolve(layer.name()));
      int files = (int) Math.ceil(layer.files * megabytes * FILES_PER_MEGABYTE);
      double bytes = layer.bytes * megabytes * BYTES_PER_MEGABYTE / DEFLATED;
      new InventedFiles(layer.name().hashCode()).write(tree, files, bytes / files);
      trees.add(tree);
    }
    return trees;
  }

  private static void pack(Distribution distribution, List<Path> trees, Path archive)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    words.add(distribution.repository().resolve("hack/lib/pack-image").toString());
    words.add(distribution.directory().toString());
    words.addAll(List.of("--tag", "gantry.test/big:1", "--output", archive.toString(), "--gzip"));
    for (Path tree : trees) {
      if (!tree.equals(trees.getFirst())) {
        words.add("--next-layer");
      }
      words.addAll(List.of("--add", tree + ":/opt/" + tree.getFileName()));
    }
    var _ = Command.output(words);
  }
}
