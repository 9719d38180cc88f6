package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.content.LayerForm;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A pull whose daemon is killed. */
class PullKillIT extends KillCase {

  @ParameterizedTest
  @EnumSource
  void a_pull_that_is_killed_anywhere_leaves_nothing_half_and_the_next_one_goes_on(LayerForm form)
      throws Exception {
    int points =
        killEverywhere(
            "work",
            form,
            (root, point) -> {
              nobodyComes(copy(root), form);
              pullAgain(root, form, point);
            },
            "!",
            "pull a/b:1");

    assertThat(points).isGreaterThan(form == LayerForm.DIRECTORY ? 25 : 20);
  }

  /** Layers that a killed pull completed go when nobody comes for them. */
  private void nobodyComes(Path root, LayerForm form) throws Exception {
    try (ImageStore store = open(root, form, KEEP_NOTHING)) {
      awaitDisk(root, store.list().isEmpty() ? Set.of() : Set.of(image));
    }
  }

  /** The requests are counted by a registry of its own, because two points are tried at a time. */
  private void pullAgain(Path root, LayerForm form, int point) throws Exception {
    try (FakeRegistry other = new FakeRegistry();
        ImageStore store = open(root, form, KEEP)) {
      other.push("a/b", "1", image);
      assertThat(store.list()).as("point %d", point).hasSizeLessThanOrEqualTo(1);
      Set<Digest> here = layersOnDisk(root);
      assertOnlyWhole(root, form, point);

      ImageReference again = ImageReference.parse(other.reference("a/b:1"));
      Image pulled = store.pull(again, RegistryAuth.ANONYMOUS);

      for (byte[] layer : List.of(base, top)) {
        int downloads = here.contains(Digest.ofBytes(layer)) ? 0 : 1;
        assertThat(other.timesServed(Digest.ofBytes(TestImage.gzip(layer))))
            .as("point %d, downloads of a layer", point)
            .isEqualTo(downloads);
      }
      assertWhole(store, pulled);
      assertThat(store.list()).hasSize(1);
      assertDisk(root, Set.of(image));
    }
  }

  private static Set<Digest> layersOnDisk(Path root) throws IOException {
    Set<Digest> layers = new TreeSet<>();
    for (String name : names(root, "layers")) {
      layers.add(Digest.parse("sha256:" + name));
    }
    return layers;
  }

  /** Each layer on disk has what is written last. */
  private static void assertOnlyWhole(Path root, LayerForm form, int point) throws IOException {
    for (String name : names(root, "layers")) {
      Path layer = root.resolve("layers").resolve(name);
      assertThat(layer.resolve("layer.json")).as("point %d", point).isNotEmptyFile();
      if (form == LayerForm.EROFS) {
        // That it is whole shows when it is mounted.
        assertThat(layer.resolve(form.file())).as("point %d", point).isNotEmptyFile();
        continue;
      }
      boolean last =
          Stream.of("fs/l", "fs/etc/motd")
              .allMatch(each -> Files.exists(layer.resolve(each), LinkOption.NOFOLLOW_LINKS));
      assertThat(last || Files.exists(layer.resolve("fs/etc/issue")))
          .as("point %d, the last entry of layer %s", point, name)
          .isTrue();
    }
  }
}
