package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.error.ImageException;
import io.gantry.image.progress.LayerProgress.Stage;
import io.gantry.image.progress.Progress;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.linux.Linux;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PushTest {

  @TempDir Path folder;
  private UploadRegistry registry;
  private ImageStore store;
  private Image image;

  @BeforeEach
  void open() throws IOException {
    registry = new UploadRegistry();
    store = store("store");
    byte[] noise = new byte[300_000];
    new Random(5).nextBytes(noise);
    image =
        store
            .importArchive(
                new ByteArrayInputStream(
                    archive(
                        new TarBytes().file("etc/motd", "hello").bytes(),
                        new TarBytes().file("noise", 0644, noise).bytes())),
                ImageReference.parse("mine:1"))
            .getFirst();
  }

  private ImageStore store(String name) throws ImageException {
    return ImageStore.open(StoreSettings.at(folder.resolve(name)), Linux.syscalls());
  }

  static byte[] archive(byte[]... layers) {
    TestImage image = TestImage.compressed("none", layers);
    TarBytes tar =
        new TarBytes()
            .file("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}")
            .file(
                "index.json",
                0644,
                TestImage.index(
                    TestImage.descriptor(image.mediaType, image.digest(), image.manifest.length)))
            .file("blobs/sha256/" + image.digest().hex(), 0644, image.manifest);
    image.blobs.forEach((digest, bytes) -> tar.file("blobs/sha256/" + digest.hex(), 0644, bytes));
    return tar.bytes();
  }

  @AfterEach
  void close() throws IOException {
    store.close();
    registry.close();
    for (String place : List.of("staging", "holds")) {
      try (Stream<Path> left = Files.list(folder.resolve("store").resolve(place))) {
        assertThat(left).as(place).isEmpty();
      }
    }
  }

  private ImageReference reference(String name) throws ImageException {
    return ImageReference.parse(registry.host() + "/" + name);
  }

  private PushedImage push(String name) throws ImageException {
    return store.push(image, reference(name), RegistryAuth.basic("jane", "secret"));
  }

  private List<String> requests(String beginning) {
    return registry.requests.stream()
        .filter(each -> each.startsWith(beginning))
        .distinct() // What is challenged comes twice.
        .toList();
  }

  /** The same image with layers as they are packed here, so that it keeps its id on its way out. */
  private void repack() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ImageExport export = store.export(List.of(new ImageExport.Wanted(image, List.of())))) {
      export.writeTo(out);
    }
    store.remove(image.id());
    image = store.importArchive(new ByteArrayInputStream(out.toByteArray()), null).getFirst();
  }

  @Test
  void what_was_pushed_can_be_pulled() throws Exception {
    PushedImage pushed = push("team/tool:2");

    assertThat(pushed.sent()).isEqualTo(2);
    assertThat(pushed.present()).isZero();
    assertThat(pushed.image().repacked()).isTrue();
    try (ImageStore other = store("other")) {
      Image back = other.pull(reference("team/tool:2"), RegistryAuth.ANONYMOUS);
      assertThat(back.id()).isEqualTo(pushed.image().id());
      assertThat(back.repoDigests())
          .containsExactly(reference("team/tool:2").repoDigest(pushed.image().manifest()));
      assertThat(other.layers(back).getLast().resolve("etc/motd")).hasContent("hello");
      assertThat(other.layers(back).getFirst().resolve("noise"))
          .hasSameBinaryContentAs(store.layers(image).getFirst().resolve("noise"));
    }
  }

  @Test
  void who_watches_sees_each_layer_go_to_its_last_byte() throws Exception {
    Progress progress = new Progress();
    store.push(image, reference("team/tool:2"), RegistryAuth.ANONYMOUS, progress);

    assertThat(progress.layers())
        .hasSize(2)
        .allMatch(layer -> layer.stage() == Stage.DONE)
        .allMatch(layer -> layer.bytes() == layer.size());
    assertThat(progress.layers())
        .as("sizes of what was sent, not of what once came")
        .allSatisfy(layer ->
            assertThat(registry.content.values()).anyMatch(blob -> blob.length == layer.size()));

    Progress again = new Progress();
    store.push(image, reference("team/tool:3"), RegistryAuth.ANONYMOUS, again);
    assertThat(again.layers()).hasSize(2).allMatch(layer -> layer.stage() == Stage.PRESENT);
    assertThat(again.bytes()).isZero();
  }

  @Test
  void an_upload_that_is_cut_is_counted_anew() throws Exception {
    registry.cuts.set(1);
    Progress progress = new Progress();

    store.push(image, reference("team/tool:2"), RegistryAuth.ANONYMOUS, progress);

    assertThat(progress.layers()).allMatch(layer -> layer.bytes() == layer.size());
  }

  @Test
  void the_manifest_comes_last_and_what_is_there_is_not_sent_again() throws Exception {
    push("team/tool:2");
    assertThat(registry.requests.getLast()).isEqualTo("PUT team/tool/manifests/2");
    assertThat(requests("PUT team/tool/blobs/")).hasSize(3);
    registry.requests.clear();

    PushedImage again = push("team/tool:3");

    assertThat(again.sent()).isZero();
    assertThat(again.present()).isEqualTo(2);
    assertThat(requests("PUT")).containsExactly("PUT team/tool/manifests/3");
    assertThat(requests("POST")).isEmpty();
  }

  @Test
  void the_token_is_asked_for_with_the_right_to_push() throws Exception {
    push("team/tool:2");

    assertThat(requests("TOKEN"))
        .hasSize(2)
        .last()
        .asString()
        .contains("scope=repository:team/tool:pull,push");
  }

  @Test
  void a_blob_of_another_repository_of_the_registry_is_taken_over() throws Exception {
    repack();
    push("team/tool:2");
    image = store.find(image.id().toString()).orElseThrow();
    assertThat(image.repoDigests()).anyMatch(each -> each.contains("/team/tool@"));
    registry.requests.clear();

    PushedImage mounted = push("other/tool:2");

    assertThat(mounted.sent()).isZero();
    assertThat(requests("POST other/tool/blobs/uploads/?mount=sha256:")).hasSize(2);
    assertThat(requests("POST other/tool/blobs/uploads/?mount=sha256:").getFirst())
        .endsWith("&from=team/tool");
    registry.content.keySet().removeIf(key -> key.startsWith("team/") || key.startsWith("other/"));
    assertThat(push("third/tool:2").sent()).as("nothing to take over").isEqualTo(2);
  }

  @Test
  void an_image_that_leaves_as_it_is_is_known_by_the_digest_it_has_there() throws Exception {
    repack();
    PushedImage pushed = push("team/tool:2");

    assertThat(pushed.image().repacked()).isTrue();
    assertThat(pushed.image().id()).isEqualTo(image.id());
    String there = reference("team/tool:2").repoDigest(pushed.image().manifest());
    store.close();
    store = store("store");
    assertThat(store.find(there).map(Image::id)).contains(image.id());
  }

  @Test
  void a_broken_connection_and_a_busy_registry_are_not_the_end() throws Exception {
    registry.cuts.set(2);
    registry.busy.set(2);

    assertThat(push("team/tool:2").sent()).isEqualTo(2);
    assertThat(registry.content).containsKey("team/tool:2");
  }

  @Test
  void nobody_waits_for_a_registry_that_wants_to_be_left_alone_for_an_hour() {
    registry.busy.set(1);
    registry.retryAfter = "3600";

    assertThatThrownBy(() -> push("team/tool:2"))
        .isInstanceOf(ImageException.Unavailable.class)
        .hasMessageContaining("come again in 3600 s, it says");
  }

  @Test
  void a_refusal_is_told_in_the_registrys_words() {
    registry.denies = true;

    assertThatThrownBy(() -> push("team/tool:2"))
        .isInstanceOf(ImageException.Unauthorized.class)
        .hasMessageContaining("403")
        .hasMessageContaining("POST /v2/team/tool/blobs/uploads/")
        .hasMessageContaining("DENIED: this shelf is full");
  }

  @Test
  void another_digest_than_was_sent_is_no_success() {
    registry.lies = true;

    assertThatThrownBy(() -> push("team/tool:2"))
        .isInstanceOf(ImageException.Corrupt.class)
        .hasMessageContaining("has taken it as sha256:");
  }

  @Test
  void credentials_do_not_go_where_an_upload_is_told_to_go() throws Exception {
    try (UploadRegistry elsewhere = new UploadRegistry()) {
      registry.uploadHost = elsewhere.host();

      assertThatThrownBy(() -> push("team/tool:2")).hasMessageContaining("answered 401");
      assertThat(elsewhere.authorizations).isNotEmpty().containsOnly("null");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://elsewhere/upload?token=hunter2",
        "ftp://jane:hunter2@elsewhere/upload#hunter2",
        "http://elsewhere/upload?token=hun ter2 hunter2",
      })
  void where_an_upload_cannot_go_is_told_without_what_would_allow_it(String location) {
    registry.location = location;

    assertThatThrownBy(() -> push("team/tool:2"))
        .isInstanceOf(ImageException.Unavailable.class)
        .hasMessageContaining("://elsewhere/upload\"")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void what_is_packed_anew_goes_under_no_digest_and_nothing_is_sent() {
    String digest = Digest.ofBytes(new byte[1]).toString();

    assertThatThrownBy(() -> push("team/tool@" + digest))
        .isInstanceOf(ImageException.Invalid.class)
        .hasMessageContaining("team/tool@" + digest)
        .hasMessageContaining("with another digest");
    assertThat(registry.requests).isEmpty();
  }

  @Test
  void a_registry_that_is_not_there_is_named() throws Exception {
    assertThatThrownBy(() ->
            store.push(image, ImageReference.parse("127.0.0.1:9/x:1"), RegistryAuth.ANONYMOUS))
        .isInstanceOf(ImageException.Unavailable.class)
        .hasMessageContaining("127.0.0.1:9");
  }
}
