package io.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.RemovePodSandboxRequest;
import io.gantry.api.cri.v1.RunPodSandboxRequest;
import io.gantry.api.cri.v1.StopPodSandboxRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodVerbsTest extends NodeTestCase {
  @BeforeEach
  void pods() {
    var web = node.pod(POD_A, "web", Duration.ofMinutes(2));
    node.put(web.toBuilder().putLabels("app", "web").setRuntimeHandler("runc").build());
    node.pod(POD_B, "database", Duration.ofHours(3));
    node.stopPod(POD_B);
  }

  @Test
  void podsAreListedNewestFirst() {
    assertThat(output("pods"))
        .isEqualTo(
            """
            POD ID          CREATED         STATE      NAME       NAMESPACE   ATTEMPT   RUNTIME
            aa00000000000   2 minutes ago   Ready      web        default     0         runc
            ab00000000000   3 hours ago     NotReady   database   default     0         (default)
            """);
  }

  @Test
  void podsAreChosenByStateLabelNameAndAge() {
    assertThat(output("pods", "-q", "--state", "NotReady")).isEqualTo(POD_B + "\n");
    assertThat(output("pods", "-q", "--label", "app=web")).isEqualTo(POD_A + "\n");
    assertThat(output("pods", "-q", "--name", "^data")).isEqualTo(POD_B + "\n");
    assertThat(output("pods", "-q", "--namespace", "kube")).isEmpty();
    assertThat(output("pods", "-q", "--latest")).isEqualTo(POD_A + "\n");
    assertThat(output("pods", "-q", "--last", "1")).isEqualTo(POD_A + "\n");
    assertThat(output("pods", "-q", "--id", "ab")).isEqualTo(POD_B + "\n");
  }

  @Test
  void podsAreListedForPrograms() {
    assertThat(output("pods", "--latest", "-o", "json"))
        .isEqualTo(
            """
            {
              "items": [
                {
                  "id": "%s",
                  "metadata": {
                    "name": "web",
                    "uid": "uid-web",
                    "namespace": "default",
                    "attempt": 0
                  },
                  "state": "SANDBOX_READY",
                  "createdAt": "1767366125000000000",
                  "labels": {
                    "app": "web"
                  },
                  "annotations": {},
                  "runtimeHandler": "runc"
                }
              ]
            }
            """
                .formatted(POD_A));
    assertThat(output("pods", "--latest", "-o", "yaml"))
        .isEqualTo(
            """
            items:
            - id: %s
              metadata:
                name: web
                uid: uid-web
                namespace: default
                attempt: 0
              state: SANDBOX_READY
              createdAt: '1767366125000000000'
              labels:
                app: web
              annotations: {}
              runtimeHandler: runc
            """
                .formatted(POD_A));
  }

  @Test
  void verbosePodsAreBlocks() {
    assertThat(output("pods", "-v", "--latest"))
        .isEqualTo(
            """
            ID: %s
            Name: web
            UID: uid-web
            Namespace: default
            Attempt: 0
            Status: Ready
            Created: 2 minutes ago
            Labels:
            \tapp -> web
            Runtime: runc

            """
                .formatted(POD_A));
  }

  @Test
  void podIsMadeFromYaml(@TempDir Path directory) throws IOException {
    var file =
        Files.writeString(
            directory.resolve("pod.yaml"),
            """
            metadata: {name: web, namespace: default}
            log_directory: /var/log/pods/web
            linux:
              security_context:
                namespace_options: {network: 2, pid: CONTAINER}
            """);

    assertThat(output("runp", "-r", "runc", file.toString())).isEqualTo("d".repeat(64) + "\n");

    var request = (RunPodSandboxRequest) node.requests.getFirst();
    assertThat(request.getRuntimeHandler()).isEqualTo("runc");
    assertThat(request.getConfig().getMetadata().getUid()).isNotEmpty();
    assertThat(request.getConfig().getLinux().getSecurityContext().getNamespaceOptions().toString())
        .contains("network: NODE", "pid: CONTAINER");
  }

  @Test
  void podIsStoppedByPrefixAndByName() {
    assertThat(output("stopp", "aa", "database"))
        .isEqualTo("Stopped sandbox " + POD_A + "\nStopped sandbox " + POD_B + "\n");
    assertThat(node.requests)
        .containsExactly(
            StopPodSandboxRequest.newBuilder().setPodSandboxId(POD_A).build(),
            StopPodSandboxRequest.newBuilder().setPodSandboxId(POD_B).build());
  }

  @Test
  void readyPodIsRemovedOnlyByForce() {
    assertThat(complaint(1, "rmp", "web"))
        .isEqualTo(
            "gantry: pod \"web\" is ready: stop it first, or remove it with 'gantry rmp -f'\n");
    assertThat(node.requests).isEmpty();

    assertThat(output("rmp", "-f", "web")).isEqualTo("Removed sandbox " + POD_A + "\n");
    assertThat(node.requests)
        .containsExactly(
            StopPodSandboxRequest.newBuilder().setPodSandboxId(POD_A).build(),
            RemovePodSandboxRequest.newBuilder().setPodSandboxId(POD_A).build());
  }

  @Test
  void allPodsAreRemovedAtOnce() {
    output("rmp", "-f", "-a");
    assertThat(node.pods).isEmpty();
    assertThat(complaint(2, "rmp")).isEqualTo("gantry: rmp wants either pods or --all\n");
  }

  @Test
  void ambiguousPrefixNamesTheCandidates() {
    assertThat(complaint(1, "stopp", "a"))
        .isEqualTo(
            "gantry: pod \"a\" could be any of 2: aa00000000000 (web), ab00000000000 (database);"
                + " write more of the id\n");
  }

  @Test
  void oneUnknownPodDoesNotKeepTheOthersFromStopping() {
    var result = terminal.run("stopp", "nobody", "web");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).isEqualTo("Stopped sandbox " + POD_A + "\n");
    assertThat(result.err()).isEqualTo("gantry: no such pod \"nobody\": see 'gantry pods'\n");
  }

  @Test
  void podIsInspectedInFull() {
    assertThat(output("inspectp", "web"))
        .contains(
            "\"status\": {", "\"createdAt\": \"2026-01-02T15:02:05Z\"", "\"ip\": \"10.1.0.7\"")
        .contains("\"info\": {\n    \"pid\": 0\n  }");
    assertThat(output("inspectp", "-q", "web")).doesNotContain("\"info\"");
    assertThat(output("inspectp", "-o", "table", "web"))
        .contains("IP Address: 10.1.0.7\n", "Created: 2026-01-02T15:02:05Z\n");
  }
}
