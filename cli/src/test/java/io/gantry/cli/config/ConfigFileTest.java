package io.gantry.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.api.cri.v1.NamespaceMode;
import io.gantry.cli.session.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {
  @TempDir private Path directory;

  private ConfigFile file(String text) throws IOException {
    return new ConfigFile(Files.writeString(directory.resolve("f.yaml"), text));
  }

  @Test
  void jsonAndYamlMeanTheSame() throws IOException {
    var json =
        file("""
        {"metadata": {"name": "a", "namespace": "b", "uid": "c", "attempt": 1},
         "logDirectory": "/l", "labels": {"x": "y"},
         "linux": {"security_context": {"namespace_options": {"network": 2}}}}
        """)
            .pod();
    var yaml =
        file("""
        metadata: {name: a, namespace: b, uid: c, attempt: 1}
        log_directory: /l
        labels: {x: y}
        linux:
          security_context:
            namespace_options:
              network: NODE
        """)
            .pod();
    assertThat(json).isEqualTo(yaml);
    assertThat(yaml.getLinux().getSecurityContext().getNamespaceOptions().getNetwork())
        .isEqualTo(NamespaceMode.NODE);
  }

  @Test
  void variablesAreTextWhateverTheyLookLike() throws IOException {
    var container =
        file("""
        metadata: {name: a}
        image: {image: b}
        envs:
        - {key: PORT, value: 80}
        - {key: PLAIN, value: "YWJj"}
        - {key: EMPTY}
        """)
            .container();
    assertThat(container.getEnvsList().stream().map(env -> env.getValue().toStringUtf8()))
        .containsExactly("80", "YWJj", "");
  }

  @Test
  void missingNamesAreToldByTheirField() {
    refused("{}", "metadata is not set");
    refused("metadata: {uid: x}", "metadata.name is not set");
    refused("metadata: {name: x}", "metadata.namespace is not set");
    refused("", "want an object with fields");
    refused("- 1", "want an object with fields");
  }

  @Test
  void mistakesAreToldWithTheirPlace() {
    refused("metadata: {name: a}\nlog_dir: /x\n", "log_dir");
    refused("metadata:\n  name: a\n bad", "f.yaml:3:");
    refused("metadata: {name: a}\nmetadata: {name: b}\n", "duplicate key");
    assertThatThrownBy(() -> ConfigFile.of("/nowhere.yaml").container())
        .isInstanceOf(CliException.class)
        .hasMessage("no such file: /nowhere.yaml");
  }

  private void refused(String text, String reason) {
    assertThatThrownBy(() -> file(text).pod())
        .isInstanceOf(CliException.class)
        .hasMessageContaining(directory.resolve("f.yaml").toString())
        .hasMessageContaining(reason);
  }
}
