package io.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.ContainerStatus;
import io.gantry.api.cri.v1.CreateContainerRequest;
import io.gantry.api.cri.v1.RemovePodSandboxRequest;
import io.gantry.api.cri.v1.RunPodSandboxRequest;
import io.gantry.api.cri.v1.SecurityProfile.ProfileType;
import io.gantry.api.cri.v1.StopPodSandboxRequest;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunTest extends NodeTestCase {
  private static final String IMAGE = "docker.io/library/busybox:latest";

  @TempDir private Path directory;

  @BeforeEach
  void image() {
    node.image("sha256:" + "1".repeat(64), IMAGE);
  }

  /** A program that prints these log lines and ends. */
  private void ends(int code, String reason, String... lines) throws IOException {
    var log = FakeNode.log(directory, lines);
    node.program =
        status ->
            ContainerStatus.newBuilder(status)
                .setState(ContainerState.CONTAINER_EXITED)
                .setExitCode(code)
                .setReason(reason)
                .setLogPath(log.toString())
                .build();
  }

  @Test
  void foregroundShowsTheOutputAndExitsWithTheCode() throws IOException {
    ends(
        3,
        "Error",
        "2026-01-02T15:04:05.1Z stdout F hello",
        "2026-01-02T15:04:05.2Z stderr F oh no");

    var result = terminal.run("run", "--name", "greeter", IMAGE, "echo", "-n", "hello");

    assertThat(result).isEqualTo(new Terminal.Result(3, "hello\n", "oh no\n"));
    var pod = ((RunPodSandboxRequest) node.requests.get(0)).getConfig();
    assertThat(pod.getMetadata().getName()).isEqualTo("greeter");
    assertThat(pod.getHostname()).isEqualTo("greeter");
    assertThat(pod.getLogDirectory())
        .isEqualTo("/var/log/gantry/default_greeter_" + pod.getMetadata().getUid());
    var container = ((CreateContainerRequest) node.requests.get(1)).getConfig();
    assertThat(container.getArgsList()).containsExactly("echo", "-n", "hello");
    assertThat(container.getCommandList()).isEmpty();
    assertThat(container.getLogPath()).isEqualTo("greeter.log");
    assertThat(node.pods).hasSize(1);
  }

  @Test
  void removedAfterwardsWhenAsked() throws IOException {
    ends(0, "Completed");
    assertThat(output("run", "--rm", IMAGE)).isEmpty();
    assertThat(node.pods).isEmpty();
  }

  @Test
  void daemonThatIsAwayForAMomentIsWaitedFor() throws IOException {
    ends(5, "Error", "2026-01-02T15:04:05.1Z stdout F hello");
    node.away = 3;
    assertThat(terminal.run("run", IMAGE)).isEqualTo(new Terminal.Result(5, "hello\n", ""));
    assertThat(node.away).isZero();
  }

  @Test
  void unusualEndIsTold() throws IOException {
    ends(137, "OOMKilled");
    assertThat(terminal.run("run", IMAGE).err())
        .isEqualTo("gantry: the container ended by OOMKilled\n");
  }

  @Test
  void detachedPrintsTheIdAndReturns() {
    assertThat(output("run", "-d", IMAGE)).isEqualTo("e".repeat(64) + "\n");
    assertThat(complaint(2, "run", "-d", "--rm", IMAGE)).contains("leave out --detach");
  }

  @Test
  void missingImageIsPulledAndSaidSo() {
    node.registry.add("registry.test/app:1");
    var result = terminal.run("run", "-d", "registry.test/app:1");
    assertThat(result.code()).isZero();
    assertThat(result.err()).isEqualTo("pulling registry.test/app:1 …\n");
  }

  @Test
  void failedStartLeavesNothing() {
    node.failures.put(
        "StartContainer", Status.FAILED_PRECONDITION.withDescription("no such command: /bin/nope"));
    assertThat(complaint(1, "run", IMAGE, "/bin/nope"))
        .isEqualTo("gantry: no such command: /bin/nope\n");
    var id = "d".repeat(64);
    assertThat(node.requests)
        .endsWith(
            StopPodSandboxRequest.newBuilder().setPodSandboxId(id).build(),
            RemovePodSandboxRequest.newBuilder().setPodSandboxId(id).build());
  }

  @Test
  void optionsReachTheContainer() {
    output(
        "run",
        "-d",
        "-e",
        "A=1=2",
        "-v",
        "/srv:/data:ro",
        "-w",
        "/data",
        "-u",
        "1000:1001",
        "--network",
        "host",
        IMAGE);
    var pod = ((RunPodSandboxRequest) node.requests.get(0)).getConfig();
    assertThat(pod.getHostname()).isEmpty();
    assertThat(pod.getLinux().getSecurityContext().getNamespaceOptions().toString())
        .contains("network: NODE", "pid: CONTAINER");
    var container = ((CreateContainerRequest) node.requests.get(1)).getConfig();
    assertThat(container.getEnvs(0).getValue().toStringUtf8()).isEqualTo("1=2");
    assertThat(container.getMounts(0).getContainerPath()).isEqualTo("/data");
    assertThat(container.getMounts(0).getReadonly()).isTrue();
    assertThat(container.getWorkingDir()).isEqualTo("/data");
    var security = container.getLinux().getSecurityContext();
    assertThat(security.getRunAsUser().getValue()).isEqualTo(1000);
    assertThat(security.getRunAsGroup().getValue()).isEqualTo(1001);
    assertThat(security.getSeccomp().getProfileType()).isEqualTo(ProfileType.RuntimeDefault);
  }

  @Test
  void badOptionsAreWrongUsage() {
    assertThat(complaint(2, "run", "-e", "A", IMAGE)).contains("--env A: want KEY=VALUE");
    assertThat(complaint(2, "run", "-v", "/srv", IMAGE)).contains("want HOST:CONTAINER");
    assertThat(complaint(2, "run", "-v", "/srv:/x:rw,z", IMAGE)).contains("want HOST:CONTAINER");
    assertThat(complaint(2, "run", "--network", "moon", IMAGE)).contains("want pod or host");
    assertThat(complaint(2, "run", "-u", "1:staff", IMAGE))
        .contains("no number of a user or group");
    assertThat(node.requests).isEmpty();
  }

  @Test
  void filesAreRunAsCrictlDoes() throws IOException {
    var container =
        Files.writeString(
            directory.resolve("c.yaml"), "metadata: {name: c}\nimage: {image: '" + IMAGE + "'}\n");
    var pod =
        Files.writeString(
            directory.resolve("p.yml"), "metadata: {name: p, namespace: default, uid: u}\n");
    assertThat(output("run", container.toString(), pod.toString()))
        .isEqualTo("e".repeat(64) + "\n");
    assertThat(node.requests).hasSize(3);
  }
}
