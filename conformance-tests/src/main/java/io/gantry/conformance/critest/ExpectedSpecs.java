package io.gantry.conformance.critest;

import io.gantry.conformance.critest.Expectation.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads lists of expectations: name, tab, pass or skip or todo, and for these a tab and a reason.
 */
final class ExpectedSpecs {

  private ExpectedSpecs() {}

  /**
   * The lines of all files, by name of the spec.
   *
   * @throws IOException with file and line number when a line is not understood or is there twice
   */
  static Map<String, Expectation> read(List<Path> files) throws IOException {
    return read(files, List.of());
  }

  /**
   * The lines of all files, by name of the spec.
   *
   * @param instead files whose lines take the place of those for the same specs
   * @throws IOException with file and line number when a line is not understood, is there twice, or
   *     takes nobody's place
   */
  static Map<String, Expectation> read(List<Path> files, List<Path> instead) throws IOException {
    Map<String, Expectation> expected = lines(files);
    for (Expectation each : lines(instead).values()) {
      if (expected.replace(each.spec(), each) == null) {
        throw new IOException(each.place() + ": this spec has no line whose place it could take");
      }
    }
    return expected;
  }

  private static Map<String, Expectation> lines(List<Path> files) throws IOException {
    Map<String, Expectation> expected = new LinkedHashMap<>();
    for (Path file : files) {
      List<String> lines = Files.readAllLines(file);
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i);
        if (line.isEmpty() || line.startsWith("#")) {
          continue;
        }
        Expectation each = parse(line, file.getFileName() + ":" + (i + 1));
        Expectation former = expected.putIfAbsent(each.spec(), each);
        if (former != null) {
          throw new IOException(each.place() + ": this spec has a line already, " + former.place());
        }
      }
    }
    return expected;
  }

  private static Expectation parse(String line, String place) throws IOException {
    String[] fields = line.split("\t", -1);
    String word = fields.length < 2 ? "" : fields[1];
    Optional<Kind> kind =
        Arrays.stream(Kind.values()).filter(each -> each.word().equals(word)).findFirst();
    int wanted = kind.filter(Kind.PASS::equals).isPresent() ? 2 : 3;
    if (kind.isEmpty() || fields.length != wanted || fields[fields.length - 1].isBlank()) {
      throw new IOException(
          place + ": give a name, a tab, and pass, or skip or todo with a tab and a reason");
    }
    return new Expectation(fields[0], kind.get(), wanted == 2 ? "" : fields[2], place);
  }
}
