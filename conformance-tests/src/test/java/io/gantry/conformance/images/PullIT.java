package io.gantry.conformance.images;

import static io.gantry.conformance.harness.Refusals.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.Image;
import io.gantry.api.cri.v1.ImageFilter;
import io.gantry.api.cri.v1.ImageFsInfoRequest;
import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.ImageStatusRequest;
import io.gantry.api.cri.v1.ListImagesRequest;
import io.gantry.api.cri.v1.PullImageRequest;
import io.gantry.api.cri.v1.RemoveImageRequest;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.harness.Crowd;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.gantry.conformance.node.Distribution;
import io.gantry.conformance.node.TestImage;
import io.gantry.conformance.registry.Registry;
import io.grpc.Status.Code;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pulls from a real registry what a foreign tool pushed to it. */
class PullIT {

  private static final String REPOSITORY = "team/busybox";

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private static Path directory;
  private static Registry registry;

  @BeforeAll
  static void fillARegistry() throws Exception {
    Assumptions.assumeTrue(
        Registry.missingPrograms().isEmpty(), "not installed: " + Registry.missingPrograms());
    directory = Files.createTempDirectory(runtime.directory(), "registry");
    registry = Registry.start(directory);
    Path archive = directory.resolve("busybox.tar");
    TestImage.pack(Distribution.found(), archive);
    registry.push("oci-archive:" + archive, REPOSITORY + ":oci", "oci");
    registry.push("oci-archive:" + archive, REPOSITORY + ":schema2", "v2s2");
    Registry.Manifest manifest = registry.manifest(REPOSITORY, "oci");
    registry.putIndex(REPOSITORY, "index", index(manifest));
  }

  private static String index(Registry.Manifest manifest) {
    String machine = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    return """
    {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [
      {"mediaType": "%1$s", "digest": "%2$s", "size": %3$d,
       "platform": {"os": "linux", "architecture": "s390x"}},
      {"mediaType": "%1$s", "digest": "%2$s", "size": %3$d,
       "platform": {"os": "linux", "architecture": "%4$s"}}]}
    """
        .formatted(manifest.mediaType(), manifest.digest(), manifest.size(), machine);
  }

  @AfterAll
  static void stopTheRegistry() {
    if (registry != null) {
      registry.close();
    }
  }

  @AfterEach
  void removeWhatWasPulled() {
    for (Image image : images()) {
      image.getRepoTagsList().stream().filter(PullIT::ours).forEach(PullIT::remove);
      image.getRepoDigestsList().stream().filter(PullIT::ours).forEach(PullIT::remove);
    }
  }

  private static boolean ours(String reference) {
    return reference.startsWith(registry.address());
  }

  private static String named(String rest) {
    return registry.address() + "/" + REPOSITORY + rest;
  }

  private static String pull(String reference) {
    ImageSpec image = ImageSpec.newBuilder().setImage(reference).build();
    return runtime
        .client()
        .images()
        .pullImage(PullImageRequest.newBuilder().setImage(image).build())
        .getImageRef();
  }

  private static Image status(String reference) {
    ImageSpec image = ImageSpec.newBuilder().setImage(reference).build();
    return runtime
        .client()
        .images()
        .imageStatus(ImageStatusRequest.newBuilder().setImage(image).build())
        .getImage();
  }

  private static void remove(String reference) {
    ImageSpec image = ImageSpec.newBuilder().setImage(reference).build();
    var _ =
        runtime
            .client()
            .images()
            .removeImage(RemoveImageRequest.newBuilder().setImage(image).build());
  }

  private static List<Image> images() {
    return runtime
        .client()
        .images()
        .listImages(ListImagesRequest.getDefaultInstance())
        .getImagesList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"oci", "schema2", "index"})
  void aTagIsPulledAndItsImageRuns(String tag) throws Exception {
    String reference = named(":" + tag);
    String ref = pull(reference);
    Image image = status(reference);
    assertThat(image.getRepoTagsList()).contains(reference);
    assertThat(image.getRepoDigestsList()).anyMatch(digest -> digest.startsWith(named("@sha256:")));
    assertThat(image.getSize()).isPositive();
    assertThat(status(ref).getId()).isEqualTo(image.getId());
    assertThat(
            runtime
                .pod("pulled-" + tag)
                .start(Drafts.script("sleeper", reference, "sleep 600"))
                .sh("echo runs"))
        .isEqualTo("runs");
  }

  @Test
  void aDigestIsPulled() throws Exception {
    String reference = named("@" + registry.manifest(REPOSITORY, "oci").digest());
    pull(reference);
    assertThat(status(reference).getRepoDigestsList()).contains(reference);
    assertThat(status(reference).getRepoTagsList()).noneMatch(PullIT::ours);
  }

  @Test
  void manyPullsOfOneImageAreOne() throws Exception {
    assertThat(Crowd.of(6).ask(i -> pull(named(":oci"))).stream().distinct()).hasSize(1);
  }

  @Test
  void aRemovedImageIsGoneAndRemovingItAgainIsFine() {
    pull(named(":oci"));
    remove(named(":oci"));
    remove(named(":oci"));
    assertThat(images()).flatExtracting(Image::getRepoTagsList).noneMatch(PullIT::ours);
  }

  @Test
  void aFilterSelectsImages() {
    pull(named(":oci"));
    ImageFilter filter =
        ImageFilter.newBuilder().setImage(ImageSpec.newBuilder().setImage(named(":oci"))).build();
    assertThat(
            runtime
                .client()
                .images()
                .listImages(ListImagesRequest.newBuilder().setFilter(filter).build())
                .getImagesList())
        .hasSize(1);
  }

  @Test
  void theFileSystemOfImagesIsMeasured() {
    pull(named(":oci"));
    assertThat(
            runtime
                .client()
                .images()
                .imageFsInfo(ImageFsInfoRequest.getDefaultInstance())
                .getImageFilesystemsList())
        .allSatisfy(usage -> assertThat(usage.getUsedBytes().getValue()).isPositive())
        .isNotEmpty();
  }

  @Test
  void anUnknownImageHasNoStatus() {
    assertThat(status(named(":never-pulled")).getId()).isEmpty();
  }

  @Test
  void aTagThatIsNotThereIsNotFound() {
    assertThat(refusal(Code.NOT_FOUND, () -> pull(named(":no-such-tag")))).contains("no-such-tag");
  }

  @Test
  void aDigestThatIsNotThereIsNotFound() {
    String digest = "sha256:" + "0".repeat(64);
    refusal(Code.NOT_FOUND, () -> pull(named("@" + digest)));
  }

  @Test
  void aRegistryThatDoesNotAnswerIsUnavailableAndNamed() {
    assertThat(refusal(Code.UNAVAILABLE, () -> pull("127.0.0.1:1/some/image:tag")))
        .contains("127.0.0.1:1");
  }

  @Test
  void aContainerOfAnImageThatIsNotThereIsRefused() throws Exception {
    var pod = runtime.pod("imageless");
    assertThat(
            refusal(
                Code.NOT_FOUND,
                () -> pod.create(Drafts.script("x", named(":never-pulled"), "true"))))
        .contains("never-pulled");
  }
}
