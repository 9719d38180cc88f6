package io.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A fresh node and a person in front of it. */
abstract class NodeTestCase {
  static final String POD_A = "aa" + "0".repeat(62);
  static final String POD_B = "ab" + "0".repeat(62);
  static final String CONTAINER = "c1" + "0".repeat(62);

  FakeNode node;
  Terminal terminal;

  @BeforeEach
  void startNode() throws IOException {
    node = new FakeNode();
    terminal = new Terminal(node);
  }

  @AfterEach
  void stopNode() {
    node.close();
  }

  /** Runs a command that must succeed without a word of complaint; returns what it printed. */
  String output(String... arguments) {
    var result = terminal.run(arguments);
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    return result.out();
  }

  /** Runs a command that must fail with this code and print nothing; returns its complaint. */
  String complaint(int code, String... arguments) {
    var result = terminal.run(arguments);
    assertThat(result.out()).isEmpty();
    assertThat(result.code()).isEqualTo(code);
    return result.err();
  }
}
