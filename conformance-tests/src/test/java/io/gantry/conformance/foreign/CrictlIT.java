package io.gantry.conformance.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.conformance.harness.RuntimeUnderTest;
import io.gantry.conformance.node.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The client that people debug their nodes with, built from its own source, unchanged. */
class CrictlIT {

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private static @Nullable Path crictl;

  @BeforeEach
  void build() throws Exception {
    if (crictl != null) {
      return;
    }
    Path module = Path.of("crictl").toAbsolutePath();
    Path target = Files.createDirectories(Path.of("target").toAbsolutePath());
    Assumptions.assumeTrue(goIsThere(module), "no Go toolchain that can build crictl");
    Path program = target.resolve("crictl");
    Command.Result result =
        Command.run(
            List.of(
                "go",
                "build",
                "-C",
                module.toString(),
                "-o",
                program.toString(),
                "sigs.k8s.io/cri-tools/cmd/crictl"),
            Map.of("GOTOOLCHAIN", "local", "CGO_ENABLED", "0"));
    assertThat(result.exitCode()).as(result.errors()).isZero();
    crictl = program;
  }

  /** {@code go list} fails when the toolchain is older than the module asks for. */
  private static boolean goIsThere(Path module) throws InterruptedException {
    try {
      return Command.run(
                  List.of("go", "list", "-C", module.toString(), "-m"),
                  Map.of("GOTOOLCHAIN", "local"))
              .exitCode()
          == 0;
    } catch (IOException absent) {
      return false;
    }
  }

  private static String crictl(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Objects.requireNonNull(crictl).toString());
    command.add("--config=/dev/null");
    command.add("--timeout=30s");
    command.add("--runtime-endpoint=unix://" + runtime.node().socket());
    command.addAll(List.of(words));
    return Command.output(command);
  }

  private static String file(String name, String content) throws IOException {
    Path file = runtime.directory().resolve(name);
    Files.writeString(file, content);
    return file.toString();
  }

  private static String podFile() throws IOException {
    Path logs = Files.createDirectories(runtime.directory().resolve("crictl-logs"));
    return file(
        "pod.json",
        """
        {"metadata": {"name": "foreign", "namespace": "conformance", "uid": "c0ffee"},
         "log_directory": "%s", "labels": {"by": "crictl"}, "linux": {}}
        """
            .formatted(logs));
  }

  private static String containerFile() throws IOException {
    return file(
        "container.json",
        """
        {"metadata": {"name": "speaker"}, "image": {"image": "%s"}, "log_path": "speaker.log",
         "command": ["/bin/sh", "-c", "echo first words; echo to err >&2; exec sleep 600"],
         "linux": {}}
        """
            .formatted(runtime.image()));
  }

  @Test
  void aPodAndAContainerLiveAndDieByItsVerbs() throws Exception {
    String podFile = podFile();
    String pod = crictl("runp", podFile);
    assertThat(crictl("pods", "--quiet", "--label", "by=crictl")).isEqualTo(pod);
    String container = crictl("create", pod, containerFile(), podFile);
    assertThat(crictl("ps", "--all")).contains("Created").contains("speaker");
    assertThat(crictl("start", container)).isEqualTo(container);
    assertThat(crictl("ps", "--quiet")).isEqualTo(container);
    assertThat(crictl("exec", "-s", container, "echo", "from inside")).isEqualTo("from inside");
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(crictl("logs", container)).contains("first words"));
    assertThat(
            crictl(
                "inspect", "--output", "go-template", "--template", "{{.status.state}}", container))
        .isEqualTo("CONTAINER_RUNNING");
    assertThat(crictl("inspectp", pod)).contains("SANDBOX_READY");
    crictl("stop", "--timeout", "0", container);
    crictl("rm", container);
    crictl("stopp", pod);
    crictl("rmp", pod);
    assertThat(crictl("pods", "--quiet")).isEmpty();
  }

  @Test
  void theNodeAndItsImagesAreShown() throws Exception {
    assertThat(crictl("version")).contains("RuntimeApiVersion:  v1");
    assertThat(crictl("info")).contains("RuntimeReady").contains("NetworkReady");
    assertThat(crictl("images")).contains("busybox");
    assertThat(crictl("inspecti", runtime.image())).contains("sha256:");
    assertThat(crictl("imagefsinfo")).contains("mountpoint");
  }
}
