package io.gantry.conformance.bench;

import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.PullImageRequest;
import io.gantry.conformance.bench.Bar.AtMost;
import io.gantry.conformance.bench.Bar.PartOfPeer;
import io.gantry.conformance.registry.Registry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A big image pulled from a registry on loopback and unpacked, each time by a new daemon on a new
 * disk.
 */
final class Pulls implements Measurement {

  private static final String REPOSITORY = "bench/big:1";
  private static final String EROFS = ", layers as EROFS images";
  private static final int PULLS_OF_WHAT_IS_HERE = 20;

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

  /** What one runtime has done in one way. */
  private static final class Tally {

    private final Subject subject;
    private final Kind kind;
    private final Samples answered = new Samples();
    private final Samples stored = new Samples();
    private final Samples present = new Samples();
    private final Samples cpu = new Samples();

    Tally(Subject subject, Kind kind) {
      this.subject = subject;
      this.kind = kind;
    }
  }

  @Override
  public void run(List<Subject> subjects, Results results) throws Exception {
    if (!Registry.missingPrograms().isEmpty()) {
      results.note("no pulls: not installed: " + Registry.missingPrograms());
      return;
    }
    Path directory = Files.createDirectory(parent.resolve("pulls"));
    List<Tally> tallies = tallies(subjects, directory, results);
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

  private static List<Tally> tallies(List<Subject> subjects, Path directory, Results results)
      throws InterruptedException {
    List<Tally> tallies = new ArrayList<>();
    for (Subject subject : subjects) {
      subject.stand().ifPresent(own -> tallies.add(new Tally(subject, own.kind())));
    }
    Optional<Tally> own = tallies.stream().filter(tally -> tally.kind == Kind.GANTRY).findFirst();
    if (own.isPresent()) {
      try (Stand stand = Stand.open(Kind.GANTRY_EROFS, directory)) {
        tallies.add(new Tally(own.get().subject, stand.kind()));
      } catch (IOException failure) {
        results.note("no pulls of layers as EROFS images: " + failure.getMessage());
      }
    }
    return tallies;
  }

  private static void pull(Tally tally, String reference, Path directory) throws Exception {
    PullImageRequest request =
        PullImageRequest.newBuilder().setImage(ImageSpec.newBuilder().setImage(reference)).build();
    try (Stand stand = Stand.open(tally.kind, directory)) {
      stand.ground().sync();
      long cpu = stand.group().cpuNanoseconds();
      tally.stored.take(() -> {
        tally.answered.take(() -> stand.runtime().client().images().pullImage(request));
        stand.ground().sync();
      });
      tally.cpu.add(stand.group().cpuNanoseconds() - cpu);
      for (int again = 0; again < PULLS_OF_WHAT_IS_HERE; again++) {
        tally.present.take(() -> stand.runtime().client().images().pullImage(request));
      }
    }
  }

  private void tell(Tally tally, Results results) {
    switch (tally.kind) {
      case GANTRY -> {
        tellPull(tally, "", 0.6, results);
        tellPresent(tally, results);
      }
      case GANTRY_EROFS -> tellPull(tally, EROFS, 0.45, results);
      case CONTAINERD -> {
        tellPull(tally, "", 0.6, results);
        tellPull(tally, EROFS, 0.45, results);
        tellPresent(tally, results);
      }
    }
  }

  private void tellPull(Tally tally, String how, double part, Results results) {
    String what = "pull of " + image.title() + how;
    Topic answered = Topic.less(what, "ms", new PartOfPeer(part));
    Topic stored = Topic.less(what + ", until it is on disk", "ms", new PartOfPeer(part));
    Topic cpu = Topic.less("CPU time of the pull" + how, "ms", new PartOfPeer(1));
    results.add(tally.subject, Figure.of(answered, tally.answered));
    results.add(tally.subject, Figure.of(stored.inChart(), tally.stored));
    results.add(tally.subject, Figure.of(cpu, tally.cpu));
  }

  private static void tellPresent(Tally tally, Results results) {
    Topic present = Topic.less("pull of what is here", "ms", new AtMost(20));
    results.add(tally.subject, Figure.of(present, tally.present));
  }
}
