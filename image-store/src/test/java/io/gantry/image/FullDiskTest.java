package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.error.ImageException;
import io.gantry.image.layer.Privileges;
import io.gantry.image.layer.UnpackLimits;
import io.gantry.image.manifest.Platform;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.image.registry.RegistrySettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  @Test
  void leaves_nothing_behind_and_the_next_pull_works() throws Exception {
    try (FakeRegistry registry = new FakeRegistry();
        ImageStore store = open()) {
      registry.push("a/b", "1", TestImage.of(LAYER, SECOND));
      ImageReference reference = ImageReference.parse(registry.reference("a/b:1"));
      failing.fail(-1);
      store.remove(store.pull(reference, RegistryAuth.ANONYMOUS).id());
      int calls = failing.count();
      assertThat(calls).isGreaterThan(30);

      for (int i = 0; i < calls; i++) {
        failing.fail(i);
        assertThatThrownBy(() -> store.pull(reference, RegistryAuth.ANONYMOUS))
            .as("call %d", i)
            .isInstanceOf(ImageException.Storage.class)
            .hasMessageContaining("ENOSPC")
            .hasMessageContaining(failing.failed());
        failing.fail(-1);
        assertNothingVisible(store, i);
      }

      Image image = store.pull(reference, RegistryAuth.ANONYMOUS);
      assertThat(store.layers(image).getLast().resolve("a/b/c")).hasContent("again");
    }
  }

  private ImageStore open() throws ImageException {
    return ImageStore.open(
        new ImageStoreSettings(
            root,
            new Platform("linux", "amd64", ""),
            RegistrySettings.DEFAULT,
            Privileges.NONE,
            UnpackLimits.DEFAULT,
            2,
            List.of()),
        failing.files());
  }

  private void assertNothingVisible(ImageStore store, int call) throws IOException {
    assertThat(store.list()).as("call %d", call).isEmpty();
    for (String folder : List.of("layers", "images", "staging")) {
      try (Stream<Path> left = Files.list(root.resolve(folder))) {
        assertThat(left).as("call %d, %s", call, folder).isEmpty();
      }
    }
  }
}
