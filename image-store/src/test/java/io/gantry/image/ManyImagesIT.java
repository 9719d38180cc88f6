package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.reference.Digest;
import io.gantry.linux.Linux;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node with as many images as nobody has. */
class ManyImagesIT {

  private static final int IMAGES = 1000;
  private static final int LIMIT_MILLIS = 20;

  @TempDir Path folder;

  /** Each has a config and a name of its own; the layer is the same. */
  private static byte[] archive() {
    byte[] layer = new TarBytes().file("hello", "world").bytes();
    TarBytes tar = new TarBytes().file("layer.tar", 0644, layer);
    StringBuilder manifest = new StringBuilder("[");
    for (int i = 0; i < IMAGES; i++) {
      tar.file(
          i + ".json",
          "{\"architecture\":\"amd64\",\"os\":\"linux\",\"author\":\"%d\",\"rootfs\":{\"diff_ids\":[\"%s\"]}}"
              .formatted(i, Digest.ofBytes(layer)));
      manifest
          .append(i == 0 ? "" : ",")
          .append(
              "{\"Config\":\"%1$d.json\",\"RepoTags\":[\"team/image-%1$d:1\"],\"Layers\":[\"layer.tar\"]}"
                  .formatted(i));
    }
    return tar.file("manifest.json", manifest.append("]").toString()).bytes();
  }

  @Test
  void a_thousand_images_are_listed_in_an_instant() throws Exception {
    ImageStoreSettings settings = ImageStoreSettings.at(folder.resolve("store"));
    try (ImageStore store = ImageStore.open(settings, Linux.syscalls())) {
      store.importArchive(new ByteArrayInputStream(archive()), null);
    }
    try (ImageStore store = ImageStore.open(settings, Linux.syscalls())) {
      long[] micros = new long[51];
      for (int i = 0; i < micros.length; i++) {
        long start = System.nanoTime();
        List<Image> images = store.list();
        micros[i] = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start);
        assertThat(images).hasSize(IMAGES);
      }
      Arrays.sort(micros);
      assertThat(TimeUnit.MICROSECONDS.toMillis(micros[25]))
          .as("the median of %s", Arrays.toString(micros))
          .isLessThan(LIMIT_MILLIS);
      assertThat(store.find("team/image-999:1")).isPresent();
    }
  }
}
