package io.gantry.cli;

import com.google.protobuf.ByteString;
import io.gantry.api.cri.v1.Container;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.ContainerStatus;
import io.gantry.api.cri.v1.ExecSyncRequest;
import io.gantry.api.cri.v1.ExecSyncResponse;
import io.gantry.api.cri.v1.Image;
import io.gantry.api.cri.v1.PodSandbox;
import io.gantry.api.cri.v1.PodSandboxState;
import io.gantry.api.gantry.v1.CheckImagesResponse;
import io.gantry.api.gantry.v1.ImportImageRequest;
import io.gantry.api.gantry.v1.Overlay;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/**
 * A node in memory, behind the real services: pods, containers and images are what a test puts
 * there, and every request that changes something is written down.
 */
final class FakeNode implements AutoCloseable {
  /** What the clock shows. */
  static final Instant NOW = Instant.parse("2026-01-02T15:04:05Z");

  final Map<String, PodSandbox> pods = new LinkedHashMap<>();
  final Map<String, Container> containers = new LinkedHashMap<>();
  final Map<String, ContainerStatus> statuses = new HashMap<>();
  final Map<String, Image> images = new LinkedHashMap<>();
  final List<Object> requests = new ArrayList<>();
  final List<ImportImageRequest> upload = new ArrayList<>();

  /** What an export consists of. */
  final List<ByteString> archive = new ArrayList<>();

  /** What a look at the images tells. */
  final List<CheckImagesResponse> look = new ArrayList<>();

  /** What its pods and containers use. */
  final FakeUse use = new FakeUse(this);

  /** Calls that fail, by method. */
  final Map<String, Status> failures = new HashMap<>();

  /** How many questions about a container's end find nobody. */
  int away;

  /** What the node shares with others. */
  Optional<Overlay> overlay = Optional.empty();

  /** Images that a registry would have. */
  final Set<String> registry = new HashSet<>();

  /** What a started container does. */
  Function<ContainerStatus, ContainerStatus> program = status -> status;

  /** What a command run in a container does. */
  Function<ExecSyncRequest, ExecSyncResponse> command =
      request -> ExecSyncResponse.getDefaultInstance();

  private final String name = UUID.randomUUID().toString();
  private final Server server;

  FakeNode() throws IOException {
    server = on(InProcessServerBuilder.forName(name).directExecutor()).start();
  }

  /** The services of this node on another transport. */
  Server on(ServerBuilder<?> builder) {
    return builder
        .addService(new FakeRuntime(this))
        .addService(new FakeImages(this))
        .addService(new FakeArchives(this))
        .addService(new FakeImageWork(this))
        .addService(new FakeNetworks(this))
        .build();
  }

  String name() {
    return name;
  }

  /** Nanoseconds since 1970 of a time before {@link #NOW}. */
  static long ago(Duration age) {
    var then = NOW.minus(age);
    return then.getEpochSecond() * 1_000_000_000L + then.getNano();
  }

  PodSandbox pod(String id, String podName, Duration age) {
    var pod = PodSandbox.newBuilder().setId(id).setCreatedAt(ago(age));
    pod.getMetadataBuilder().setName(podName).setNamespace("default").setUid("uid-" + podName);
    return put(pod.build());
  }

  PodSandbox put(PodSandbox pod) {
    pods.put(pod.getId(), pod);
    return pod;
  }

  Container container(String id, String podId, String containerName, ContainerState state) {
    var container =
        Container.newBuilder()
            .setId(id)
            .setPodSandboxId(podId)
            .setState(state)
            .setCreatedAt(ago(Duration.ofMinutes(5)))
            .setImageId("sha256:" + "1".repeat(64));
    container.getMetadataBuilder().setName(containerName);
    container.getImageBuilder().setImage("docker.io/library/busybox:latest");
    return put(container.build());
  }

  Container put(Container container) {
    containers.put(container.getId(), container);
    statuses.put(
        container.getId(),
        ContainerStatus.newBuilder()
            .setId(container.getId())
            .setMetadata(container.getMetadata())
            .setImage(container.getImage())
            .setState(container.getState())
            .setCreatedAt(container.getCreatedAt())
            .build());
    return container;
  }

  /** Changes the status of a container, and its row in the list. */
  void change(String id, Function<ContainerStatus, ContainerStatus> change) {
    var status = change.apply(Objects.requireNonNull(statuses.get(id)));
    statuses.put(id, status);
    containers.computeIfPresent(
        id, (same, row) -> row.toBuilder().setState(status.getState()).build());
  }

  Image image(String id, String... tags) {
    var image = Image.newBuilder().setId(id).setSize(1_240_000).addAllRepoTags(List.of(tags));
    var built = image.build();
    images.put(id, built);
    return built;
  }

  void stopPod(String id) {
    pods.computeIfPresent(
        id, (same, pod) -> pod.toBuilder().setState(PodSandboxState.SANDBOX_NOTREADY).build());
  }

  /** Writes a request down, and fails if the test wants this method to fail. */
  void enter(String method, Object request) {
    requests.add(request);
    check(method);
  }

  void check(String method) {
    var failure = failures.get(method);
    if (failure != null) {
      throw failure.asRuntimeException();
    }
  }

  static StatusRuntimeException notFound(String what) {
    return Status.NOT_FOUND.withDescription("no such " + what).asRuntimeException();
  }

  /** Everything that was uploaded. */
  ByteString uploaded() {
    return upload.stream()
        .map(ImportImageRequest::getChunk)
        .reduce(ByteString.EMPTY, ByteString::concat);
  }

  /** Writes a container's log where its status says it is. */
  static Path log(Path directory, String... lines) throws IOException {
    return Files.write(directory.resolve("0.log"), List.of(lines));
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
