package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.gantry.image.content.LayerChoice;
import io.gantry.image.content.LayerForm;
import io.gantry.image.erofs.ImageMounter;
import io.gantry.image.error.ImageException;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every call of a pull that the kernel can refuse is refused once. */
class FullDiskTest {

  private static final byte[] LAYER =
      new TarBytes()
          .directory("a", 0700)
          .file("a/b/c", "x")
          .symlink("l", "a")
          .hardLink("h", "a/b/c")
          .fifo("p")
          .file(".wh.gone", "")
          .file("a/.wh..wh..opq", "")
          .file("a/b/c", "again")
          .bytes();
  private static final byte[] SECOND = new TarBytes().file("second", "y").bytes();

  @TempDir Path root;
  private final FailingFiles failing = new FailingFiles();

  @ParameterizedTest
  @EnumSource
  void leaves_nothing_behind_and_the_next_pull_works(LayerForm form) throws Exception {
    try (FakeRegistry registry = new FakeRegistry();
        ImageStore store = open(form)) {
      registry.push("a/b", "1", TestImage.of(LAYER, SECOND));
      ImageReference reference = ImageReference.parse(registry.reference("a/b:1"));
      failing.fail(-1);
      Image first = store.pull(reference, RegistryAuth.ANONYMOUS);
      int calls = failing.count();
      store.remove(first.id());
      assertThat(calls).isGreaterThan(form == LayerForm.DIRECTORY ? 30 : 20);

      int refused = 0;
      for (int i = 0; i < calls; i++) {
        failing.fail(i);
        Throwable refusal = catchThrowable(() -> store.pull(reference, RegistryAuth.ANONYMOUS));
        if (refusal == null) {
          assertThat(failing.failed()).as("call %d", i).isEmpty();
          store.remove(first.id());
          continue;
        }
        refused++;
        assertThat(refusal)
            .as("call %d", i)
            .isInstanceOf(ImageException.Storage.class)
            .hasMessageContaining("ENOSPC")
            .hasMessageContaining(failing.failed());
        failing.fail(-1);
        assertNothingVisible(store, i);
      }
      // Bytes come in as many pieces as the network likes: a pull may need some calls fewer.
      assertThat(refused).isGreaterThan(calls * 3 / 4);

      Image image = store.pull(reference, RegistryAuth.ANONYMOUS);
      Path layer = root.resolve("layers").resolve(image.diffIds().getFirst().hex());
      assertThat(layer.resolve(form.file())).exists();
      if (form == LayerForm.DIRECTORY) {
        assertThat(store.layers(image).getLast().resolve("a/b/c")).hasContent("again");
      }
    }
  }

  @Test
  void an_image_can_be_removed_when_nothing_new_fits() throws Exception {
    try (FakeRegistry registry = new FakeRegistry();
        ImageStore store = open()) {
      registry.push("a/b", "1", TestImage.of(LAYER, SECOND));
      ImageReference reference = ImageReference.parse(registry.reference("a/b:1"));
      Image image = store.pull(reference, RegistryAuth.ANONYMOUS);

      failing.full(true);
      store.remove(image.id());

      assertNothingVisible(store, 0);
      failing.full(false);
      assertThat(store.pull(reference, RegistryAuth.ANONYMOUS).id()).isEqualTo(image.id());
    }
  }

  @Test
  void an_archive_of_two_images_is_shown_whole_or_not_at_all() throws Exception {
    byte[] archive = dockerArchive(TestImage.of(LAYER), TestImage.of(SECOND));
    try (ImageStore store = open()) {
      failing.fail(-1);
      List<Image> both = store.importArchive(new ByteArrayInputStream(archive), null);
      assertThat(both).hasSize(2);
      int calls = failing.count();
      for (Image image : both) {
        store.remove(image.id());
      }

      for (int i = 0; i < calls; i++) {
        failing.fail(i);
        assertThatThrownBy(() -> store.importArchive(new ByteArrayInputStream(archive), null))
            .as("call %d", i)
            .hasMessageContaining("ENOSPC");
        failing.fail(-1);
        assertNothingVisible(store, i);
      }
    }
  }

  private static byte[] dockerArchive(TestImage... images) {
    TarBytes tar = new TarBytes();
    List<String> entries = new ArrayList<>();
    for (TestImage image : images) {
      image.blobs.forEach((digest, blob) -> tar.file(digest.hex(), 0644, blob));
      String layer = image.blobs.keySet().iterator().next().hex();
      entries.add(
          "{\"Config\":\"%s\",\"RepoTags\":[\"x:%d\"],\"Layers\":[\"%s\"]}"
              .formatted(image.id().hex(), entries.size(), layer));
    }
    String manifest = "[" + String.join(",", entries) + "]";
    return tar.file("manifest.json", manifest).bytes();
  }

  private ImageStore open() throws ImageException {
    return open(LayerForm.DIRECTORY);
  }

  /** Images are written and removed by anybody, it is their mounting that takes root. */
  private ImageStore open(LayerForm form) throws ImageException {
    LayerChoice choice = new LayerChoice(form, ImageMounter.NONE);
    return ImageStore.open(StoreSettings.at(root), failing.files(), choice);
  }

  private void assertNothingVisible(ImageStore store, int call) throws IOException {
    assertThat(store.list()).as("call %d", call).isEmpty();
    for (String folder : List.of("layers", "images", "staging", "blobs/sha256")) {
      try (Stream<Path> left = Files.list(root.resolve(folder))) {
        assertThat(left).as("call %d, %s", call, folder).isEmpty();
      }
    }
  }
}
