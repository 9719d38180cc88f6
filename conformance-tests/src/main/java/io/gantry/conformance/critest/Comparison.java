package io.gantry.conformance.critest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Holds what happened against what was expected and counts. A spec that nobody asked for counts
 * only in a whole run, in which each line must have its spec.
 */
final class Comparison {

  private static final int LONGEST_REASON = 600;

  private final boolean whole;
  private final List<String> complaints = new ArrayList<>();
  private int ran;
  private int passed;
  private int failed;
  private int skipped;
  private int todo;

  private Comparison(boolean whole) {
    this.whole = whole;
  }

  /**
   * Compares.
   *
   * @param whole whether everything was asked for but what critest itself leaves out
   */
  static Comparison of(
      Map<String, Outcome> outcomes, Map<String, Expectation> expected, boolean whole) {
    Comparison comparison = new Comparison(whole);
    outcomes.forEach((spec, outcome) -> {
      Expectation line = expected.get(spec);
      if (line != null) {
        comparison.judge(line, outcome);
      } else {
        comparison.judgeUnknown(spec, outcome);
      }
    });
    expected.values().stream()
        .filter(line -> !outcomes.containsKey(line.spec()))
        .forEach(comparison::judgeAbsent);
    return comparison;
  }

  private void judge(Expectation line, Outcome outcome) {
    switch (outcome.kind()) {
      case LEFT_OUT -> judgeLeftOut(line);
      case PASSED -> {
        ran++;
        if (line.kind() == Expectation.Kind.TODO) {
          fail(line.spec(), "passes: change " + line.place() + " to\n" + line.spec() + "\tpass");
        } else {
          passed++;
        }
      }
      case FAILED -> {
        ran++;
        if (line.kind() == Expectation.Kind.TODO) {
          todo++;
        } else {
          fail(line.spec(), "failed: " + outcome.reason());
        }
      }
      case SKIPPED -> {
        switch (line.kind()) {
          case SKIP -> skipped++;
          case TODO -> todo++;
          case PASS -> fail(line.spec(), "skipped itself: " + outcome.reason());
        }
      }
    }
  }

  private void judgeLeftOut(Expectation line) {
    if (!whole) {
      return;
    }
    if (line.kind() == Expectation.Kind.SKIP) {
      skipped++;
    } else {
      fail(line.spec(), "was not run, but only those that " + line.place() + " calls skip may be");
    }
  }

  /**
   * In a run of everything, what is left out and unknown is what critest leaves out: benchmarks.
   */
  private void judgeUnknown(String spec, Outcome outcome) {
    if (outcome.kind() != Outcome.Kind.LEFT_OUT) {
      ran++;
      fail(spec, "has no line; it ended as " + outcome.kind() + ": " + outcome.reason());
    }
  }

  private void judgeAbsent(Expectation line) {
    fail(line.spec(), "critest has no such spec: remove " + line.place());
  }

  private void fail(String spec, String why) {
    failed++;
    String shown =
        why.length() <= LONGEST_REASON
            ? why
            : "[…] " + why.substring(why.length() - LONGEST_REASON);
    complaints.add("fail  " + spec + "\n" + shown.indent(6).stripTrailing());
  }

  /** Each spec that is not as expected, and what to do. */
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  /** Whether everything is as expected. */
  boolean holds() {
    return failed == 0;
  }

  /** For people. */
  String summary() {
    return "ran %d, passed %d, failed %d, skipped %d, todo %d"
        .formatted(ran, passed, failed, skipped, todo);
  }

  /** For hack/test: passed, failed, skipped. */
  String counts() {
    return "%d %d %d".formatted(passed, failed, skipped);
  }
}
