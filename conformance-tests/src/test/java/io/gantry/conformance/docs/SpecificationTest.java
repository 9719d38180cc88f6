package io.gantry.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every test that the specification names is there. */
class SpecificationTest {

  private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w*(?:Test|IT))(?:\\.(\\w+))?`");

  @TestFactory
  Stream<DynamicTest> aNamedTestExists() throws IOException {
    String text = Files.readString(REPOSITORY.resolve("docs/SPECIFICATION.md"));
    return NAMED
        .matcher(text)
        .results()
        .map(found -> DynamicTest.dynamicTest(found.group(), () -> assertExists(found)));
  }

  private static void assertExists(MatchResult found) throws IOException {
    Path source = source(found.group(1) + ".java");
    if (found.group(2) != null) {
      assertThat(source).content().contains(found.group(2) + "(");
    }
  }

  private static Path source(String name) throws IOException {
    try (Stream<Path> modules = Files.list(REPOSITORY)) {
      for (Path module : modules.map(path -> path.resolve("src/test/java")).toList()) {
        if (Files.isDirectory(module)) {
          try (Stream<Path> files = Files.walk(module)) {
            var file = files.filter(path -> path.endsWith(name)).findFirst();
            if (file.isPresent()) {
              return file.get();
            }
          }
        }
      }
    }
    throw new AssertionError("no test " + name + " in any module");
  }

  @Test
  void promisesAreMade() throws IOException {
    Matcher promises = NAMED.matcher(Files.readString(REPOSITORY.resolve("docs/SPECIFICATION.md")));
    assertThat(promises.results().count()).isGreaterThan(20);
  }
}
