package io.gantry.conformance.bench;

import io.gantry.api.cri.v1.ListImagesRequest;
import io.gantry.conformance.bench.Bar.AtMost;
import io.gantry.conformance.node.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The list of a node with very many images, each with a config and a name of its own. */
final class ManyImages implements Measurement {

  private static final int IMAGES = 1000;
  private static final int LISTS = 40;

  private final Path parent;

  /**
   * A measurement.
   *
   * @param parent of what is made on the way
   */
  ManyImages(Path parent) {
    this.parent = parent;
  }

  @Override
  public void run(List<Subject> subjects, Results results) throws Exception {
    Path directory = Files.createDirectory(parent.resolve("many-images"));
    Path archive = archive(directory);
    for (Subject subject : subjects) {
      if (subject.stand().isPresent()) {
        try (Stand stand = Stand.open(subject.stand().get().kind(), directory)) {
          stand.runtime().importImage(archive);
          results.add(subject, Figure.of(topic(), lists(stand)));
        }
      }
    }
    Trees.delete(directory);
  }

  private static Topic topic() {
    return Topic.less("ListImages of 1,000 images", "ms", new AtMost(20));
  }

  private static Samples lists(Stand stand) throws Exception {
    Samples samples = new Samples();
    ListImagesRequest all = ListImagesRequest.getDefaultInstance();
    for (int i = 0; i < LISTS; i++) {
      int found =
          samples.time(() -> stand.runtime().client().images().listImages(all).getImagesCount());
      if (found < IMAGES) {
        throw new IOException("ListImages knows " + found + " of " + IMAGES + " images");
      }
    }
    return samples;
  }

  /** As docker saves several images into one file; they share their layer. */
  private static Path archive(Path directory) throws Exception {
    Path content = Files.createDirectory(directory.resolve("content"));
    Files.writeString(content.resolve("hello"), "world");
    var _ = Command.output("tar", "-C", content.toString(), "-cf", content + "/layer.tar", "hello");
    Files.delete(content.resolve("hello"));
    byte[] layer = Files.readAllBytes(content.resolve("layer.tar"));
    String diffId = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(layer));
    List<String> entries = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      Files.writeString(content.resolve(i + ".json"), config(i, diffId));
      entries.add(
          "{\"Config\":\"%1$d.json\",\"RepoTags\":[\"gantry.test/image-%1$d:1\"],\"Layers\":[\"layer.tar\"]}"
              .formatted(i));
    }
    Files.writeString(content.resolve("manifest.json"), "[" + String.join(",", entries) + "]");
    Path archive = directory.resolve("images.tar");
    var _ = Command.output("tar", "-C", content.toString(), "-cf", archive.toString(), ".");
    return archive;
  }

  /** Go's name of this machine's, which images use. */
  private static String architecture() {
    String name = System.getProperty("os.arch");
    return name.equals("aarch64") ? "arm64" : name;
  }

  private static String config(int number, String diffId) {
    return """
    {"architecture":"%s","os":"linux","author":"%d","config":{},
     "rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}
    """
        .formatted(architecture(), number, diffId);
  }
}
