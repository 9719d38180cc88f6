package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.error.ImageException;
import io.gantry.image.layer.UnpackLimits;
import io.gantry.image.progress.LayerProgress;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.image.registry.RegistrySettings;
import io.gantry.image.registry.TransferLimits;
import io.gantry.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PullTest {

  @TempDir Path root;
  private FakeRegistry registry;
  private ImageStore store;

  private final byte[] base =
      new TarBytes().directory("etc").file("etc/motd", "hello").file("gone", "x").bytes();
  private final byte[] top =
      new TarBytes().directory("etc").file("etc/issue", "you").file(".wh.gone", "").bytes();

  @BeforeEach
  void start() throws IOException {
    registry = new FakeRegistry();
    store = open();
  }

  private ImageStore open() throws ImageException {
    RegistrySettings quick =
        RegistrySettings.DEFAULT.withLimits(
            new TransferLimits(
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                1024,
                2,
                4096,
                1 << 20));
    return ImageStore.open(
        StoreSettings.limited(root.resolve("store"), new UnpackLimits(64 << 20, 1000))
            .withRegistry(quick),
        Linux.syscalls());
  }

  @AfterEach
  void stop() {
    store.close();
    registry.close();
  }

  private Image pull(String name) throws ImageException {
    return store.pull(ImageReference.parse(registry.reference(name)), RegistryAuth.ANONYMOUS);
  }

  @Test
  void by_tag_brings_every_layer_and_knows_the_image_by_all_its_names() throws Exception {
    TestImage image = TestImage.of(base, top);
    registry.push("a/b", "1", image);

    Image pulled = pull("a/b:1");

    assertThat(pulled.id()).isEqualTo(image.id());
    assertThat(pulled.repoTags()).containsExactly(registry.reference("a/b:1"));
    assertThat(pulled.repoDigests()).containsExactly(registry.reference("a/b@" + image.digest()));
    List<Path> lower = store.layers(pulled);
    assertThat(lower).hasSize(2);
    assertThat(lower.get(0).resolve("etc/issue")).hasContent("you");
    assertThat(lower.get(1).resolve("etc/motd")).hasContent("hello");
    assertThat(store.config(pulled).env()).containsExactly("A=b");
    for (String name :
        List.of(
            registry.reference("a/b:1"),
            registry.reference("a/b@" + image.digest()),
            image.id().toString(),
            image.id().hex(),
            image.id().hex().substring(0, 12),
            image.digest().toString())) {
      assertThat(store.find(name)).as(name).contains(pulled);
    }
    assertThat(store.find(registry.reference("a/b:2"))).isEmpty();
  }

  @Test
  void by_digest_gives_no_tag() throws Exception {
    TestImage image = TestImage.docker(base);
    registry.push("a/b", "1", image);

    Image pulled = pull("a/b@" + image.digest());

    assertThat(pulled.repoTags()).isEmpty();
    assertThat(pulled.repoDigests()).containsExactly(registry.reference("a/b@" + image.digest()));
    assertThat(pulled.user().uid()).hasValue(1000);
  }

  @Test
  void of_an_index_takes_this_machines_image_and_keeps_the_indexs_digest() throws Exception {
    TestImage mine = TestImage.of(base);
    TestImage other = TestImage.of(top);
    byte[] index =
        TestImage.index(
            other.entry("linux", "arm64", "v8"),
            other.entry("unknown", "unknown", ""),
            mine.entry("linux", "amd64", ""));
    registry.push("a/b", "mine", mine);
    registry.document("a/b", "1", index, TestImage.OCI_INDEX);

    Image pulled = pull("a/b:1");

    assertThat(pulled.id()).isEqualTo(mine.id());
    assertThat(pulled.repoDigests())
        .containsExactly(registry.reference("a/b@" + Digest.ofBytes(index)));
  }

  @Test
  void of_an_index_without_this_machine_says_what_there_is() throws Exception {
    TestImage other = TestImage.of(top);
    byte[] index = TestImage.index(other.entry("linux", "s390x", ""));
    registry.document("a/b", "1", index, TestImage.OCI_INDEX);

    assertThatThrownBy(() -> pull("a/b:1"))
        .isInstanceOf(ImageException.NotFound.class)
        .hasMessageContaining("linux/s390x")
        .hasMessageContaining("linux/amd64");
  }

  @Test
  void reads_every_compression() throws Exception {
    for (String compression : List.of("gzip", "zstd", "none")) {
      byte[] tar = new TarBytes().file("how", compression).bytes();
      registry.push("a/" + compression, "1", TestImage.compressed(compression, tar));

      Image pulled = pull("a/" + compression + ":1");

      assertThat(store.layers(pulled).getFirst().resolve("how")).hasContent(compression);
    }
  }

  @Test
  void again_asks_only_for_the_digest() throws Exception {
    registry.push("a/b", "1", TestImage.of(base, top));
    Image first = pull("a/b:1");
    registry.requests.clear();

    assertThat(pull("a/b:1")).isEqualTo(first);
    assertThat(pull("a/b@" + first.repoDigests().getFirst().replaceAll(".*@", "")).id())
        .isEqualTo(first.id());
    assertThat(registry.requests)
        .hasSize(2)
        .allMatch(request -> request.startsWith("HEAD /v2/a/b/manifests/"));
  }

  @Test
  void again_asks_for_the_manifest_where_a_registry_does_not_tell_the_digest() throws Exception {
    registry.push("a/b", "1", TestImage.of(base, top));
    Image first = pull("a/b:1");
    for (int status : new int[] {204, 400, 403, 404, 405, 501}) {
      registry.headStatus(status);
      registry.requests.clear();

      assertThat(pull("a/b:1")).as("status %d", status).isEqualTo(first);
      assertThat(registry.requests)
          .containsExactly("HEAD /v2/a/b/manifests/1", "GET /v2/a/b/manifests/1");
    }
  }

  @Test
  void of_a_moved_tag_leaves_the_old_image_without_it() throws Exception {
    registry.push("a/b", "1", TestImage.of(base));
    Image old = pull("a/b:1");
    registry.push("a/b", "1", TestImage.of(base, top));

    Image fresh = pull("a/b:1");

    assertThat(fresh.repoTags()).containsExactly(registry.reference("a/b:1"));
    assertThat(store.find(old.id().toString()).orElseThrow().repoTags()).isEmpty();
    assertThat(store.list()).hasSize(2);
  }

  @Test
  void many_at_once_download_each_layer_once() throws Exception {
    TestImage image = TestImage.of(base, top);
    registry.push("a/b", "1", image);
    registry.push("c/d", "1", image);

    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Image>> calls =
          IntStream.range(0, 20)
              .<Callable<Image>>mapToObj(i -> () -> pull(i % 2 == 0 ? "a/b:1" : "c/d:1"))
              .toList();
      for (var result : callers.invokeAll(calls)) {
        assertThat(result.get().id()).isEqualTo(image.id());
      }
    }

    image.blobs.keySet().stream()
        .filter(digest -> !digest.equals(image.id()))
        .forEach(digest -> assertThat(registry.timesServed(digest)).isEqualTo(1));
    assertThat(store.find(image.id().toString()).orElseThrow().repoTags()).hasSize(2);
  }

  @Test
  void everybody_who_waits_sees_the_same_progress_to_the_last_byte() throws Exception {
    TestImage image = TestImage.of(base, top);
    registry.push("a/b", "1", image);
    ImageReference reference = ImageReference.parse(registry.reference("a/b:1"));

    try (RunningPull one = store.begin(reference, RegistryAuth.ANONYMOUS);
        RunningPull other = store.begin(reference, RegistryAuth.ANONYMOUS)) {
      one.await();
      other.await();

      assertThat(other.progress()).isSameAs(one.progress());
      assertThat(one.progress().awaitChange(0)).isNegative();
      assertThat(one.progress().layers())
          .hasSize(2)
          .allMatch(layer -> layer.stage() == LayerProgress.Stage.DONE)
          .allMatch(layer -> layer.bytes() == layer.size());
      assertThat(one.progress().bytes()).isEqualTo(image.transferSize());
    }
  }

  @Test
  void a_layer_that_is_here_is_shown_as_such() throws Exception {
    registry.push("a/b", "1", TestImage.of(base));
    registry.push("a/b", "2", TestImage.of(base, top));
    pull("a/b:1");

    ImageReference reference = ImageReference.parse(registry.reference("a/b:2"));
    try (RunningPull pull = store.begin(reference, RegistryAuth.ANONYMOUS)) {
      pull.await();
      assertThat(pull.progress().layers())
          .extracting(LayerProgress::stage)
          .containsExactly(LayerProgress.Stage.PRESENT, LayerProgress.Stage.DONE);
    }
  }

  private Digest layerOf(byte[] tar) {
    return Digest.ofBytes(TestImage.gzip(tar));
  }

  private void assertNothingVisible() throws IOException {
    assertThat(store.list()).isEmpty();
    for (String folder : List.of("layers", "images", "staging", "blobs/sha256")) {
      try (Stream<Path> left = Files.list(root.resolve("store").resolve(folder))) {
        assertThat(left).as(folder).isEmpty();
      }
    }
  }

  @Test
  void of_a_layer_with_the_wrong_digest_leaves_nothing() throws Exception {
    TestImage image = TestImage.of(base, top);
    registry.push("a/b", "1", image);
    registry.fault(layerOf(top), new FakeRegistry.Fault.Flipped());

    assertThatThrownBy(() -> pull("a/b:1"))
        .isInstanceOf(ImageException.Corrupt.class)
        .hasMessageContaining("wrong digest");
    assertNothingVisible();
  }

  /** The other layer may still be on its way then, from the only place there is. */
  @Test
  void of_two_layers_with_wrong_digests_says_so_whichever_is_first() throws Exception {
    TestImage image = TestImage.of(base, top);
    registry.push("a/b", "1", image);
    registry.fault(layerOf(top), new FakeRegistry.Fault.Flipped());
    registry.fault(layerOf(base), new FakeRegistry.Fault.Flipped());

    for (int round = 0; round < 20; round++) {
      assertThatThrownBy(() -> pull("a/b:1"))
          .isInstanceOf(ImageException.Corrupt.class)
          .hasMessageContaining("wrong digest");
    }
    assertNothingVisible();
  }

  @Test
  void of_a_truncated_layer_leaves_nothing() throws Exception {
    TestImage image = TestImage.of(base, top);
    registry.push("a/b", "1", image);
    registry.fault(layerOf(top), new FakeRegistry.Fault.Truncated(100));

    assertThatThrownBy(() -> pull("a/b:1"))
        .isInstanceOf(ImageException.Corrupt.class)
        .hasMessageContaining("offers 100 bytes; the manifest says");
    assertNothingVisible();
  }

  @Test
  void goes_on_where_a_connection_broke() throws Exception {
    byte[] noise = new byte[200_000];
    new Random(1).nextBytes(noise);
    byte[] tar = new TarBytes().file("noise", 0644, noise).bytes();
    TestImage image = TestImage.of(tar);
    registry.push("a/b", "1", image);
    registry.fault(layerOf(tar), new FakeRegistry.Fault.Cut(70_000, 1));

    Image pulled = pull("a/b:1");

    assertThat(store.layers(pulled).getFirst().resolve("noise")).hasBinaryContent(noise);
    assertThat(registry.timesServed(layerOf(tar))).isEqualTo(2);
  }

  @Test
  void of_a_connection_that_always_breaks_names_the_registry() throws Exception {
    TestImage image = TestImage.of(base);
    registry.push("a/b", "1", image);
    registry.fault(layerOf(base), new FakeRegistry.Fault.Cut(10, 100));

    assertThatThrownBy(() -> pull("a/b:1"))
        .isInstanceOf(ImageException.Unavailable.class)
        .hasMessageContaining(registry.host());
    assertNothingVisible();
  }

  @Test
  void from_nowhere_is_unavailable_with_the_host() throws Exception {
    String host = registry.host();
    registry.close();

    assertThatThrownBy(() -> pull("a/b:1"))
        .isInstanceOf(ImageException.Unavailable.class)
        .hasMessageContaining("registry " + host + " refuses the connection");
  }

  @Test
  void of_what_is_not_there_is_not_found() {
    assertThatThrownBy(() -> pull("a/b:1"))
        .isInstanceOf(ImageException.NotFound.class)
        .hasMessageContaining("a/b:1")
        .hasMessageContaining("MANIFEST_UNKNOWN");
  }

  @Test
  void of_a_manifest_with_another_digest_is_corrupt() throws Exception {
    TestImage image = TestImage.of(base);
    registry.push("a/b", "1", image);
    registry.manifestLie(
        "a/b", image.digest().toString(), TestImage.of(top).manifest, TestImage.OCI_MANIFEST);

    assertThatThrownBy(() -> pull("a/b@" + image.digest()))
        .isInstanceOf(ImageException.Corrupt.class)
        .hasMessageContaining("wrong digest");
  }

  @Test
  void refuses_schema_1_foreign_layers_artifacts_and_giants_by_name() {
    registry.document(
        "a/b",
        "schema1",
        TestImage.text("{\"schemaVersion\":1,\"name\":\"a/b\",\"fsLayers\":[]}"),
        "application/vnd.docker.distribution.manifest.v1+prettyjws");
    Digest some = Digest.ofBytes(new byte[1]);
    registry.document(
        "a/b",
        "artifact",
        TestImage.text(
            "{\"schemaVersion\":2,\"config\":"
                + TestImage.descriptor("application/vnd.cncf.helm.config.v1+json", some, 1)
                + ",\"layers\":[]}"),
        TestImage.OCI_MANIFEST);
    registry.document(
        "a/b",
        "foreign",
        TestImage.text(
            "{\"schemaVersion\":2,\"config\":"
                + TestImage.descriptor("application/vnd.oci.image.config.v1+json", some, 1)
                + ",\"layers\":["
                + TestImage.descriptor(
                    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", some, 1)
                + "]}"),
        TestImage.OCI_MANIFEST);
    registry.document("a/b", "giant", new byte[5000], TestImage.OCI_MANIFEST);

    assertThatThrownBy(() -> pull("a/b:schema1")).hasMessageContaining("schema 1");
    assertThatThrownBy(() -> pull("a/b:artifact")).hasMessageContaining("helm");
    assertThatThrownBy(() -> pull("a/b:foreign")).hasMessageContaining("foreign");
    assertThatThrownBy(() -> pull("a/b:giant")).isInstanceOf(ImageException.Refused.class);
  }

  @Test
  void stops_a_decompression_bomb() throws Exception {
    byte[] tar = new TarBytes().file("zeros", 0644, new byte[65 << 20]).bytes();
    registry.push("a/b", "1", TestImage.of(tar));

    assertThatThrownBy(() -> pull("a/b:1"))
        .isInstanceOf(ImageException.Refused.class)
        .hasMessageContaining("limit");
    assertNothingVisible();
  }
}
