package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.error.ImageException;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.linux.Linux;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeepBlobsTest {

  private final byte[] base = new TarBytes().file("big", 0644, new byte[200_000]).bytes();
  private final byte[] top = new TarBytes().file("etc/motd", "hello").bytes();

  @TempDir Path folder;
  private FakeRegistry registry;
  private ImageStore store;

  @BeforeEach
  void open() throws IOException {
    registry = new FakeRegistry();
    store = store(true);
  }

  private ImageStore store(boolean keepBlobs) throws IOException {
    return ImageStore.open(StoreSettings.keeping(folder, keepBlobs), Linux.syscalls());
  }

  @AfterEach
  void close() {
    store.close();
    registry.close();
  }

  private Image pull(TestImage image) throws IOException {
    registry.push("a/b", "1", image);
    return store.pull(ImageReference.parse(registry.host() + "/a/b:1"), RegistryAuth.ANONYMOUS);
  }

  private String exported(Image image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ImageExport export = store.export(List.of(new ImageExport.Wanted(image, List.of())))) {
      assertThat(export.images().getFirst().id()).isEqualTo(image.id());
      export.writeTo(out);
    }
    return out.toString(StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd", "none"})
  void an_image_is_exported_with_every_digest_that_it_came_with(String compression)
      throws Exception {
    TestImage original = TestImage.compressed(compression, base, top);
    Image image = pull(original);

    String archive = exported(image);

    assertThat(archive)
        .contains("blobs/sha256/" + original.digest().hex())
        .contains(new String(original.manifest, StandardCharsets.ISO_8859_1));
    for (Digest blob : original.blobs.keySet()) {
      assertThat(archive).contains("blobs/sha256/" + blob.hex());
    }
  }

  @Test
  void an_image_is_pushed_with_the_digest_that_it_came_with() throws Exception {
    TestImage original = TestImage.docker(base, top);
    Image image = pull(original);
    try (UploadRegistry other = new UploadRegistry()) {
      PushedImage pushed =
          store.push(image, ImageReference.parse(other.host() + "/x/y:2"), RegistryAuth.ANONYMOUS);

      assertThat(pushed.image().manifest()).isEqualTo(original.digest());
      assertThat(pushed.image().repacked()).isFalse();
      assertThat(other.content.get("x/y:2")).isEqualTo(original.manifest);
      assertThat(other.types.get("x/y:2")).isEqualTo(original.mediaType);
      original.blobs.forEach(
          (digest, bytes) -> assertThat(other.content.get("x/y@" + digest)).isEqualTo(bytes));
    }
  }

  @Test
  void an_image_is_pushed_under_its_own_digest_and_under_no_other() throws Exception {
    TestImage original = TestImage.docker(base, top);
    Image image = pull(original);
    try (UploadRegistry other = new UploadRegistry()) {
      String name = other.host() + "/x/y@";
      ImageReference own = ImageReference.parse(name + original.digest());
      ImageReference wrong = ImageReference.parse(name + image.id());

      assertThatThrownBy(() -> store.push(image, wrong, RegistryAuth.ANONYMOUS))
          .isInstanceOf(ImageException.Invalid.class)
          .hasMessageContaining("with another digest");
      assertThat(other.requests).isEmpty();
      assertThat(store.push(image, own, RegistryAuth.ANONYMOUS).image().manifest())
          .isEqualTo(original.digest());
      assertThat(other.content.get("x/y@" + original.digest())).isEqualTo(original.manifest);
    }
  }

  @Test
  void blobs_are_counted_and_go_with_their_layers() throws Exception {
    TestImage original = TestImage.compressed("none", base);
    Image image = pull(original);
    assertThat(store.fsUsage().bytes()).isGreaterThan(2L * 200_000);
    assertThat(image.size()).isEqualTo(store.fsUsage().bytes());
    try (Stream<Path> found = Files.walk(folder.resolve("layers"), 2)) {
      assertThat(found.filter(path -> path.endsWith("blob")))
          .singleElement()
          .satisfies(path -> assertThat(Files.size(path)).isEqualTo(base.length));
    }

    store.remove(image.id());

    assertThat(store.fsUsage().bytes()).isZero();
    try (Stream<Path> left = Files.list(folder.resolve("layers"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void what_came_before_the_switch_is_packed_anew() throws Exception {
    store.close();
    store = store(false);
    Image image = pull(TestImage.of(base));
    store.close();
    store = store(true);

    try (ImageExport export = store.export(List.of(new ImageExport.Wanted(image, List.of())))) {
      assertThat(export.images().getFirst().repacked()).isTrue();
    }
    assertThat(store.fsUsage().bytes()).isLessThan(2L * 200_000);
  }
}
