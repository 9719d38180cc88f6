package io.gantry.image;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A program of this machine that knows images and is not Gantry's; without it a test is skipped.
 */
record ForeignTool(Path folder, List<String> command) {

  static ForeignTool of(Path folder, String... command) {
    String program = command[0];
    assumeTrue(
        Stream.of("/usr/bin", "/bin").anyMatch(d -> Files.isExecutable(Path.of(d, program))),
        program + " is not installed");
    return new ForeignTool(folder, List.of(command));
  }

  /** Runs it and gives what it printed; a failure is thrown with everything it said. */
  String run(String... arguments) throws IOException, InterruptedException {
    Path out = Files.createTempFile(folder, "tool", ".out");
    Path err = Files.createTempFile(folder, "tool", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(Stream.concat(command.stream(), Stream.of(arguments)).toList())
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("TMPDIR", folder.toString());
    builder.environment().put("LC_ALL", "C.UTF-8");
    int code = builder.start().waitFor();
    String printed = Files.readString(out, StandardCharsets.UTF_8);
    if (code != 0) {
      throw new IOException(
          builder.command() + ": " + code + "\n" + printed + Files.readString(err));
    }
    return printed;
  }
}
