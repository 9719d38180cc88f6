package io.gantry.conformance.critest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComparisonTest {

  private static final String SPEC = "[k8s.io] Pod runs";

  private static Comparison compare(Outcome.Kind outcome, Expectation.Kind line, boolean whole) {
    return Comparison.of(
        Map.of(SPEC, new Outcome(outcome, "what it said")),
        Map.of(SPEC, new Expectation(SPEC, line, "why", "expected.tsv:7")),
        whole);
  }

  /** Every outcome times every line, in a run of everything. */
  @ParameterizedTest
  @CsvSource({
    "PASSED,   PASS, 'ran 1, passed 1, failed 0, skipped 0, todo 0'",
    "PASSED,   SKIP, 'ran 1, passed 1, failed 0, skipped 0, todo 0'",
    "PASSED,   TODO, 'ran 1, passed 0, failed 1, skipped 0, todo 0'",
    "FAILED,   PASS, 'ran 1, passed 0, failed 1, skipped 0, todo 0'",
    "FAILED,   SKIP, 'ran 1, passed 0, failed 1, skipped 0, todo 0'",
    "FAILED,   TODO, 'ran 1, passed 0, failed 0, skipped 0, todo 1'",
    "SKIPPED,  PASS, 'ran 0, passed 0, failed 1, skipped 0, todo 0'",
    "SKIPPED,  SKIP, 'ran 0, passed 0, failed 0, skipped 1, todo 0'",
    "SKIPPED,  TODO, 'ran 0, passed 0, failed 0, skipped 0, todo 1'",
    "LEFT_OUT, PASS, 'ran 0, passed 0, failed 1, skipped 0, todo 0'",
    "LEFT_OUT, SKIP, 'ran 0, passed 0, failed 0, skipped 1, todo 0'",
    "LEFT_OUT, TODO, 'ran 0, passed 0, failed 1, skipped 0, todo 0'",
  })
  void eachOutcomeIsHeldAgainstEachLine(
      Outcome.Kind outcome, Expectation.Kind line, String summary) {
    Comparison comparison = compare(outcome, line, true);

    assertThat(comparison.summary()).isEqualTo(summary);
    assertThat(comparison.holds()).isEqualTo(comparison.complaints().isEmpty());
    assertThat(comparison.holds()).isEqualTo(summary.contains("failed 0"));
  }

  @ParameterizedTest
  @CsvSource({"PASS", "SKIP", "TODO"})
  void inARunOfSomeWhatWasLeftOutCountsNowhere(Expectation.Kind line) {
    Comparison comparison = compare(Outcome.Kind.LEFT_OUT, line, false);

    assertThat(comparison.summary()).isEqualTo("ran 0, passed 0, failed 0, skipped 0, todo 0");
    assertThat(comparison.holds()).isTrue();
  }

  @Test
  void whatPassesBeforeItsTimeIsToldWithTheLineToWrite() {
    assertThat(compare(Outcome.Kind.PASSED, Expectation.Kind.TODO, true).complaints().getFirst())
        .contains("change expected.tsv:7 to")
        .endsWith("[k8s.io] Pod runs\tpass");
  }

  @Test
  void whatStoppedPassingIsToldWithItsWords() {
    assertThat(compare(Outcome.Kind.FAILED, Expectation.Kind.PASS, true).complaints().getFirst())
        .contains(SPEC, "what it said");
    assertThat(compare(Outcome.Kind.SKIPPED, Expectation.Kind.PASS, true).complaints().getFirst())
        .contains(SPEC, "skipped itself: what it said");
  }

  @Test
  void aSpecWithoutALineFails() {
    Comparison comparison =
        Comparison.of(Map.of(SPEC, new Outcome(Outcome.Kind.PASSED, "")), Map.of(), true);

    assertThat(comparison.holds()).isFalse();
    assertThat(comparison.complaints().getFirst()).contains(SPEC, "no line");
  }

  @Test
  void whatCritestItselfLeavesOutNeedsNoLine() {
    assertThat(
            Comparison.of(Map.of(SPEC, new Outcome(Outcome.Kind.LEFT_OUT, "")), Map.of(), true)
                .summary())
        .isEqualTo("ran 0, passed 0, failed 0, skipped 0, todo 0");
  }

  @Test
  void aLineWithoutASpecFails() {
    Comparison comparison =
        Comparison.of(
            Map.of(),
            Map.of(SPEC, new Expectation(SPEC, Expectation.Kind.SKIP, "why", "expected.tsv:7")),
            false);

    assertThat(comparison.holds()).isFalse();
    assertThat(comparison.complaints().getFirst()).contains(SPEC, "remove expected.tsv:7");
  }

  @Test
  void aLongMessageKeepsItsEndWhereTheCauseStands() {
    Comparison comparison =
        Comparison.of(
            Map.of(SPEC, new Outcome(Outcome.Kind.FAILED, "x".repeat(5000) + " the cause")),
            Map.of(SPEC, new Expectation(SPEC, Expectation.Kind.PASS, "", "expected.tsv:7")),
            true);

    assertThat(comparison.complaints().getFirst()).hasSizeLessThan(1000).endsWith("the cause");
  }
}
