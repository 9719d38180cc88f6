package io.gantry.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.gantry.api.cri.v1.AuthConfig;
import io.gantry.api.cri.v1.CreateContainerRequest;
import io.gantry.api.cri.v1.RunPodSandboxRequest;
import io.gantry.api.cri.v1.RuntimeServiceGrpc;
import io.gantry.api.gantry.v1.CommitContainerRequest;
import io.gantry.api.gantry.v1.ExportImageRequest;
import io.gantry.api.gantry.v1.ExportImageResponse;
import io.gantry.api.gantry.v1.HistoryStep;
import io.gantry.api.gantry.v1.ImageHistoryRequest;
import io.gantry.api.gantry.v1.ImagesGrpc;
import io.gantry.api.gantry.v1.ImagesGrpc.ImagesBlockingStub;
import io.gantry.api.gantry.v1.ImagesGrpc.ImagesBlockingV2Stub;
import io.gantry.api.gantry.v1.PushImageRequest;
import io.gantry.api.gantry.v1.TagImageRequest;
import io.gantry.api.gantry.v1.UntagImageRequest;
import io.gantry.image.Commit;
import io.gantry.image.registry.RegistryAuth;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client sees of what gantry.v1 offers on images. */
class OwnImageRpcTest {

  private static final int PATIENCE_SECONDS = 20;
  private static final String NAME = "docker.io/library/tool:1";

  @TempDir Path directory;

  private TestServer server;
  private ImagesBlockingStub client;
  private ImagesBlockingV2Stub streams;

