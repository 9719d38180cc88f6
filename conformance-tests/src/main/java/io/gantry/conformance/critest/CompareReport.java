package io.gantry.conformance.critest;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Compares a report of critest with what is expected of it, from the command line. */
public final class CompareReport {

  private static final String USAGE =
      """
      usage: CompareReport [option ...] REPORT.xml
        --expected FILE   a list of expectations; may be given several times
        --instead FILE    lines that take the place of those for the same specs
        --name NAME       what was run, for the summary
        --counts FILE     where to write how many passed, failed and were skipped
        --whole           each line of the lists must have its spec, and each must have been run
      Ends with 0 when everything is as expected, 1 when not, 2 when it cannot compare.
      """;

  private final List<Path> expected = new ArrayList<>();
  private final List<Path> instead = new ArrayList<>();
  private final List<Path> reports = new ArrayList<>();
  private String name = "critest";
  private Path counts = Path.of("/dev/null");
  private boolean whole;

  private CompareReport(List<String> arguments) {
    var rest = arguments.iterator();
    while (rest.hasNext()) {
      String word = rest.next();
      switch (word) {
        case "--expected" -> expected.add(Path.of(rest.next()));
        case "--instead" -> instead.add(Path.of(rest.next()));
        case "--name" -> name = rest.next();
        case "--counts" -> counts = Path.of(rest.next());
        case "--whole" -> whole = true;
        default -> reports.add(Path.of(word));
      }
    }
  }

  public static void main(String[] arguments) {
    System.exit(run(List.of(arguments), new PrintStream(System.out, true, StandardCharsets.UTF_8)));
  }

  static int run(List<String> arguments, PrintStream out) {
    try {
      CompareReport program = new CompareReport(arguments);
      if (program.reports.size() != 1 || program.expected.isEmpty()) {
        out.print(USAGE);
        return 2;
      }
      return program.compare(out);
    } catch (IOException failure) {
      out.println("cannot compare: " + failure.getMessage());
      return 2;
    }
  }

  private int compare(PrintStream out) throws IOException {
    Comparison comparison =
        Comparison.of(
            ReportReader.read(reports.getFirst()), ExpectedSpecs.read(expected, instead), whole);
    comparison.complaints().forEach(out::println);
    out.println(name + ": " + comparison.summary());
    Files.writeString(counts, comparison.counts() + "\n");
    return comparison.holds() ? 0 : 1;
  }
}
