package io.gantry.conformance.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the command line asks for.
 *
 * @param endpoint of a runtime that is not ours, or empty
 * @param image that it has
 * @param directory where results go and what can be used again stays
 * @param alone whether Gantry is measured without a peer
 */
record Options(boolean quick, boolean alone, String endpoint, String image, Path directory) {

  static final String USAGE =
      """
      usage: Bench [--quick] [--alone] [--results DIRECTORY] [--endpoint unix:///SOCKET --image NAME]
      """;

  /** Empty when the words make no sense. */
  static Optional<Options> of(List<String> words) {
    boolean quick = false;
    boolean alone = false;
    String endpoint = "";
    String image = "";
    String directory = "target/bench";
    for (int i = 0; i < words.size(); i++) {
      String value = i + 1 < words.size() ? words.get(i + 1) : "";
      switch (words.get(i)) {
        case "--quick" -> quick = true;
        case "--alone" -> alone = true;
        case "--results", "--endpoint", "--image" -> {
          if (value.isEmpty()) {
            return Optional.empty();
          }
          switch (words.get(i++)) {
            case "--results" -> directory = value;
            case "--endpoint" -> endpoint = value;
            default -> image = value;
          }
        }
        default -> {
          return Optional.empty();
        }
      }
    }
    return endpoint.isEmpty() == image.isEmpty()
        ? Optional.of(new Options(quick, alone, endpoint, image, Path.of(directory)))
        : Optional.empty();
  }

  Effort effort() {
    return quick ? Effort.QUICK : Effort.WHOLE;
  }
}
