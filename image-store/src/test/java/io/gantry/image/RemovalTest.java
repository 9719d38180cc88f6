package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.error.ImageException;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of images after they came: names, holds, removal, another life of the store. */
class RemovalTest {

  @TempDir Path root;
  private FakeRegistry registry;
  private ImageStore store;

  private final byte[] base = new TarBytes().directory("etc").file("etc/motd", "hello").bytes();
  private final byte[] top = new TarBytes().directory("etc").file("etc/issue", "you").bytes();

  @BeforeEach
  void start() throws IOException {
    registry = new FakeRegistry();
    store = open();
  }

  private ImageStore open() throws ImageException {
    return ImageStore.open(StoreSettings.at(root.resolve("store")), Linux.syscalls());
  }

  @AfterEach
  void stop() {
    store.close();
    registry.close();
  }

  private Image pull(String name) throws ImageException {
    return store.pull(ImageReference.parse(registry.reference(name)), RegistryAuth.ANONYMOUS);
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
  void survives_a_reopening() throws Exception {
    registry.push("a/b", "1", TestImage.of(base, top));
    Image pulled = pull("a/b:1");
    store.close();

    store = open();

    assertThat(store.list()).containsExactly(pulled);
    assertThat(store.layers(pulled).getLast().resolve("etc/motd")).hasContent("hello");
  }

  @Test
  void leftovers_of_an_earlier_life_are_gone_after_opening() throws Exception {
    registry.push("a/b", "1", TestImage.of(base));
    Image pulled = pull("a/b:1");
    store.close();
    Path half = root.resolve("store/layers").resolve("0".repeat(64));
    Files.createDirectories(half.resolve("fs/etc"));
    Files.createDirectories(root.resolve("store/staging/layer-1/fs"));

    store = open();

    assertThat(half).doesNotExist();
    assertThat(root.resolve("store/staging")).isEmptyDirectory();
    assertThat(store.list()).containsExactly(pulled);
  }

  @Test
  void removal_takes_only_what_no_other_image_uses() throws Exception {
    registry.push("a/b", "1", TestImage.of(base));
    registry.push("a/b", "2", TestImage.of(base, top));
    Image one = pull("a/b:1");
    Image two = pull("a/b:2");
    Path shared = store.layers(one).getFirst();
    Path own = store.layers(two).getFirst();

    store.remove(two.id());

    assertThat(store.list()).containsExactly(one);
    assertThat(shared).exists();
    assertThat(own).doesNotExist();
    store.remove(one.id());
    store.remove(one.id());
    assertNothingVisible();
    assertThat(store.fsUsage().inodes()).isZero();
  }

  @Test
  void a_held_image_keeps_its_layers_until_the_last_release() throws Exception {
    registry.push("a/b", "1", TestImage.of(base));
    Image image = pull("a/b:1");
    ImageHold hold = store.hold(image.id(), "container-1");
    store.hold(image.id(), "container-2");

    store.remove(image.id());
    store.release("container-2");
    store.close();
    store = open();

    assertThat(store.list()).isEmpty();
    assertThat(hold.layers().getFirst().resolve("etc/motd")).hasContent("hello");
    assertThat(store.holds()).containsOnlyKeys("container-1");
    store.release("container-1");
    assertThat(hold.layers().getFirst()).doesNotExist();
    assertNothingVisible();
  }

  @Test
  void a_removed_but_held_image_comes_back_by_pulling() throws Exception {
    registry.push("a/b", "1", TestImage.of(base));
    Image image = pull("a/b:1");
    store.hold(image.id(), "c");
    store.remove(image.id());

    Image again = pull("a/b:1");
    store.release("c");

    assertThat(again.id()).isEqualTo(image.id());
    assertThat(store.layers(again).getFirst().resolve("etc/motd")).hasContent("hello");
    store.remove(again.id());
    assertNothingVisible();
  }

  @Test
  void untagging_keeps_the_image_until_its_last_name_goes() throws Exception {
    TestImage image = TestImage.of(base);
    registry.push("a/b", "1", image);
    registry.push("a/b", "2", image);
    pull("a/b:1");
    pull("a/b:2");

    store.untag(ImageReference.parse(registry.reference("a/b:1")));
    assertThat(store.list().getFirst().repoTags()).containsExactly(registry.reference("a/b:2"));
    store.untag(ImageReference.parse(registry.reference("a/b:2")));
    assertNothingVisible();
  }
}
