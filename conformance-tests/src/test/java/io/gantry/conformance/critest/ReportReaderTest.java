package io.gantry.conformance.critest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.conformance.critest.Outcome.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportReaderTest {

  @TempDir Path folder;

  private Map<String, Outcome> read(String cases) throws IOException {
    return ReportReader.read(
        Files.writeString(
            folder.resolve("report.xml"),
            "<testsuites><testsuite name=\"CRI validation\">"
                + cases
                + "</testsuite></testsuites>"));
  }

  @Test
  void eachSpecHasItsFullNameAndItsOutcome() throws Exception {
    Map<String, Outcome> outcomes =
        read(
            """
            <testcase name="[It] [k8s.io] Pod runs [Conformance]" status="passed"></testcase>
            <testcase name="[It] [k8s.io] Pod stops" status="failed">
              <failure message="no such &lt;pod&gt;" type="failed">where</failure></testcase>
            <testcase name="[It] [k8s.io] AppArmor" status="skipped">
              <skipped message="skipped - AppArmor is disabled"></skipped></testcase>
            <testcase name="[It] [k8s.io] benchmark" status="skipped">
              <skipped message="skipped"></skipped></testcase>
            """);

    assertThat(outcomes)
        .containsOnly(
            Map.entry("[k8s.io] Pod runs [Conformance]", new Outcome(Kind.PASSED, "")),
            Map.entry("[k8s.io] Pod stops", new Outcome(Kind.FAILED, "no such <pod>")),
            Map.entry("[k8s.io] AppArmor", new Outcome(Kind.SKIPPED, "AppArmor is disabled")),
            Map.entry("[k8s.io] benchmark", new Outcome(Kind.LEFT_OUT, "")));
  }

  @Test
  void whateverIsNotPassedOrSkippedIsFailed() throws Exception {
    assertThat(
            read(
                """
                <testcase name="[It] a" status="panicked"><error message="nil"></error></testcase>
                <testcase name="[It] b" status="timedout"></testcase>
                """))
        .containsOnly(
            Map.entry("a", new Outcome(Kind.FAILED, "nil")),
            Map.entry("b", new Outcome(Kind.FAILED, "timedout")));
  }

  @Test
  void whatRunsAroundTheSpecsCountsOnlyWhenItFails() throws Exception {
    assertThat(
            read(
                """
                <testcase name="[BeforeSuite]" status="passed"></testcase>
                <testcase name="[AfterSuite]" status="failed"><failure message="x"/></testcase>
                """))
        .containsOnlyKeys("[AfterSuite]");
  }

  @Test
  void twoSpecsOfOneNameAreRefused() {
    String twice = "<testcase name=\"[It] a\" status=\"passed\"></testcase>".repeat(2);

    assertThatThrownBy(() -> read(twice))
        .hasMessageContaining("two specs")
        .hasMessageContaining("a");
  }

  @Test
  void whatIsNoReportIsRefused() {
    assertThatThrownBy(() -> read("<"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no report");
  }
}
