package io.gantry.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.error.InvalidException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineTest {

  @ParameterizedTest(name = "command {0} args {1} against {2} {3}")
  @CsvSource({
    "'', '', 'ep', 'c d', 'ep c d'",
    "'', 'a b', 'ep', 'c d', 'ep a b'",
    "'cmd', '', 'ep', 'c d', 'cmd'",
    "'cmd', 'a', 'ep', 'c d', 'cmd a'",
    "'', '', '', 'c d', 'c d'",
    "'', 'a', '', 'c d', 'a'",
    "'', '', 'ep', '', 'ep'",
  })
  void commandAndArgumentsReplaceTheImagesAsKubernetesHasIt(
      String command, String args, String entrypoint, String cmd, String expected) {
    assertThat(
            CommandLine.of(
                words(command), words(args), words(entrypoint), words(cmd), "example.com/web:1"))
        .isEqualTo(words(expected));
  }

  private static List<String> words(String text) {
    return text.isEmpty() ? List.of() : Arrays.asList(text.split(" "));
  }

  @Test
  void nothingToExecuteNamesTheImage() {
    assertThatThrownBy(
            () -> CommandLine.of(List.of(), List.of(), List.of(), List.of(), "example.com/web:1"))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("example.com/web:1");
    assertThatThrownBy(
            () -> CommandLine.of(List.of(""), List.of(), List.of("x"), List.of(), "image"))
        .isInstanceOf(InvalidException.class);
  }

  @Test
  void zeroBytesAreRefused() {
    assertThatThrownBy(
            () -> CommandLine.of(List.of("a\0b"), List.of(), List.of(), List.of(), "image"))
        .isInstanceOf(InvalidException.class);
  }

  @Test
  void theWorkingDirectoryIsAbsolute() {
    assertThat(CommandLine.workingDirectory("", "")).isEqualTo("/");
    assertThat(CommandLine.workingDirectory("/a", "/b")).isEqualTo("/a");
    assertThat(CommandLine.workingDirectory("", "app")).isEqualTo("/app");
    assertThatThrownBy(() -> CommandLine.workingDirectory("app", "/b"))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("working_dir app");
  }
}
