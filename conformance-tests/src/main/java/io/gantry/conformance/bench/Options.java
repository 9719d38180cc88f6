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
 * @param critest the program, or empty
 * @param noCritest why there is none
 */
record Options(
    boolean quick,
    boolean alone,
    String endpoint,
    String image,
    Path directory,
    String critest,
    String noCritest) {

  static final String USAGE =
      """
      usage: Bench [--quick] [--alone] [--results DIRECTORY] [--endpoint unix:///SOCKET --image NAME]
                   [--critest PROGRAM | --no-critest REASON]
      """;

  /** Empty when the words make no sense. */
  static Optional<Options> of(List<String> words) {
    boolean quick = false;
    boolean alone = false;
    String endpoint = "";
    String image = "";
    String directory = "target/bench";
    String critest = "";
    String noCritest = "no program was named";
    for (int i = 0; i < words.size(); i++) {
      String value = i + 1 < words.size() ? words.get(i + 1) : "";
      switch (words.get(i)) {
        case "--quick" -> quick = true;
        case "--alone" -> alone = true;
        case "--results", "--endpoint", "--image", "--critest", "--no-critest" -> {
          if (value.isEmpty()) {
            return Optional.empty();
          }
          switch (words.get(i++)) {
            case "--results" -> directory = value;
            case "--endpoint" -> endpoint = value;
            case "--critest" -> critest = value;
            case "--no-critest" -> noCritest = value;
            default -> image = value;
          }
        }
        default -> {
          return Optional.empty();
        }
      }
    }
    return endpoint.isEmpty() == image.isEmpty()
        ? Optional.of(
            new Options(quick, alone, endpoint, image, Path.of(directory), critest, noCritest))
        : Optional.empty();
  }

  Effort effort() {
    return quick ? Effort.QUICK : Effort.WHOLE;
  }
}
