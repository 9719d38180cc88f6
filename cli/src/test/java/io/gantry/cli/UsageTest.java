package io.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class UsageTest extends NodeTestCase {
  static Iterable<String> verbs() {
    return Verbs.NAMES;
  }

  @ParameterizedTest
  @MethodSource("verbs")
  void everyVerbExplainsItselfByAnExample(String verb) {
    assertThat(output(verb, "--help"))
        .startsWith("Usage: gantry " + verb)
        .contains("--host", "\nExample:\n  gantry " + verb);
  }

  @Test
  void helpListsEveryVerb() {
    var help = output("--help");
    assertThat(Verbs.NAMES)
        .hasSize(35)
        .allSatisfy(verb -> assertThat(help).contains("\n  " + verb));
  }

  @Test
  void socketMayBeNamedBeforeAndAfterTheVerb() {
    assertThat(output("-H", "unix:///x.sock", "version")).contains("fake");
    assertThat(output("version", "--socket", "/x.sock")).contains("fake");
    assertThat(complaint(2, "version", "-H", "tcp://1.2.3.4"))
        .isEqualTo(
            "gantry: cannot connect to \"tcp://1.2.3.4\": want a unix socket, as in"
                + " unix:///run/gantry/gantry.sock\n");
  }

  @Test
  void wrongUsageIsOneLineAndTwo() {
    assertThat(complaint(2)).isEqualTo("gantry: want a command: see 'gantry --help'\n");
    assertThat(complaint(2, "pss"))
        .isEqualTo("gantry: no such command \"pss\" (perhaps ps): see 'gantry --help'\n");
    assertThat(complaint(2, "ps", "--colour"))
        .isEqualTo("gantry: unknown option: '--colour': see 'gantry ps --help'\n");
    assertThat(complaint(2, "stop"))
        .isEqualTo("gantry: missing required parameter: 'CONTAINER': see 'gantry stop --help'\n");
    assertThat(complaint(2, "ps", "-o", "xml")).contains("expected one of [TABLE, JSON, YAML]");
    assertThat(complaint(2, "--timeout", "soon", "version"))
        .isEqualTo("gantry: no length of time: \"soon\": want 30, 30s, 5m or 1h30m\n");
  }

  @Test
  void versionOfTheRuntimeIsPrintedAsCrictlDoes() {
    assertThat(output("version"))
        .isEqualTo(
            """
            Version:  0.1.0
            RuntimeName:  fake
            RuntimeVersion:  1.2.3
            RuntimeApiVersion:  v1
            """);
    assertThat(output("version", "-o", "yaml"))
        .isEqualTo(
            """
            version: 0.1.0
            runtimeName: fake
            runtimeVersion: 1.2.3
            runtimeApiVersion: v1
            """);
    assertThat(output("--version")).startsWith("gantry ");
  }

  @Test
  void infoTellsConditionsAndMore() {
    assertThat(output("info"))
        .contains("\"status\": {\n    \"conditions\": [", "\"type\": \"RuntimeReady\"")
        .contains("\"runtimeHandlers\": [\n    {", "\"supplementalGroupsPolicy\": true")
        .contains("\"root\": \"/var/lib/fake\"", "\"note\": \"plain words\"");
    assertThat(output("info", "-q")).doesNotContain("/var/lib/fake");
    assertThat(output("info", "-o", "table"))
        .isEqualTo(
            """
            CONDITION      STATUS   REASON     MESSAGE
            RuntimeReady   yes
            NetworkReady   no       NoConfig   no bridge
            """);
  }

  @Test
  void slowAnswerIsToldWithTheOptionThatHelps() {
    node.failures.put("Version", Status.DEADLINE_EXCEEDED.withDescription("10s passed"));
    assertThat(complaint(1, "version"))
        .isEqualTo(
            "gantry: no answer from unix:///run/gantry/gantry.sock in time: 10s passed; --timeout"
                + " allows more\n");
  }
}
