package io.gantry.conformance.bench;

import io.gantry.conformance.cri.CriClient;
import io.gantry.conformance.leak.LeakCheck;
import io.gantry.conformance.leak.MachineState;
import io.gantry.conformance.leak.Scope;
import io.gantry.conformance.node.Distribution;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Measures a private gantryd beside a private containerd, or with {@code --endpoint} any CRI
 * runtime that has the image. Judges nothing but whether all went well and nothing was left behind.
 */
public final class Bench {

  private static final Duration LEAVING = Duration.ofSeconds(20);

  private final Options options;
  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private final Facts facts;

  private Bench(Options options) throws IOException {
    this.options = options;
    this.facts = Facts.ofThisMachine();
  }

  /** Exits 0 when the figures are there, 1 when something stayed behind, 2 with wrong words. */
  public static void main(String[] arguments) throws Exception {
    Optional<Options> options = Options.of(List.of(arguments));
    if (options.isEmpty()) {
      System.err.print(Options.USAGE);
      System.exit(2);
      return;
    }
    Files.createDirectories(options.get().directory());
    Bench bench = new Bench(options.get());
    System.exit(options.get().endpoint().isEmpty() ? bench.measureOwn() : bench.measureForeign());
  }

  private int measureForeign() throws Exception {
    try (CriClient client = CriClient.of(options.endpoint())) {
      String endpoint = "unix://" + options.endpoint().replaceFirst("^unix://", "");
      Subject subject = new Subject("runtime", client, endpoint, options.image(), Optional.empty());
      Results results = new Results(subject.name());
      facts.put(subject.name(), subject.version());
      measure(List.of(subject), critest(results), results);
      report(List.of(subject.name()), results);
    }
    return 0;
  }

  private int measureOwn() throws Exception {
    LeakCheck machine = LeakCheck.startingNow(Scope.of(List.of()));
    Results results = new Results(Kind.GANTRY.title());
    int megabytes = options.effort().imageMegabytes();
    BigImage image = BigImage.madeIn(options.directory(), Distribution.found(), megabytes);
    Path directory = Files.createTempDirectory("gantry-bench");
    List<String> names;
    try (Lineup lineup = Lineup.of(directory, options.alone(), results)) {
      names = lineup.subjects().stream().map(Subject::name).toList();
      List<Measurement> images =
          List.of(new Pulls(options.effort().pulls(), image, directory), new ManyImages(directory));
      measure(lineup, images, results);
    }
    Trees.delete(directory);
    report(names, results);
    MachineState left = machine.leftAfter(LEAVING);
    if (!left.isEmpty()) {
      System.err.println("bench: something is on this machine that was not there before:\n" + left);
    }
    return left.isEmpty() ? 0 : 1;
  }

  private void measure(Lineup lineup, List<Measurement> images, Results results) throws Exception {
    for (Subject subject : lineup.subjects()) {
      String companions = subject.stand().orElseThrow().kind().companions();
      facts.put(subject.name(), subject.version() + companions);
    }
    facts.put("files of the runtimes", lineup.storage());
    facts.put("order", "the runtimes take turns, " + options.effort().rounds() + " times");
    Path counter = Distribution.found().repository().resolve("hack/lib/exec-count");
    CycleCost cost = new CycleCost(options.effort().costCycles(), counter);
    List<Measurement> more = new ArrayList<>(List.of(cost));
    more.addAll(critest(results));
    more.addAll(images);
    measure(lineup.subjects(), more, results);
  }

  /** The measurements of critest, or none and a note. */
  private List<Measurement> critest(Results results) throws IOException, InterruptedException {
    if (options.critest().isEmpty()) {
      results.note("no critest: " + options.noCritest());
      return List.of();
    }
    Path program = Path.of(options.critest());
    facts.put("critest", Critest.version(program));
    return List.of(new CritestTimes(program, options.effort()));
  }

  private void measure(List<Subject> subjects, List<Measurement> more, Results results)
      throws Exception {
    Effort effort = options.effort();
    new CallTimes(effort).run(subjects, results);
    new Crowding(effort.crowd()).run(subjects, results);
    for (Measurement measurement : more) {
      measurement.run(subjects, results);
    }
  }

  private void report(List<String> names, Results results) throws IOException {
    facts.ended();
    Report report = new Report(names, facts.all(), results.rows(), results.notes());
    out.print(PlainText.of(report));
    Files.writeString(options.directory().resolve("latest.json"), Json.of(report));
    Files.writeString(options.directory().resolve("latest.md"), Markdown.of(report));
    if (report.hasPeer()) {
      Files.writeString(options.directory().resolve("latest.svg"), Chart.of(report));
    }
  }
}
