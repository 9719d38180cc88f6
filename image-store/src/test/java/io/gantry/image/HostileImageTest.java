package io.gantry.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.error.ImageException;
import io.gantry.image.layer.UnpackLimits;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.linux.Linux;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Registries and archives that ask for more than an image is worth. */
class HostileImageTest {

  @TempDir Path root;
  private FakeRegistry registry;
  private ImageStore store;

  @BeforeEach
  void start() throws IOException {
    registry = new FakeRegistry();
    store =
        ImageStore.open(
            StoreSettings.limited(root.resolve("store"), new UnpackLimits(1 << 20, 1000)),
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

  private static byte[] padded(String json) {
    return TestImage.text(json + " ".repeat((3 << 20) - json.length()));
  }

  private static String entry(byte[] document, String type) {
    return TestImage.descriptor(type, Digest.ofBytes(document), document.length);
  }

  @Test
  void documents_that_are_large_together_are_refused() {
    byte[] manifest = padded(new String(TestImage.of().manifest, UTF_8));
    byte[] inner = padded("{\"manifests\":[" + entry(manifest, TestImage.OCI_MANIFEST) + "]}");
    byte[] outer = padded("{\"manifests\":[" + entry(inner, TestImage.OCI_INDEX) + "]}");
    registry.document("a/b", "manifest", manifest, TestImage.OCI_MANIFEST);
    registry.document("a/b", "inner", inner, TestImage.OCI_INDEX);
    registry.document("a/b", "1", outer, TestImage.OCI_INDEX);

    assertThatThrownBy(() -> pull("a/b:1"))
        .isInstanceOf(ImageException.Refused.class)
        .hasMessageContaining("8388608 bytes together");
  }

  private static byte[] noise(int size) {
    byte[] noise = new byte[size];
    new Random(1).nextBytes(noise);
    return noise;
  }

  @Test
  void a_layer_that_says_it_is_too_large_is_not_even_asked_for() {
    byte[] blob = noise(2 << 20);
    registry.push("a/b", "1", TestImage.compressed("none", blob));

    assertThatThrownBy(() -> pull("a/b:1"))
        .isInstanceOf(ImageException.Refused.class)
        .hasMessageContaining("2097152 bytes are over the limit of 1048576");
    assertThat(registry.timesServed(Digest.ofBytes(blob))).isZero();
  }

  @Test
  void a_registry_that_gives_crumbs_is_given_up() {
    byte[] tar = new TarBytes().file("noise", 0644, noise(200_000)).bytes();
    registry.push("a/b", "1", TestImage.compressed("none", tar));
    registry.fault(Digest.ofBytes(tar), new FakeRegistry.Fault.Crumbs(1000));

    assertThatThrownBy(() -> pull("a/b:1"))
        .isInstanceOf(ImageException.Unavailable.class)
        .hasMessageContaining(registry.host());
    assertThat(registry.timesServed(Digest.ofBytes(tar))).isBetween(1, 20);
  }

  private void assertImportRefused(byte[] archive, String reason) throws IOException {
    assertThatThrownBy(() -> store.importArchive(new ByteArrayInputStream(archive), null))
        .isInstanceOf(ImageException.Refused.class)
        .hasMessageContaining(reason);
    try (Stream<Path> left = Files.list(root.resolve("store/staging"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void an_archive_that_grows_without_measure_is_refused() throws Exception {
    byte[] zeros = new TarBytes().file("zeros", 0644, new byte[2 << 20]).bytes();

    assertImportRefused(TestImage.gzip(zeros), "archive: it grows beyond the limit");
    assertImportRefused(TestImage.compress(zeros, "zstd"), "archive: it grows beyond the limit");
  }

  @Test
  void a_link_in_an_archive_may_climb_and_be_written_in_any_bytes() throws Exception {
    byte[] layer = new TarBytes().file("hello", "world").bytes();
    String diffId = Digest.ofBytes(layer).toString();
    byte[] odd = TarBytes.header("odd", '2', 0777, 0, "x/y");
    odd[158] = (byte) 0xe9;
    byte[] archive =
        new TarBytes()
            .file("a/b/layer.tar", 0644, layer)
            .symlink("c/d/layer.tar", "../.././x/../a//b/layer.tar")
            .raw(TarBytes.sealed(odd))
            .file("config.json", "{\"rootfs\":{\"diff_ids\":[\"" + diffId + "\"]}}")
            .file(
                "manifest.json",
                "[{\"Config\":\"config.json\",\"RepoTags\":[\"a/b:1\"],"
                    + "\"Layers\":[\"c/d/layer.tar\"]}]")
            .bytes();

    Image image = store.importArchive(new ByteArrayInputStream(archive), null).getFirst();

    assertThat(store.layers(image).getFirst().resolve("hello")).hasContent("world");
  }
}
