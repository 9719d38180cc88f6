package io.gantry.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.gantry.api.cri.v1.AuthConfig;
import io.gantry.api.cri.v1.Image;
import io.gantry.api.cri.v1.ImageFsInfoRequest;
import io.gantry.api.cri.v1.ImageServiceGrpc;
import io.gantry.api.cri.v1.ImageServiceGrpc.ImageServiceBlockingStub;
import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.ImageStatusRequest;
import io.gantry.api.cri.v1.ImageStatusResponse;
import io.gantry.api.cri.v1.ListImagesRequest;
import io.gantry.api.cri.v1.PullImageRequest;
import io.gantry.api.cri.v1.RemoveImageRequest;
import io.gantry.api.cri.v1.RemoveImageResponse;
import io.gantry.api.gantry.v1.ImagesGrpc;
import io.gantry.api.gantry.v1.ImportImageOptions;
import io.gantry.api.gantry.v1.ImportImageRequest;
import io.gantry.api.gantry.v1.ImportImageResponse;
import io.gantry.image.registry.RegistryAuth;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client sees of images. */
class ImageRpcTest {

  private static final int PATIENCE_SECONDS = 20;

  @TempDir Path directory;

  private TestServer server;
  private ImageServiceBlockingStub client;

  @BeforeEach
  void serve() throws IOException {
    server = new TestServer(directory);
    client = ImageServiceGrpc.newBlockingStub(server.channel);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aPulledImageIsListedUnderItsFullName() {
    String id = client.pullImage(pull("busybox")).getImageRef();

    Image image = client.listImages(ListImagesRequest.getDefaultInstance()).getImages(0);
    assertThat(image.getId()).isEqualTo(id).startsWith("sha256:");
    assertThat(image.getRepoTagsList()).containsExactly("docker.io/library/busybox:latest");
    assertThat(image.getSpec().getImage()).isEqualTo("docker.io/library/busybox:latest");
    assertThat(image.getUid().getValue()).isEqualTo(65534);
    assertThat(image.getSize()).isPositive();
    assertThat(image.getPinned()).isTrue();
    assertThat(server.images.auths).containsExactly(RegistryAuth.ANONYMOUS);
  }

  @Test
  void credentialsReachTheRegistry() {
    AuthConfig auth = AuthConfig.newBuilder().setUsername("anna").setPassword("geheim").build();
    client.pullImage(pull("example.org/tool:1").toBuilder().setAuth(auth).build());

    assertThat(server.images.auths).containsExactly(RegistryAuth.basic("anna", "geheim"));
  }

  @Test
  void anImageThatIsNotThereIsAnEmptyAnswer() {
    ImageStatusResponse response = client.imageStatus(status("nothing:1"));

    assertThat(response.hasImage()).isFalse();
  }

  @Test
  void aVerboseStatusShowsTheConfig() {
    String id = client.pullImage(pull("busybox")).getImageRef();
    ImageStatusResponse response =
        client.imageStatus(status(id).toBuilder().setVerbose(true).build());

    assertThat(response.getInfoOrThrow("info"))
        .contains("\"architecture\":\"amd64\"", "\"Entrypoint\":[\"/bin/tool\"]")
        .doesNotContain("StopSignal");
  }

  @Test
  void removingTwiceIsFine() {
    String id = client.pullImage(pull("busybox")).getImageRef();
    RemoveImageRequest request =
        RemoveImageRequest.newBuilder().setImage(ImageSpec.newBuilder().setImage(id)).build();

    client.removeImage(request);
    assertThat(server.images.images).isEmpty();
    assertThat(client.removeImage(request)).isEqualTo(RemoveImageResponse.getDefaultInstance());
  }

  @Test
  void bothFileSystemsAreMeasured() {
    var usage = client.imageFsInfo(ImageFsInfoRequest.getDefaultInstance());

    assertThat(usage.getImageFilesystems(0).getFsId().getMountpoint()).isEqualTo("/store");
    assertThat(usage.getImageFilesystems(0).getUsedBytes().getValue()).isEqualTo(77);
    assertThat(usage.getImageFilesystems(0).getTimestamp()).isPositive();
    assertThat(usage.getContainerFilesystems(0).getInodesUsed().getValue()).isEqualTo(8);
  }

  @Test
  void aBadReferenceIsInvalidAndNamesTheField() {
    Status status = failure(() -> client.pullImage(pull("Bad Name")));

    assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(status.getDescription()).startsWith("image.image is no image reference: ");
    assertThat(failure(() -> client.pullImage(pull(""))).getDescription())
        .isEqualTo("image.image is missing");
  }

  @Test
  void aRegistryThatDoesNotAnswerIsUnavailableAndNamed() {
    Status status = failure(() -> client.pullImage(pull("example.org/nobody")));

    assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(status.getDescription())
        .isEqualTo("example.org/nobody:latest: connect to example.org: refused; check the network");
  }

  /** So that kubelet shows the reason that it has for it. */
  @Test
  void anImageThatThePolicyRefusesBeginsWithTheWordThatKubeletKnows() {
    Status status = failure(() -> client.pullImage(pull("example.org/unsigned")));

    assertThat(status.getCode()).isEqualTo(Status.Code.UNKNOWN);
    assertThat(status.getDescription())
        .isEqualTo(
            "SignatureValidationFailed: image example.org/unsigned:latest: no signature; sign it");
  }

  @Test
  void aPullEndsWhenItsClientHangsUp() throws InterruptedException {
    try (Context.CancellableContext context = Context.current().withCancellation()) {
      Runnable pull = () -> failure(() -> client.pullImage(pull("hangs")));
      Thread puller = Thread.ofVirtual().start(context.wrap(pull));
      server.images.hanging.await();
      context.cancel(null);
      puller.join();
    }

    assertThat(server.images.givenUp.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void anArchiveComesInChunks() throws Exception {
    CompletableFuture<ImportImageResponse> answer = new CompletableFuture<>();
    StreamObserver<ImportImageRequest> upload = upload(answer);
    upload.onNext(named("example.org/mine:2"));
    for (int i = 0; i < 50; i++) {
      upload.onNext(chunk("x".repeat(100_000)));
    }
    upload.onCompleted();

    ImportImageResponse response = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertThat(response.getImages(0).getReferencesList()).containsExactly("example.org/mine:2");
    assertThat(server.images.images.getFirst().size()).isEqualTo(1000 + 50 * 100_000);
  }

  @Test
  void aBadArchiveIsInvalid() {
    CompletableFuture<ImportImageResponse> answer = new CompletableFuture<>();
    StreamObserver<ImportImageRequest> upload = upload(answer);
    upload.onNext(chunk("bad"));
    upload.onCompleted();

    assertThat(failure(answer)).hasToString(invalid("archive: no tar; pack it again"));
  }

  @Test
  void optionsMustComeFirst() throws InterruptedException {
    CompletableFuture<ImportImageResponse> answer = new CompletableFuture<>();
    StreamObserver<ImportImageRequest> upload = upload(answer);
    upload.onNext(chunk("a"));
    upload.onNext(named("b"));

    assertThat(failure(answer)).hasToString(invalid("options comes after the first message"));
    assertThat(server.images.givenUp.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void anUploadThatBreaksOffEndsTheImport() throws InterruptedException {
    CompletableFuture<ImportImageResponse> answer = new CompletableFuture<>();
    StreamObserver<ImportImageRequest> upload = upload(answer);
    upload.onNext(chunk("a"));
    server.images.importing.await();
    upload.onError(new IOException("disk gone"));

    assertThat(server.images.givenUp.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(server.images.images).isEmpty();
  }

  private StreamObserver<ImportImageRequest> upload(CompletableFuture<ImportImageResponse> answer) {
    return ImagesGrpc.newStub(server.channel)
        .importImage(
            new StreamObserver<>() {
              @Override
              public void onNext(ImportImageResponse response) {
                answer.complete(response);
              }

              @Override
              public void onError(Throwable cause) {
                answer.completeExceptionally(cause);
              }

              @Override
              public void onCompleted() {}
            });
  }

  private static ImportImageRequest named(String reference) {
    return ImportImageRequest.newBuilder()
        .setOptions(ImportImageOptions.newBuilder().setReferenceOverride(reference))
        .build();
  }

  private static ImportImageRequest chunk(String text) {
    return ImportImageRequest.newBuilder().setChunk(ByteString.copyFromUtf8(text)).build();
  }

  private static Status failure(CompletableFuture<?> answer) {
    ExecutionException e =
        catchThrowableOfType(
            ExecutionException.class, () -> answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    return Status.fromThrowable(e.getCause());
  }

  private static Status failure(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return catchThrowableOfType(StatusRuntimeException.class, call).getStatus();
  }

  private static String invalid(String text) {
    return Status.INVALID_ARGUMENT.withDescription(text).toString();
  }

  private static PullImageRequest pull(String name) {
    return PullImageRequest.newBuilder().setImage(ImageSpec.newBuilder().setImage(name)).build();
  }

  private static ImageStatusRequest status(String name) {
    return ImageStatusRequest.newBuilder().setImage(ImageSpec.newBuilder().setImage(name)).build();
  }
}
