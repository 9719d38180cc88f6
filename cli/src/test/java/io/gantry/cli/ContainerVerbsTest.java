package io.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.CreateContainerRequest;
import io.gantry.api.cri.v1.ExecSyncRequest;
import io.gantry.api.cri.v1.ExecSyncResponse;
import io.gantry.api.cri.v1.RemoveContainerRequest;
import io.gantry.api.cri.v1.StopContainerRequest;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerVerbsTest extends NodeTestCase {
  private static final String ENDED = "c2" + "0".repeat(62);

  @BeforeEach
  void containers() {
    node.pod(POD_A, "web", Duration.ofMinutes(6));
    node.container(CONTAINER, POD_A, "server", ContainerState.CONTAINER_RUNNING);
    node.container(ENDED, POD_B, "job", ContainerState.CONTAINER_EXITED);
  }

  @Test
  void runningContainersAreListed() {
    assertThat(output("ps"))
        .isEqualTo(
            """
            CONTAINER       IMAGE                              CREATED         STATE     NAME     \
            ATTEMPT   POD ID          POD   NAMESPACE
            c100000000000   docker.io/library/busybox:latest   5 minutes ago   Running   server   \
            0         aa00000000000   web   default
            """);
  }

  @Test
  void containersAreChosenByStatePodAndImage() {
    assertThat(output("ps", "-aq")).isEqualTo(CONTAINER + "\n" + ENDED + "\n");
    assertThat(output("ps", "-q", "--state", "exited")).isEqualTo(ENDED + "\n");
    assertThat(output("ps", "-aq", "--pod", "web")).isEqualTo(CONTAINER + "\n");
    assertThat(output("ps", "-aq", "--name", "jo.")).isEqualTo(ENDED + "\n");
    assertThat(output("ps", "-aq", "--image", "other:1")).isEmpty();
    assertThat(output("ps", "-q", "-n", "2")).isEqualTo(CONTAINER + "\n" + ENDED + "\n");
  }

  @Test
  void imageOfContainersMayBeNamedByAnyOfItsNames() {
    node.image("sha256:" + "1".repeat(64), "docker.io/library/busybox:other-name");
    assertThat(output("ps", "-q", "--image", "docker.io/library/busybox:other-name"))
        .isEqualTo(CONTAINER + "\n");
  }

  @Test
  void containersAreListedForPrograms() {
    assertThat(output("ps", "-o", "json"))
        .startsWith("{\n  \"containers\": [\n    {\n      \"id\": \"" + CONTAINER + "\",\n")
        .contains("\"podSandboxId\": \"" + POD_A + "\"", "\"state\": \"CONTAINER_RUNNING\"");
    assertThat(output("ps", "-o", "yaml")).startsWith("containers:\n- id: " + CONTAINER + "\n");
  }

  @Test
  void unknownStateIsWrongUsage() {
    assertThat(complaint(2, "ps", "--state", "dead"))
        .isEqualTo(
            "gantry: no state of containers: \"dead\": want created, running, exited or unknown\n");
    assertThat(complaint(2, "ps", "--name", "("))
        .isEqualTo("gantry: --name \"(\" is no regular expression: Unclosed group\n");
  }

  @Test
  void containerIsCreatedFromFiles(@TempDir Path directory) throws IOException {
    var container =
        Files.writeString(
            directory.resolve("container.json"),
            """
            {"metadata": {"name": "new"}, "image": {"image": "busybox"}, "log_path": "0.log",
             "envs": [{"key": "GREETING", "value": "good day"}]}
            """);
    var pod =
        Files.writeString(
            directory.resolve("pod.json"),
            """
            {"metadata": {"name": "web", "namespace": "default", "uid": "u1"}}
            """);

    assertThat(output("create", "web", container.toString(), pod.toString()))
        .isEqualTo("e".repeat(64) + "\n");

    var request = (CreateContainerRequest) node.requests.getFirst();
    assertThat(request.getPodSandboxId()).isEqualTo(POD_A);
    assertThat(request.getSandboxConfig().getMetadata().getUid()).isEqualTo("u1");
    assertThat(request.getConfig().getEnvs(0).getValue().toStringUtf8()).isEqualTo("good day");
  }

  @Test
  void stopWaitsTenSecondsUnlessToldOtherwise() {
    assertThat(output("stop", "server")).isEqualTo(CONTAINER + "\n");
    assertThat(output("stop", "-t", "0", "c1")).isEqualTo(CONTAINER + "\n");
    assertThat(node.requests).containsExactly(stop(10), stop(0));
    assertThat(complaint(2, "stop", "-t", "-1", "server"))
        .isEqualTo("gantry: --timeout -1: want zero or more seconds\n");
  }

  private static StopContainerRequest stop(long timeout) {
    return StopContainerRequest.newBuilder().setContainerId(CONTAINER).setTimeout(timeout).build();
  }

  @Test
  void runningContainerIsRemovedOnlyByForce() {
    assertThat(complaint(1, "rm", "server"))
        .isEqualTo(
            "gantry: container \"server\" is running: stop it first, or use 'gantry rm -f'\n");
    assertThat(output("rm", "job")).isEqualTo(ENDED + "\n");
    assertThat(output("rm", "-f", "server")).isEqualTo(CONTAINER + "\n");
    assertThat(node.requests)
        .containsExactly(
            RemoveContainerRequest.newBuilder().setContainerId(ENDED).build(),
            stop(0),
            RemoveContainerRequest.newBuilder().setContainerId(CONTAINER).build());
  }

  @Test
  void execPassesOptionsOfTheCommandOnAndExitsAsItDid() {
    node.command =
        request ->
            ExecSyncResponse.newBuilder()
                .setStdout(ByteString.copyFromUtf8("out\n"))
                .setStderr(ByteString.copyFromUtf8("err\n"))
                .setExitCode(7)
                .build();

    var result = terminal.run("exec", "-s", "--timeout", "3", "server", "ls", "-l", "--", "-h");

    assertThat(result).isEqualTo(new Terminal.Result(7, "out\n", "err\n"));
    assertThat(node.requests)
        .containsExactly(
            ExecSyncRequest.newBuilder()
                .setContainerId(CONTAINER)
                .addCmd("ls")
                .addCmd("-l")
                .addCmd("--")
                .addCmd("-h")
                .setTimeout(3)
                .build());
  }

  @Test
  void execTalksOrWaitsButNotBoth() {
    assertThat(complaint(2, "exec", "-it", "-s", "server", "sh"))
        .isEqualTo(
            "gantry: -s and --timeout wait for the end of the command, -i and -t talk to it:"
                + " give one or the other\n");
  }

  @Test
  void failureOfTheRuntimeIsOneLine() {
    node.failures.put(
        "ExecSync", Status.INVALID_ARGUMENT.withDescription("cmd is empty\nwant a program"));
    assertThat(complaint(1, "exec", "server", "true"))
        .isEqualTo("gantry: cmd is empty; want a program\n");
    node.failures.put("ExecSync", Status.INTERNAL.withDescription("boom (id 17)"));
    assertThat(complaint(1, "exec", "server", "true"))
        .isEqualTo(
            "gantry: the runtime at unix:///run/gantry/gantry.sock failed: boom (id 17); its log"
                + " says more\n");
    node.failures.put("ExecSync", Status.UNIMPLEMENTED.withDescription("ExecSync"));
    assertThat(complaint(1, "exec", "server", "true"))
        .isEqualTo(
            "gantry: the runtime at unix:///run/gantry/gantry.sock does not offer this: ExecSync\n");
  }

  @Test
  void containerIsInspectedInFull() {
    node.change(
        CONTAINER,
        status ->
            status.toBuilder()
                .setStartedAt(FakeNode.ago(Duration.ofMinutes(4)))
                .setLogPath("/var/log/0.log")
                .build());
    assertThat(output("inspect", "server"))
        .contains("\"startedAt\": \"2026-01-02T15:00:05Z\"", "\"logPath\": \"/var/log/0.log\"")
        .contains("\"info\": {\n    \"pid\": 42\n  }");
    assertThat(output("inspect", "-o", "table", "server"))
        .contains("State: Running\n", "Started: 2026-01-02T15:00:05Z\n", "Log: /var/log/0.log\n")
        .doesNotContain("Finished", "Exit Code");
    assertThat(output("inspect", "-o", "yaml", "-q", "server")).startsWith("status:\n  id: c1");
    assertThat(output("inspect", "server", "job")).startsWith("[\n  {\n    \"status\"");
  }

  @Test
  void unknownContainerIsToldWithTheWayOut() {
    for (var verb : new String[] {"start", "stop", "rm", "inspect", "logs"}) {
      assertThat(complaint(1, verb, "abc"))
          .isEqualTo("gantry: no such container \"abc\": see 'gantry ps -a'\n");
    }
  }

  @Test
  void logGoesToTheStreamsItCameFrom(@TempDir Path directory) throws IOException {
    var log =
        FakeNode.log(
            directory,
            "2026-01-02T15:00:00.1Z stdout F one",
            "2026-01-02T15:03:00.2Z stderr F two",
            "2026-01-02T15:04:00.3Z stdout P thr",
            "2026-01-02T15:04:00.4Z stdout F ee");
    node.change(CONTAINER, status -> status.toBuilder().setLogPath(log.toString()).build());

    assertThat(terminal.run("logs", "server"))
        .isEqualTo(new Terminal.Result(0, "one\nthree\n", "two\n"));
    assertThat(terminal.run("logs", "--tail", "1", "server").out()).isEqualTo("three\n");
    assertThat(terminal.run("logs", "--since", "2m", "server").out()).isEqualTo("three\n");
    assertThat(terminal.run("logs", "--since", "2026-01-02T15:03:30Z", "server").err()).isEmpty();
    assertThat(terminal.run("logs", "-t", "--tail", "1", "server").out())
        .isEqualTo("2026-01-02T15:04:00.3Z three\n");
    assertThat(terminal.run("logs", "--limit-bytes", "2", "server").out()).isEqualTo("on");
  }

  @Test
  void logThatIsNotHereIsToldSo() {
    assertThat(complaint(1, "logs", "server"))
        .isEqualTo(
            "gantry: container \"server\" has no log: its pod was made without a log directory\n");
    node.change(CONTAINER, status -> status.toBuilder().setLogPath("/nowhere/0.log").build());
    assertThat(complaint(1, "logs", "server"))
        .isEqualTo(
            "gantry: no log at /nowhere/0.log: logs can be read only on the node of the"
                + " container\n");
  }
}
