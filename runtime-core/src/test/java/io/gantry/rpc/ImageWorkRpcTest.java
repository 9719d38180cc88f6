package io.gantry.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gantry.api.cri.v1.AuthConfig;
import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.gantry.v1.CheckImagesRequest;
import io.gantry.api.gantry.v1.CheckImagesResponse;
import io.gantry.api.gantry.v1.ImageWorkGrpc;
import io.gantry.api.gantry.v1.LayerState;
import io.gantry.api.gantry.v1.PullImageRequest;
import io.gantry.api.gantry.v1.PullImageResponse;
import io.gantry.image.progress.LayerProgress;
import io.gantry.image.progress.Progress;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
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
    assertThat(states.changes().orElseThrow().getLayersCount()).isEqualTo(2);
    assertThat(states.changes()).isEmpty();

    one.reached(LayerProgress.Stage.DONE);

    assertThat(states.changes().orElseThrow().getLayersList())
        .singleElement()
        .satisfies(state -> assertThat(state.getIndex()).isZero());
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
