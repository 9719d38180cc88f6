package io.gantry.conformance.critest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.conformance.critest.Expectation.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpectedSpecsTest {

  @TempDir Path folder;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void linesOfSeveralFilesAreReadAndCommentsPassedOver() throws Exception {
    Path one = file("one.tsv", "# for people\n\na spec\tpass\nother\tskip\tno AppArmor\n");
    Path two = file("two.tsv", "third\ttodo\tstreams\n");

    assertThat(ExpectedSpecs.read(List.of(one, two)).values())
        .containsExactly(
            new Expectation("a spec", Kind.PASS, "", "one.tsv:3"),
            new Expectation("other", Kind.SKIP, "no AppArmor", "one.tsv:4"),
            new Expectation("third", Kind.TODO, "streams", "two.tsv:1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "a pass",
        "a\tPASS",
        "a\tfail",
        "a\ttodo",
        "a\tskip\t ",
        "a\tpass\twhy",
        "a\t"
      })
  void aLineThatIsNotUnderstoodIsToldWithItsPlace(String line) throws Exception {
    Path file = file("list.tsv", "fine\tpass\n" + line + "\n");

    assertThatThrownBy(() -> ExpectedSpecs.read(List.of(file)))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("list.tsv:2: give a name");
  }

  @Test
  void aLineOfAnotherMachineTakesThePlaceOfTheUsual() throws Exception {
    Path usual = file("usual.tsv", "a\tskip\tno AppArmor here\nb\tpass\n");
    Path there = file("there.tsv", "a\ttodo\tAppArmor\n");

    assertThat(ExpectedSpecs.read(List.of(usual), List.of(there)).values())
        .containsExactly(
            new Expectation("a", Kind.TODO, "AppArmor", "there.tsv:1"),
            new Expectation("b", Kind.PASS, "", "usual.tsv:2"));
  }

  @Test
  void aLineThatTakesNobodysPlaceIsRefused() throws Exception {
    Path usual = file("usual.tsv", "a\tpass\n");
    Path there = file("there.tsv", "A\ttodo\tlater\n");

    assertThatThrownBy(() -> ExpectedSpecs.read(List.of(usual), List.of(there)))
        .isInstanceOf(IOException.class)
        .hasMessage("there.tsv:1: this spec has no line whose place it could take");
  }

  @Test
  void twoLinesForOneSpecAreRefused() throws Exception {
    Path one = file("one.tsv", "a\tpass\n");
    Path two = file("two.tsv", "a\ttodo\tlater\n");

    assertThatThrownBy(() -> ExpectedSpecs.read(List.of(one, two)))
        .hasMessageContaining("two.tsv:1")
        .hasMessageContaining("one.tsv:1");
  }
}