  @BeforeEach
  void serve() throws IOException {
    server = new TestServer(directory);
    client = ImagesGrpc.newBlockingStub(server.channel);
    streams = ImagesGrpc.newBlockingV2Stub(server.channel);
    server.images.images.add(FakeImages.image(NAME, "tool"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static Status failure(ThrowingCallable call) {
    return catchThrowableOfType(StatusRuntimeException.class, call).getStatus();
  }

  private static ExportImageRequest export(String... images) {
    return ExportImageRequest.newBuilder().addAllImages(List.of(images)).build();
  }

  private String id() {
    return server.images.images.getFirst().id().toString();
  }

  @Test
  void aTagIsAnsweredWithItsWholeName() {
    var request = TagImageRequest.newBuilder().setImage(NAME).setReference("mine").build();

    assertThat(client.tagImage(request).getReference()).isEqualTo("docker.io/library/mine:latest");
    assertThat(server.images.find("docker.io/library/mine:latest")).isPresent();
  }

  @Test
  void whatIsWrongWithATagIsTold() {
    var digest = "tool@sha256:" + "1".repeat(64);
    Status unknown =
        failure(() ->
            client.tagImage(TagImageRequest.newBuilder().setImage("x").setReference("y").build()));
    Status noTag =
        failure(() ->
            client.tagImage(
                TagImageRequest.newBuilder().setImage(NAME).setReference(digest).build()));

    assertThat(unknown.getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(unknown.getDescription()).contains("\"x\"", "gantry images");
    assertThat(noTag.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(noTag.getDescription()).startsWith("reference names a digest");
  }

  @Test
  void aContainerIsKeptStillWhileItBecomesAnImage() {
    var cri = RuntimeServiceGrpc.newBlockingStub(server.channel);
    var pod =
        cri.runPodSandbox(RunPodSandboxRequest.newBuilder().setConfig(Requests.pod()).build());
    var created =
        cri.createContainer(
            CreateContainerRequest.newBuilder()
                .setPodSandboxId(pod.getPodSandboxId())
                .setSandboxConfig(Requests.pod())
                .setConfig(Requests.container())
                .build());
    var container = server.containers.container(created.getContainerId()).id();
    var request =
        CommitContainerRequest.newBuilder()
            .setContainerId(container.value())
            .setReference("mine:2")
            .setAuthor("me")
            .addChanges("USER 7");

    var image = client.commitContainer(request.build()).getImage();

    assertThat(image.getReferencesList()).containsExactly("docker.io/library/mine:2");
    assertThat(server.containers.log.stills).containsExactly(container);
    Commit commit = server.images.commits.getFirst();
    assertThat(commit.base().toString()).isEqualTo(FakeContainers.IMAGE_ID);
    assertThat(commit.snapshot()).isEqualTo(container.value());
    assertThat(commit.createdBy()).isEqualTo("/bin/tool --now");
    assertThat(commit.changes()).containsExactly("USER 7");
    client.commitContainer(request.setWithoutPause(true).setReference("").build());
    assertThat(server.containers.log.stills).hasSize(1);
    assertThat(server.images.commits.getLast().name()).isNull();
  }

  @Test
  void aPushGoesUnderTheNameThatWasAskedForOrAnother() {
    var auth = AuthConfig.newBuilder().setUsername("anna").setPassword("geheim").build();
    var plain = client.pushImage(PushImageRequest.newBuilder().setImage(NAME).build());
    var named =
        client.pushImage(
            PushImageRequest.newBuilder()
                .setImage(NAME)
                .setDestination("example.org/x")
                .setAuth(auth)
                .build());

    assertThat(plain.getImage().getReferencesList()).containsExactly(NAME);
    assertThat(named.getImage().getReferencesList()).containsExactly("example.org/x:latest");
    assertThat(named.getLayersSent()).isEqualTo(2);
    assertThat(named.getLayersPresent()).isEqualTo(1);
    assertThat(server.images.auths)
        .containsExactly(RegistryAuth.ANONYMOUS, RegistryAuth.basic("anna", "geheim"));
    Status byId =
        failure(() -> client.pushImage(PushImageRequest.newBuilder().setImage(id()).build()));
    assertThat(byId.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void aCommitOfNothingIsRefused() {
    Status missing =
        failure(() -> client.commitContainer(CommitContainerRequest.getDefaultInstance()));
    Status unknown =
        failure(() ->
            client.commitContainer(
                CommitContainerRequest.newBuilder().setContainerId("nobody").build()));

    assertThat(missing.getDescription()).isEqualTo("container_id is missing");
    assertThat(unknown.getCode()).isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void aNameIsTakenAwayAndAgain() {
    var request = UntagImageRequest.newBuilder().setReference("tool:1").build();

    client.untagImage(request);
    client.untagImage(request);

    assertThat(server.images.images).isEmpty();
  }

  @Test
  void theNewestStepOfAHistoryComesFirst() {
    List<HistoryStep> steps =
        client.imageHistory(ImageHistoryRequest.newBuilder().setImage(NAME).build()).getStepsList();

    assertThat(steps).extracting(HistoryStep::getCreatedBy).containsExactly("second", "first");
    assertThat(steps.getFirst().getDiffId()).isEmpty();
    assertThat(steps.getLast().getSize()).isEqualTo(7);
    assertThat(steps.getLast().getDiffId()).startsWith("sha256:");
  }

  @Test
  void anExportSaysWhatItHoldsAndThenGivesEveryByteInOrder() throws Exception {
    BlockingClientCall<?, ExportImageResponse> call = streams.exportImage(export(id(), NAME));

    var images = Objects.requireNonNull(call.read()).getImages();
    assertThat(images.getImages(0).getReferencesList()).isEmpty();
    assertThat(images.getImages(1).getReferencesList()).containsExactly(NAME);
    assertThat(images.getImages(1).getRepacked()).isTrue();
    List<ByteString> chunks = new ArrayList<>();
    for (var part = call.read(); part != null; part = call.read()) {
      chunks.add(part.getChunk());
    }
    ByteString all = ByteString.copyFrom(chunks);
    assertThat(all.size()).isEqualTo(FakeExport.SIZE);
    for (int i = 0; i < FakeExport.SIZE; i += 1000) {
      assertThat(all.byteAt(i)).isEqualTo((byte) (i / 1000));
    }
    assertThat(server.images.givenUp.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aClientThatTakesNothingHoldsTheExportBack() throws Exception {
    server.images.images.add(FakeImages.image("endless:1", "endless"));
    BlockingClientCall<?, ExportImageResponse> call = streams.exportImage(export("endless:1"));
    assertThat(Objects.requireNonNull(call.read()).hasImages()).isTrue();

    long before = -1;
    for (long now = 0; before != now; now = FakeExport.WRITTEN.get()) {
      before = now;
      TimeUnit.MILLISECONDS.sleep(200);
    }

    assertThat(before).isPositive().isLessThan(8 << 20);
    call.cancel("enough", null);
    assertThat(server.images.givenUp.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aFailedExportEndsWithItsReason() {
    server.images.images.add(FakeImages.image("broken:1", "broken"));
    BlockingClientCall<?, ExportImageResponse> call = streams.exportImage(export("broken:1"));

    StatusException failure =
        catchThrowableOfType(
            StatusException.class,
            () -> {
              while (call.read() != null) {
                // Up to the end.
              }
            });
    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(failure.getStatus().getDescription()).contains("layer x: cannot be read: EIO");
  }

  @Test
  void moreThanAFewExportsAtATimeAreRefused() throws Exception {
    server.images.images.add(FakeImages.image("endless:1", "endless"));
    List<BlockingClientCall<?, ExportImageResponse>> calls = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      calls.add(streams.exportImage(export("endless:1")));
      assertThat(Objects.requireNonNull(calls.getLast().read()).hasImages()).isTrue();
    }
    StatusException refused =
        catchThrowableOfType(
            StatusException.class, () -> streams.exportImage(export("endless:1")).read());

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    calls.forEach(call -> call.cancel("enough", null));
  }

  @Test
  void anExportOfNothingOrOfTheUnknownIsRefused() {
    for (ExportImageRequest request : List.of(export(), export(NAME, "nothing:1"))) {
      StatusException failure =
          catchThrowableOfType(StatusException.class, () -> streams.exportImage(request).read());
      assertThat(failure.getStatus().getDescription()).containsAnyOf("images", "nothing:1");
    }
  }
}
