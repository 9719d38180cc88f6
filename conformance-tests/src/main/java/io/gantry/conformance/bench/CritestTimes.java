package io.gantry.conformance.bench;

import io.gantry.conformance.node.Command;
import io.gantry.conformance.node.Distribution;
import io.gantry.conformance.node.NewGroups;
import io.gantry.conformance.registry.Registry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How long calls take as a program sees it that is not ours: critest, with its own benchmarks. */
final class CritestTimes implements Measurement {

  private static final String REPOSITORY = "bench/small:1";

  private final Path program;
  private final Effort effort;

  CritestTimes(Path program, Effort effort) {
    this.program = program;
    this.effort = effort;
  }

  /** What one runtime has done, by operation. */
  private static final class Tally {

    private final Subject subject;
    private final Map<String, Samples> operations = new LinkedHashMap<>();

    Tally(Subject subject) {
      this.subject = subject;
    }

    void add(CritestData data) {
      data.durations()
          .forEach((operation, durations) -> {
            Samples samples = operations.computeIfAbsent(operation, _ -> new Samples());
            durations.forEach(samples::add);
          });
    }

    void tell(Results results) {
      operations.forEach(
          (operation, samples) -> results.add(subject, Figure.of(topic(operation), samples)));
    }
  }

  /** Calls that only ask answer in about a millisecond everywhere: they need no bar in a chart. */
  static Topic topic(String operation) {
    Topic topic = Topic.less("critest: " + operation, "ms");
    boolean asks = operation.startsWith("Status") || operation.startsWith("List");
    return asks ? topic : topic.inChart();
  }

  @Override
  public void run(List<Subject> subjects, Results results) throws Exception {
    Path directory = Files.createTempDirectory("gantry-critest");
    try (NewGroups _ = NewGroups.named(Critest.GROUP)) {
      List<String> missing = Registry.missingPrograms();
      if (subjects.stream().anyMatch(subject -> subject.stand().isEmpty())) {
        ofForeigners(subjects, critest(directory, Optional.empty()), results);
      } else if (missing.isEmpty()) {
        withRegistry(subjects, directory, results);
      } else {
        results.note("no pulls by critest: not installed: " + missing);
        takeTurns(subjects, critest(directory, Optional.empty()), results);
      }
    } finally {
      Trees.delete(directory);
    }
  }

  private Critest critest(Path directory, Optional<String> pulled) {
    return new Critest(program, directory, effort.critestCycles(), pulled);
  }

  private void withRegistry(List<Subject> subjects, Path directory, Results results)
      throws Exception {
    Path archive = directory.resolve("image.tar");
    pack(Distribution.found(), archive);
    try (Registry registry = Registry.start(directory)) {
      registry.push("oci-archive:" + archive, REPOSITORY, "oci");
      String pulled = registry.address() + "/" + REPOSITORY;
      takeTurns(subjects, critest(directory, Optional.of(pulled)), results);
    }
  }

  /** None that the runtimes have: whoever removes an image removes it under all its names. */
  private static void pack(Distribution distribution, Path archive)
      throws IOException, InterruptedException {
    var _ =
        Command.output(
            distribution.repository().resolve("hack/lib/pack-image").toString(),
            distribution.directory().toString(),
            "--tag",
            "gantry.test/small:1",
            "--output",
            archive.toString(),
            "--gzip",
            "--add",
            "/bin/busybox:/bin/busybox:755");
  }

  /** One that fails them has been measured otherwise, and that is not to be lost. */
  private void ofForeigners(List<Subject> subjects, Critest critest, Results results)
      throws InterruptedException {
    try {
      takeTurns(subjects, critest, results);
    } catch (IOException failure) {
      System.err.println("bench: " + failure.getMessage());
      results.note("no critest: one of its benchmarks failed");
    }
  }

  private void takeTurns(List<Subject> subjects, Critest critest, Results results)
      throws IOException, InterruptedException {
    List<Tally> tallies = subjects.stream().map(Tally::new).toList();
    for (int round = 0; round < effort.rounds(); round++) {
      for (Tally tally : tallies) {
        critest.measure(tally.subject).forEach(tally::add);
      }
    }
    tallies.forEach(tally -> tally.tell(results));
  }
}
