package io.gantry.conformance.cri;

import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.ContainerStatus;
import io.gantry.api.cri.v1.ContainerStatusRequest;
import io.gantry.api.cri.v1.ExecSyncRequest;
import io.gantry.api.cri.v1.ExecSyncResponse;
import io.gantry.api.cri.v1.RemoveContainerRequest;
import io.gantry.api.cri.v1.ReopenContainerLogRequest;
import io.gantry.api.cri.v1.StartContainerRequest;
import io.gantry.api.cri.v1.StopContainerRequest;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A container that is there.
 *
 * @param logFile where its log would be; meaningless when the configuration named none
 */
public record TestContainer(CriClient client, String id, Path logFile) {

  private static final Duration LONGEST_RUN = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(5);

  /** How much longer than the timeout of a command its answer may take; kubelet has two minutes. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  public void start() {
    var _ =
        client
            .runtime()
            .startContainer(StartContainerRequest.newBuilder().setContainerId(id).build());
  }

  public ContainerStatus status() {
    ContainerStatusRequest request = ContainerStatusRequest.newBuilder().setContainerId(id).build();
    return client.runtime().containerStatus(request).getStatus();
  }

  public ContainerState state() {
    return status().getState();
  }

  /** Its status once it has ended by itself. */
  public ContainerStatus ended() throws InterruptedException {
    long end = System.nanoTime() + LONGEST_RUN.toNanos();
    ContainerStatus status = status();
    while (status.getState() != ContainerState.CONTAINER_EXITED) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            "container " + id + " did not end within " + LONGEST_RUN + ": " + status);
      }
      Thread.sleep(PAUSE);
      status = status();
    }
    return status;
  }

  public void stop(Duration grace) {
    StopContainerRequest request =
        StopContainerRequest.newBuilder().setContainerId(id).setTimeout(grace.toSeconds()).build();
    var _ = client.runtime().stopContainer(request);
  }

  public void remove() {
    var _ =
        client
            .runtime()
            .removeContainer(RemoveContainerRequest.newBuilder().setContainerId(id).build());
  }

  /** What kubelet asks for when it has moved the log away. */
  public void reopenLog() {
    var _ =
        client
            .runtime()
            .reopenContainerLog(ReopenContainerLogRequest.newBuilder().setContainerId(id).build());
  }

  /** Runs a command in it without a limit of time. */
  public ExecSyncResponse exec(String... command) {
    return exec(Duration.ZERO, command);
  }

  public ExecSyncResponse exec(Duration timeout, String... command) {
    ExecSyncRequest request =
        ExecSyncRequest.newBuilder()
            .setContainerId(id)
            .addAllCmd(List.of(command))
            .setTimeout(timeout.toSeconds())
            .build();
    return timeout.isZero()
        ? client.runtime().execSync(request)
        : client
            .runtime()
            .withDeadlineAfter(timeout.plus(PATIENCE).toSeconds(), TimeUnit.SECONDS)
            .execSync(request);
  }

  /**
   * Makes a file that its script waits for. The script may end the container before the command
   * that made the file is through, so its code says nothing; {@link #ended} does.
   */
  public void tell(String file) {
    try {
      var _ = exec("/bin/touch", file);
    } catch (StatusRuntimeException killedWithTheContainer) {
      if (state() == ContainerState.CONTAINER_RUNNING) {
        throw killedWithTheContainer;
      }
    }
  }

  /** What a shell script that must succeed prints, without the final newline. */
  public String sh(String script) {
    ExecSyncResponse response = exec("/bin/sh", "-c", script);
    if (response.getExitCode() != 0) {
      throw new IllegalStateException(
          "%s: exit %d, %s%s"
              .formatted(
                  script,
                  response.getExitCode(),
                  response.getStdout().toStringUtf8(),
                  response.getStderr().toStringUtf8()));
    }
    return response.getStdout().toStringUtf8().stripTrailing();
  }
}
