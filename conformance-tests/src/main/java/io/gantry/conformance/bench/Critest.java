package io.gantry.conformance.bench;

import io.gantry.conformance.node.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The benchmarks of the official suite, as <a
 * href="https://github.com/kubernetes-sigs/cri-tools/blob/v1.36.0/docs/benchmark.md">cri-tools</a>
 * describes them.
 *
 * @param program {@code critest} itself
 * @param directory an existing one, for the files that it reads and writes
 * @param cycles how often pods, containers and images each come and go in a run
 * @param pulled an image that is pulled and removed; without one nothing is done to images
 */
record Critest(Path program, Path directory, int cycles, Optional<String> pulled) {

  /**
   * Where critest asks for its pods to be, in each hierarchy, when a runtime does not tell its
   * cgroup driver: pkg/common/pod_config.go.
   */
  static final String GROUP = "test.slice";

  private static final List<String> ABOUT_PODS =
      List.of("pod_benchmark_data.json", "container_benchmark_data.json");

  private static final List<String> ABOUT_IMAGES =
      List.of("image_lifecycle_benchmark_data.json", "image_listing_benchmark_data.json");

  /** It leaves its one measured duration in no file. */
  private static final String FROM_SCRATCH = "start a container from scratch";

  /** Even one that is told to do nothing removes five images of a public registry in the end. */
  private static final String IMAGES = "benchmark about operations on Image";

  private static final int LONGEST_CYCLE_SECONDS = 60;
  private static final int LONGEST_RUN_SECONDS = 300;
  private static final int LINES_OF_A_FAILURE = 40;

  /** What a program says of itself, such as {@code v1.36.0}. */
  static String version(Path program) throws IOException, InterruptedException {
    String said = Command.output(program.toString(), "-config=/dev/null", "-version");
    return said.lines().findFirst().orElse("").replaceFirst("^critest version: ", "");
  }

  /**
   * Measures one runtime, which has the image of its containers already.
   *
   * @return a file's data for each kind of object that came and went
   * @throws IOException with the end of what critest said, when a call of it failed
   */
  List<CritestData> measure(Subject subject) throws IOException, InterruptedException {
    Path output = Files.createTempDirectory(directory, "output");
    Path parameters = Files.writeString(output.resolve("parameters.yaml"), parameters());
    Path images = Files.writeString(output.resolve("images.yaml"), images(subject));
    List<String> words =
        List.of(
            program.toString(),
            "-benchmark",
            "-config=/dev/null",
            "-runtime-endpoint=" + subject.endpoint(),
            "-image-endpoint=" + subject.endpoint(),
            "-benchmarking-params-file=" + parameters,
            "-benchmarking-output-dir=" + output,
            "-test-images-file=" + images,
            "-ginkgo.skip=" + (pulled.isPresent() ? FROM_SCRATCH : FROM_SCRATCH + "|" + IMAGES),
            "-ginkgo.timeout=" + LONGEST_RUN_SECONDS + "s",
            "-ginkgo.no-color");
    Command.Result result = Command.run(words);
    if (result.exitCode() != 0) {
      throw new IOException(
          "critest -benchmark of %s ended with %d; it said:%n%s"
              .formatted(subject.name(), result.exitCode(), end(result)));
    }
    List<CritestData> data = new ArrayList<>();
    for (String file : files()) {
      data.add(CritestData.read(output.resolve(file)));
    }
    return data;
  }

  private List<String> files() {
    List<String> files = new ArrayList<>(ABOUT_PODS);
    if (pulled.isPresent()) {
      files.addAll(ABOUT_IMAGES);
    }
    return files;
  }

  /** YAML takes JSON's way of quoting: YAML 1.2, section 1.3. */
  private String parameters() {
    String some =
        """
        podsNumber: %1$d
        containersNumber: %1$d
        containerBenchmarkTimeoutSeconds: %2$d
        """
            .formatted(cycles, LONGEST_CYCLE_SECONDS);
    return some
        + pulled
            .map(image ->
                """
                imagesNumber: %d
                imageBenchmarkTimeoutSeconds: %d
                imagePullingBenchmarkImage: %s
                """
                    .formatted(cycles, LONGEST_CYCLE_SECONDS, Json.text(image)))
            .orElse("");
  }

  private static String images(Subject subject) {
    return "defaultTestContainerImage: " + Json.text(subject.image()) + "\n";
  }

  private static String end(Command.Result result) {
    List<String> lines = (result.output() + "\n" + result.errors()).lines().toList();
    int first = Math.max(0, lines.size() - LINES_OF_A_FAILURE);
    return String.join("\n", lines.subList(first, lines.size()));
  }
}
