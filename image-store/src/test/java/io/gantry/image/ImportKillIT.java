package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.archive.ImageWriter;
import io.gantry.image.content.LayerForm;
import io.gantry.image.manifest.Platform;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** An import, a commit or a push whose daemon is killed. */
class ImportKillIT extends KillCase {

  @Test
  void a_tag_that_moves_belongs_to_one_image_and_never_comes_back() throws Exception {
    registry.push("a/c", "1", image);
    Path archive = archive(registry.reference("a/c:1"), "x");

    killEverywhere(
        "work", LayerForm.DIRECTORY, this::tagIsUnique, "pull a/c:1", "!", "import " + archive);
  }

  private void tagIsUnique(Path root, int point) throws Exception {
    String tag = registry.reference("a/c:1");
    Digest owner;
    try (ImageStore store = open(root, LayerForm.DIRECTORY, KEEP)) {
      assertThat(store.list().stream().filter(each -> each.repoTags().contains(tag)))
          .as("point %d", point)
          .hasSize(1);
      owner = store.find(tag).orElseThrow().id();
      store.remove(owner);
    }
    try (ImageStore store = open(root, LayerForm.DIRECTORY, KEEP)) {
      assertThat(store.find(tag)).as("point %d", point).isEmpty();
      assertThat(store.find(owner.toString())).isEmpty();
    }
  }

  @Test
  void an_import_that_is_killed_anywhere_can_be_tried_again() throws Exception {
    Path archive = archive("localhost/demo/tool:1", "x");
    int points =
        killEverywhere(
            "work",
            LayerForm.DIRECTORY,
            (root, point) -> {
              try (ImageStore store = open(root, LayerForm.DIRECTORY, KEEP);
                  var stream = Files.newInputStream(archive)) {
                assertThat(store.list()).hasSizeLessThanOrEqualTo(1);
                Image imported = store.importArchive(stream, null).getFirst();
                assertThat(store.layers(imported).getFirst().resolve("etc/motd")).hasContent("x");
                assertThat(store.list()).hasSize(1);
                KillChild.awaitEmpty(root.resolve("trash"));
                assertThat(names(root, "staging")).isEmpty();
              }
            },
            "!",
            "import " + archive);

    assertThat(points).isGreaterThan(10);
  }

  private Path archive(String name, String content) throws IOException {
    Path file = folder.resolve("archive.tar");
    new ImageWriter(ImageReference.parse(name), new Platform("linux", "amd64", ""))
        .text("/etc/motd", content, 0644)
        .write(file);
    return file;
  }

  @Test
  void a_commit_that_is_killed_anywhere_can_be_tried_again() throws Exception {
    int points =
        killEverywhere(
            "work",
            LayerForm.DIRECTORY,
            (root, point) -> {
              try (ImageStore store = open(root, LayerForm.DIRECTORY, KEEP_NOTHING)) {
                boolean made = store.find("mine:1").isPresent();
                assertThat(store.list()).as("point %d", point).hasSize(made ? 2 : 1);
                Image again = KillChild.commit(store, registry.reference("a/b:1"));
                assertThat(store.layers(again).getFirst().resolve("etc/new")).hasContent("changed");
                assertThat(store.find("mine:1").map(Image::id)).contains(again.id());
                sweep(store);
                for (Image each : store.list()) {
                  store.remove(each.id());
                }
                awaitDisk(root, Set.of());
              }
            },
            "pull a/b:1",
            "change a/b:1",
            "!",
            "commit a/b:1");

    assertThat(points).isGreaterThan(10);
  }

  /** As the daemon does at its start: no container is left. */
  private static void sweep(ImageStore store) throws IOException {
    store.snapshots().remove(KillChild.CHANGED);
    for (String owner : store.holds().keySet()) {
      store.release(owner);
    }
  }

  @Test
  void a_push_that_is_killed_anywhere_can_be_tried_again() throws Exception {
    // The registry knows one upload at a time.
    atATime = 1;
    try (UploadRegistry target = new UploadRegistry()) {
      String name = target.host() + "/c/d:1";
      int points =
          killEverywhere(
              "work",
              LayerForm.DIRECTORY,
              (root, point) -> {
                try (ImageStore store = open(root, LayerForm.DIRECTORY, KEEP)) {
                  Image here = store.list().getFirst();
                  assertThat(store.list()).as("point %d", point).hasSize(1);
                  PushedImage pushed =
                      store.push(here, ImageReference.parse(name), RegistryAuth.ANONYMOUS);
                  assertThat(pushed.sent() + pushed.present()).isEqualTo(2);
                  assertThat(target.content).containsKey("c/d:1");
                  KillChild.awaitEmpty(root.resolve("trash"));
                  assertThat(names(root, "staging")).isEmpty();
                  assertWhole(store, store.list().getFirst());
                }
              },
              "pull a/b:1",
              "!",
              "push a/b:1 " + name);

      assertThat(points).isGreaterThan(3);
    }
  }
}
