package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.content.LayerForm;
import io.gantry.image.reference.Digest;
import io.gantry.image.registry.RegistryAuth;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A removal, a hold or a return of an image whose daemon is killed. */
class RemovalKillIT extends KillCase {

  @Test
  void a_removal_that_is_killed_anywhere_has_happened_or_not() throws Exception {
    int points =
        killEverywhere(
            "work", LayerForm.DIRECTORY, this::removeAgain, "pull a/b:1", "!", "remove a/b:1");

    assertThat(points).isGreaterThan(6);
  }

  private void removeAgain(Path root, int point) throws Exception {
    try (ImageStore store = open(root, LayerForm.DIRECTORY, KEEP_NOTHING)) {
      if (point == 0) {
        assertWhole(store, store.list().getFirst());
      }
      for (Image left : store.list()) {
        store.remove(left.id());
      }
      awaitDisk(root, Set.of());
      assertWhole(store, store.pull(reference("a/b:1"), RegistryAuth.ANONYMOUS));
      awaitDisk(root, Set.of(image));
    }
  }

  @Test
  void deleting_what_was_removed_goes_on_in_the_next_life() throws Exception {
    int points =
        killEverywhere(
            "trash",
            LayerForm.DIRECTORY,
            (root, point) -> {
              try (ImageStore store = open(root, LayerForm.DIRECTORY, KEEP)) {
                assertThat(store.list()).isEmpty();
                awaitDisk(root, Set.of());
              }
            },
            "pull a/b:1",
            "!",
            "remove a/b:1");

    assertThat(points).isGreaterThan(8);
  }

  @Test
  void an_image_that_is_held_stays_whole_until_it_is_let_go() throws Exception {
    killEverywhere(
        "work",
        LayerForm.DIRECTORY,
        this::letGo,
        "pull a/b:1",
        "!",
        "hold a/b:1",
        "remove a/b:1",
        "release c1");
  }

  private void letGo(Path root, int point) throws Exception {
    try (ImageStore store = open(root, LayerForm.DIRECTORY, KEEP_NOTHING)) {
      for (Map.Entry<String, Digest> held : store.holds().entrySet()) {
        ImageHold hold = store.hold(held.getValue(), held.getKey());
        assertThat(hold.layers().getLast().resolve("etc/motd"))
            .as("point %d", point)
            .hasContent("hello");
        store.release(hold.owner());
      }
      for (Image left : store.list()) {
        store.remove(left.id());
      }
      awaitDisk(root, Set.of());
    }
  }

  @Test
  void a_hidden_image_that_comes_back_is_listed_or_hidden_never_both() throws Exception {
    String[] steps = {"pull a/b:1", "hold a/b:1", "remove a/b:1", "!", "pull a/b:1", "release c1"};
    int points =
        killEverywhere(
            "work",
            LayerForm.DIRECTORY,
            (root, point) -> {
              pullListed(root, point);
              letGo(root, point);
            },
            steps);

    assertThat(points).isGreaterThan(6);
  }

  /** Once the record is written the image is there, whatever becomes of the hold. */
  private void pullListed(Path root, int point) throws Exception {
    boolean listed = Files.exists(root.resolve("images/" + image.id().hex() + ".json"));
    try (ImageStore store = open(root, LayerForm.DIRECTORY, KEEP)) {
      assertThat(store.list()).as("point %d", point).hasSize(listed ? 1 : 0);
    }
  }
}
