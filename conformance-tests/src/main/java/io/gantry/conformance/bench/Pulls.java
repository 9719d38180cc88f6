package io.gantry.conformance.bench;

import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.PullImageRequest;
import io.gantry.conformance.bench.Bar.PartOfPeer;
import io.gantry.conformance.registry.Registry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A big image pulled from a registry on loopback and unpacked, each time by a new daemon on a new
 * disk.
 */
final class Pulls implements Measurement {

  private static final String REPOSITORY = "bench/big:1";

  private final int rounds;
  private final BigImage image;
  private final Path parent;

  /**
   * A measurement of as many pulls of each runtime as there are rounds.
   *
   * @param parent of what is made on the way
   */
  Pulls(int rounds, BigImage image, Path parent) {
    this.rounds = rounds;
    this.image = image;
    this.parent = parent;
  }

  /** What one runtime has done. */
  private static final class Tally {

    private final Subject subject;
    private final Samples answered = new Samples();
    private final Samples stored = new Samples();
    private final Samples cpu = new Samples();

    Tally(Subject subject) {
      this.subject = subject;
    }
  }

  @Override
  public void run(List<Subject> subjects, Results results) throws Exception {
    if (!Registry.missingPrograms().isEmpty()) {
      results.note("no pulls: not installed: " + Registry.missingPrograms());
      return;
    }
    List<Tally> tallies = new ArrayList<>();
    subjects.stream()
        .filter(subject -> subject.stand().isPresent())
        .forEach(own -> tallies.add(new Tally(own)));
    Path directory = Files.createDirectory(parent.resolve("pulls"));
    try (Registry registry = Registry.start(directory)) {
      registry.push("oci-archive:" + image.archive(), REPOSITORY, "oci");
      for (int round = 0; round < rounds; round++) {
        for (Tally tally : tallies) {
          pull(tally, registry.address() + "/" + REPOSITORY, directory);
        }
      }
    }
    Trees.delete(directory);
    tallies.forEach(tally -> tell(tally, results));
  }

  private static void pull(Tally tally, String reference, Path directory) throws Exception {
    PullImageRequest request =
        PullImageRequest.newBuilder().setImage(ImageSpec.newBuilder().setImage(reference)).build();
    Kind kind = tally.subject.stand().orElseThrow().kind();
    try (Stand stand = Stand.open(kind, directory)) {
      stand.ground().sync();
      long cpu = stand.group().cpuNanoseconds();
      tally.stored.take(() -> {
        tally.answered.take(() -> stand.runtime().client().images().pullImage(request));
        stand.ground().sync();
      });
      tally.cpu.add(stand.group().cpuNanoseconds() - cpu);
    }
  }

  private void tell(Tally tally, Results results) {
    String what = "pull of " + image.title();
    Topic answered = Topic.less(what, "ms", new PartOfPeer(0.6));
    Topic stored = Topic.less(what + ", until it is on disk", "ms", new PartOfPeer(0.6));
    results.add(tally.subject, Figure.of(answered, tally.answered));
    results.add(tally.subject, Figure.of(stored.inChart(), tally.stored));
    results.add(tally.subject, Figure.of(Topic.less("CPU time of the pull", "ms"), tally.cpu));
  }
}
