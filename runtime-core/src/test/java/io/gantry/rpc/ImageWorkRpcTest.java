package io.gantry.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.gantry.api.cri.v1.AuthConfig;
import io.gantry.api.cri.v1.CreateContainerRequest;
import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.RunPodSandboxRequest;
import io.gantry.api.cri.v1.RuntimeServiceGrpc;
import io.gantry.api.gantry.v1.CheckImagesRequest;
import io.gantry.api.gantry.v1.CheckImagesResponse;
import io.gantry.api.gantry.v1.CommitContainerProgress;
import io.gantry.api.gantry.v1.CommitContainerRequest;
import io.gantry.api.gantry.v1.ImageWorkGrpc;
import io.gantry.api.gantry.v1.ImportImageProgress;
import io.gantry.api.gantry.v1.ImportImageRequest;
import io.gantry.api.gantry.v1.LayerState;
import io.gantry.api.gantry.v1.PullImageRequest;
import io.gantry.api.gantry.v1.PullImageResponse;
import io.gantry.api.gantry.v1.PushImageProgress;
import io.gantry.api.gantry.v1.PushImageRequest;
import io.gantry.image.progress.LayerProgress;
import io.gantry.image.progress.Progress;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageWorkRpcTest {

  @TempDir Path directory;
  private TestServer server;

  @BeforeEach
  void serve() throws IOException {
    server = new TestServer(directory);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Iterator<PullImageResponse> pull(String image) {
    PullImageRequest.Builder request = PullImageRequest.newBuilder();
    request.getPullBuilder().setImage(ImageSpec.newBuilder().setImage(image));
    return ImageWorkGrpc.newBlockingStub(server.channel).pullImage(request.build());
  }

  @Test
  void aPullTellsOfEachLayerAndThenOfItsImage() {
    List<PullImageResponse> messages = new ArrayList<>();
    pull("busybox").forEachRemaining(messages::add);

    assertThat(messages.getFirst().getLayersList())
        .extracting(LayerState::getStage)
        .containsExactly(LayerState.Stage.PRESENT, LayerState.Stage.DONE);
    assertThat(messages.getLast().getImageRef()).isEqualTo(server.images.images.get(0).id() + "");
  }

  @Test
  void aPullThatFailsSaysWhatTheUnaryCallSays() {
    StatusRuntimeException failure =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> pull("example.org/nobody").forEachRemaining(m -> {}));

    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(failure.getStatus().getDescription()).contains("connect to example.org: refused");
  }

  @Test
  void whoHangsUpGetsNoMoreAndTheServerGoesOn() {
    Context.CancellableContext context = Context.current().withCancellation();
    context.run(() -> {
      Iterator<PullImageResponse> messages = pull("example.org/hangs");
      assertThat(messages.next().getLayersCount()).isEqualTo(2);
      context.cancel(null);
      assertThat(catchThrowableOfType(StatusRuntimeException.class, messages::next)).isNotNull();
    });

    assertThat(pull("busybox").hasNext()).isTrue();
  }

  @Test
  void onlyWhatHasChangedIsTold() {
    Progress progress = new Progress();
    LayerProgress one = LayerProgress.waiting("one", 10);
    progress.add(List.of(one, LayerProgress.waiting("two", 20)));
    LayerStates states = new LayerStates(progress);
    assertThat(states.changes()).hasSize(2);
    assertThat(states.changes()).isEmpty();

    one.reached(LayerProgress.Stage.DONE);

    assertThat(states.changes())
        .singleElement()
        .satisfies(state -> assertThat(state.getIndex()).isZero());
  }

  private Iterator<PushImageProgress> push(String destination) {
    server.images.images.add(FakeImages.image("docker.io/library/tool:1", "tool"));
    return ImageWorkGrpc.newBlockingStub(server.channel)
        .pushImage(
            PushImageRequest.newBuilder()
                .setImage("docker.io/library/tool:1")
                .setDestination(destination)
                .build());
  }

  @Test
  void aPushTellsOfEachLayerAndThenWhatIsThere() {
    List<PushImageProgress> messages = new ArrayList<>();
    push("r.test/x:1").forEachRemaining(messages::add);

    assertThat(messages)
        .flatExtracting(PushImageProgress::getLayersList)
        .extracting(LayerState::getStage)
        .contains(LayerState.Stage.PRESENT, LayerState.Stage.DONE);
    assertThat(messages.subList(0, messages.size() - 1)).noneMatch(PushImageProgress::hasPushed);
    assertThat(messages.getLast().getPushed().getLayersSent()).isEqualTo(2);
  }

  private String containerId() {
    RuntimeServiceGrpc.RuntimeServiceBlockingStub cri =
        RuntimeServiceGrpc.newBlockingStub(server.channel);
    String pod =
        cri.runPodSandbox(RunPodSandboxRequest.newBuilder().setConfig(Requests.pod()).build())
            .getPodSandboxId();
    return cri.createContainer(
            CreateContainerRequest.newBuilder()
                .setPodSandboxId(pod)
                .setSandboxConfig(Requests.pod())
                .setConfig(Requests.container())
                .build())
        .getContainerId();
  }

  private List<CommitContainerProgress> commit(String container) {
    List<CommitContainerProgress> messages = new ArrayList<>();
    ImageWorkGrpc.newBlockingStub(server.channel)
        .commitContainer(
            CommitContainerRequest.newBuilder()
                .setContainerId(container)
                .setReference("mine:2")
                .build())
        .forEachRemaining(messages::add);
    return messages;
  }

  @Test
  void aCommitTellsOfEachLayerAndThenOfTheImage() {
    List<CommitContainerProgress> messages = commit(containerId());

    assertThat(messages)
        .flatExtracting(CommitContainerProgress::getLayersList)
        .extracting(LayerState::getDigest)
        .contains("sha256:below");
    assertThat(messages.subList(0, messages.size() - 1))
        .noneMatch(CommitContainerProgress::hasCommitted);
    assertThat(messages.getLast().getCommitted().getImage().getReferencesList())
        .containsExactly("docker.io/library/mine:2");
  }

  @Test
  void aCommitOfNothingIsRefusedAsTheUnaryCallRefusesIt() {
    StatusRuntimeException failure =
        catchThrowableOfType(StatusRuntimeException.class, () -> commit("nobody"));

    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void whoHangsUpOnAPushEndsIt() throws InterruptedException {
    Context.CancellableContext context = Context.current().withCancellation();
    context.run(() -> {
      assertThat(push("r.test/hangs:1").next().getLayersCount()).isEqualTo(2);
      context.cancel(null);
    });

    assertThat(server.images.givenUp.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aPushOfNothingIsRefusedAsTheUnaryCallRefusesIt() {
    PushImageRequest request = PushImageRequest.newBuilder().setImage("nobody").build();
    StatusRuntimeException failure =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                ImageWorkGrpc.newBlockingStub(server.channel)
                    .pushImage(request)
                    .forEachRemaining(m -> {}));

    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
  }

  private List<ImportImageProgress> importOf(String content)
      throws StatusException, InterruptedException {
    BlockingClientCall<ImportImageRequest, ImportImageProgress> call =
        ImageWorkGrpc.newBlockingV2Stub(server.channel).importImage();
    call.write(ImportImageRequest.newBuilder().setChunk(ByteString.copyFromUtf8(content)).build());
    call.halfClose();
    List<ImportImageProgress> messages = new ArrayList<>();
    for (var message = call.read(); message != null; message = call.read()) {
      messages.add(message);
    }
    return messages;
  }

  @Test
  void anImportTellsOfItsLayersAndThenOfItsImages() throws Exception {
    List<ImportImageProgress> messages = importOf("an archive");

    assertThat(messages)
        .flatExtracting(ImportImageProgress::getLayersList)
        .extracting(LayerState::getStage)
        .contains(LayerState.Stage.PRESENT);
    assertThat(messages.getLast().getImported().getImagesCount()).isEqualTo(1);
  }

  @Test
  void anArchiveThatIsNoneIsTheRequestsFaultHereToo() {
    StatusException failure =
        catchThrowableOfType(StatusException.class, () -> importOf("a bad one"));

    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(failure.getStatus().getDescription()).contains("no tar");
  }

  private List<CheckImagesResponse> check(CheckImagesRequest request) {
    List<CheckImagesResponse> steps = new ArrayList<>();
    ImageWorkGrpc.newBlockingStub(server.channel).checkImages(request).forEachRemaining(steps::add);
    return steps;
  }

  @Test
  void aCheckTellsWhatItFindsAndHowFarItIs() {
    List<CheckImagesResponse> steps = check(CheckImagesRequest.getDefaultInstance());

    assertThat(steps)
        .extracting(CheckImagesResponse::getFinding)
        .anySatisfy(finding -> assertThat(finding.getPath()).isEqualTo("fs/etc/motd"));
    assertThat(steps.getLast().getProgress().getDone()).isEqualTo(10);
    assertThat(steps).noneMatch(CheckImagesResponse::hasRepair);
  }

  @Test
  void aRepairHasTheLoginsOfTheRequest() {
    CheckImagesRequest anonymous = CheckImagesRequest.newBuilder().setRepair(true).build();
    AuthConfig jane = AuthConfig.newBuilder().setUsername("jane").setPassword("x").build();

    assertThat(check(anonymous))
        .anySatisfy(step -> assertThat(step.getRepair().getFailure()).isEqualTo("who are you"));
    assertThat(check(anonymous.toBuilder().putLogins("example.org", jane).build()))
        .anySatisfy(step -> {
          assertThat(step.getRepair().getObject()).isEqualTo("layer sha256:a");
          assertThat(step.getRepair().getFailure()).isEmpty();
        });
  }
}
