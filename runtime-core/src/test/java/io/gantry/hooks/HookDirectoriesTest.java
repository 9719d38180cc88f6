package io.gantry.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.container.ContainerFixtures;
import io.gantry.container.ContainerSpec;
import io.gantry.container.Hook;
import io.gantry.container.MountSpec;
import io.gantry.container.MountSpec.Propagation;
import io.gantry.error.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HookDirectoriesTest {

  @TempDir private Path usual;
  @TempDir private Path own;

  private static void write(Path file, String path, String when, String stages) throws IOException {
    Files.writeString(
        file,
        """
        {"version": "1.0.0", "hook": {"path": "%s", "args": ["h", "x"], "env": ["A=b"], "timeout": 3},
         "when": {%s}, "stages": [%s]}
        """
            .formatted(path, when, stages));
  }

  private HookDirectories hooks() {
    return new HookDirectories(List.of(usual, own, own.resolve("missing")));
  }

  private static ContainerSpec request() {
    ContainerSpec spec = ContainerFixtures.spec("c");
    MountSpec mount = new MountSpec("/a", "/b", false, false, Propagation.PRIVATE, false);
    return spec.edited(
        spec.environment(), List.of(mount), spec.devices(), spec.hooks(), spec.security());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"always\": true | true",
        "\"always\": false | false",
        "\"hasBindMounts\": true | true",
        "\"hasBindMounts\": false | false",
        "\"commands\": [\"^/bin/ba\", \"sh$\"] | true",
        "\"commands\": [\"^sh$\"] | false",
        "\"annotations\": {\"^some\": \"v.l\"} | true",
        "\"annotations\": {\"^some\": \"^l\"} | false",
        "\"always\": true, \"commands\": [\"python\"] | false",
        "\"always\": true, \"annotations\": {\"other\": \"\"} | false",
      })
  void everyConditionMustHold(String when, boolean matches) throws IOException {
    write(usual.resolve("a.json"), "/bin/sh", when, "\"prestart\"");
    ContainerSpec spec = request();
    spec =
        new ContainerSpec(
            spec.metadata(),
            spec.image(),
            spec.command(),
            spec.arguments(),
            spec.workingDirectory(),
            spec.environment(),
            spec.mounts(),
            spec.devices(),
            spec.cdiDevices(),
            spec.labels(),
            new TreeMap<>(Map.of("some.key", "value")),
            spec.logPath(),
            spec.stdin(),
            spec.stdinOnce(),
            spec.tty(),
            spec.stopSignal(),
            spec.resources(),
            spec.security(),
            spec.imageNote(),
            spec.hooks());
    assertThat(hooks().edited(spec, "/usr/bin/sh").hooks()).hasSize(matches ? 1 : 0);
  }

  @Test
  void hooksRunInTheOrderOfNamesAndLaterDirectoriesWin() throws IOException {
    write(usual.resolve("20-b.json"), "/bin/sh", "\"always\": true", "\"prestart\"");
    write(usual.resolve("10-a.json"), "/bin/cat", "\"always\": true", "\"createContainer\"");
    write(
        own.resolve("20-b.json"),
        "/bin/ls",
        "\"always\": true",
        "\"startContainer\", \"createRuntime\"");
    List<String> args = List.of("h", "x");
    assertThat(hooks().edited(request(), "sh").hooks())
        .containsExactly(
            new Hook(Hook.Stage.CREATE_CONTAINER, "/bin/cat", args, List.of("A=b"), 3),
            new Hook(Hook.Stage.START_CONTAINER, "/bin/ls", args, List.of("A=b"), 3),
            new Hook(Hook.Stage.CREATE_RUNTIME, "/bin/ls", args, List.of("A=b"), 3));
  }

  @Test
  void withoutFilesARequestStaysAsItIs() throws IOException {
    ContainerSpec request = request();
    assertThat(hooks().edited(request, "sh")).isSameAs(request);
    assertThat(new HookDirectories(List.of()).isEmpty()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/bin/sh | \"always\": true | \"poststop\" | stage \"poststop\" is none",
        "/bin/sh | \"always\": true |  | has no stages",
        "/bin/sh |  | \"prestart\" | when has no condition",
        "sh | \"always\": true | \"prestart\" | hook.path is not an absolute path",
        "/dev/null | \"always\": true | \"prestart\" | /dev/null is no program",
        "/bin/sh | \"commands\": [\"(\"] | \"prestart\" | when has \"(\": Unclosed group",
        "/bin/sh | \"sometimes\": true | \"prestart\" | does not fit: Unrecognized field \"sometimes\"",
      })
  void aFileThatIsWrongIsNamedAndKeepsContainersFromStarting(
      String path, String when, String stages, String problem) throws IOException {
    Path file = usual.resolve("a.json");
    write(file, path, when == null ? "" : when, stages == null ? "" : stages);
    assertThatThrownBy(() -> hooks().edited(request(), "sh"))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("hook file " + file + " cannot be used: ")
        .hasMessageContaining(problem);
  }
}
