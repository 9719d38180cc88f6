package io.gantry.rpc;

import com.google.protobuf.ByteString;
import io.gantry.api.cri.v1.ContainerResources;
import io.gantry.api.cri.v1.ContainerStatus;
import io.gantry.api.cri.v1.ContainerUser;
import io.gantry.api.cri.v1.ExecSyncResponse;
import io.gantry.api.cri.v1.LinuxContainerUser;
import io.gantry.container.Container;
import io.gantry.container.ContainerMetadata;
import io.gantry.container.ContainerSpec;
import io.gantry.container.ContainerState;
import io.gantry.container.ExecOutcome;
import io.gantry.container.PublicState;

/** Containers and what their commands left, as CRI messages. */
final class ContainerAnswers {

  /** What is left of a 16 MiB message for output, with room for the message's own fields. */
  static final int MOST_OUTPUT = RpcServer.LARGEST_MESSAGE - 1024;

  private static final ByteString TRUNCATED =
      ByteString.copyFromUtf8(
          "\n[gantry: output is missing: an answer holds 16 MiB, and what a command\'s children print"
              + " after its end is not waited for]\n");

  private ContainerAnswers() {}

  static io.gantry.api.cri.v1.Container row(Container container, String imageName) {
    ContainerSpec spec = container.spec();
    return io.gantry.api.cri.v1.Container.newBuilder()
        .setId(container.id().value())
        .setPodSandboxId(container.pod().value())
        .setMetadata(metadata(spec.metadata()))
        .setImage(ImageMessages.spec(imageName, spec.imageNote()))
        .setImageRef(container.image().reference())
        .setImageId(container.image().id())
        .setState(state(container))
        .setCreatedAt(Times.nanoseconds(container.createdAt()))
        .putAllLabels(spec.labels())
        .putAllAnnotations(spec.annotations())
        .build();
  }

  static ContainerStatus status(Container container, String imageName) {
    ContainerSpec spec = container.spec();
    ContainerStatus.Builder status =
        ContainerStatus.newBuilder()
            .setId(container.id().value())
            .setMetadata(metadata(spec.metadata()))
            .setState(state(container))
            .setCreatedAt(Times.nanoseconds(container.createdAt()))
            .setImage(ImageMessages.spec(imageName, spec.imageNote()))
            .setImageRef(container.image().reference())
            .setImageId(container.image().id())
            .putAllLabels(spec.labels())
            .putAllAnnotations(spec.annotations())
            .setLogPath(spec.logPath())
            .setStopSignal(SignalNames.message(spec.stopSignal()))
            .setResources(
                ContainerResources.newBuilder()
                    .setLinux(ResourceMessages.message(spec.resources())));
    spec.mounts().forEach(mount -> status.addMounts(MountMessages.message(mount)));
    addTimes(container.state(), status);
    return status.build();
  }

  static ContainerUser user(ObjectDetails.Identity identity) {
    return ContainerUser.newBuilder()
        .setLinux(
            LinuxContainerUser.newBuilder()
                .setUid(identity.uid())
                .setGid(identity.gid())
                .addAllSupplementalGroups(identity.groups()))
        .build();
  }

  private static void addTimes(ContainerState state, ContainerStatus.Builder status) {
    switch (state) {
      case ContainerState.Creating creating -> {}
      case ContainerState.Created created -> {}
      case ContainerState.Starting starting -> {}
      case ContainerState.Running running ->
          status.setStartedAt(Times.nanoseconds(running.startedAt()));
      case ContainerState.Exited exited -> addEnd(exited, status);
      case ContainerState.Removing removing -> addEnd(removing.last(), status);
    }
  }

  private static void addEnd(ContainerState.Exited exited, ContainerStatus.Builder status) {
    status
        .setStartedAt(Times.nanoseconds(exited.startedAt()))
        .setFinishedAt(Times.nanoseconds(exited.finishedAt()))
        .setExitCode(exited.exitCode())
        .setReason(exited.reason())
        .setMessage(exited.message());
  }

  static io.gantry.api.cri.v1.ContainerMetadata metadata(ContainerMetadata metadata) {
    return io.gantry.api.cri.v1.ContainerMetadata.newBuilder()
        .setName(metadata.name())
        .setAttempt(metadata.attempt())
        .build();
  }

  private static io.gantry.api.cri.v1.ContainerState state(Container container) {
    return switch (PublicState.of(container.state())) {
      case CREATED -> io.gantry.api.cri.v1.ContainerState.CONTAINER_CREATED;
      case RUNNING -> io.gantry.api.cri.v1.ContainerState.CONTAINER_RUNNING;
      case EXITED -> io.gantry.api.cri.v1.ContainerState.CONTAINER_EXITED;
      case UNKNOWN -> io.gantry.api.cri.v1.ContainerState.CONTAINER_UNKNOWN;
    };
  }

  /** Output beyond one message is cut: the client would refuse the whole answer. */
  static ExecSyncResponse outcome(ExecOutcome outcome) {
    int stdout = Math.min(outcome.stdout().length, MOST_OUTPUT);
    int stderr = Math.min(outcome.stderr().length, MOST_OUTPUT - stdout);
    boolean cut =
        outcome.truncated() || stdout < outcome.stdout().length || stderr < outcome.stderr().length;
    ByteString errors = ByteString.copyFrom(outcome.stderr(), 0, stderr);
    return ExecSyncResponse.newBuilder()
        .setStdout(ByteString.copyFrom(outcome.stdout(), 0, stdout))
        .setStderr(cut ? errors.concat(TRUNCATED) : errors)
        .setExitCode(outcome.exitCode())
        .build();
  }
}
