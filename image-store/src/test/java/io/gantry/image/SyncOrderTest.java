package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.content.LayerChoice;
import io.gantry.image.content.LayerForm;
import io.gantry.image.erofs.ImageMounter;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.linux.Fd;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.Condition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a power cut may take is what was not synced. Here every change of the disk is followed, and
 * at each rename that makes something visible, nothing that it relies on may still be at stake.
 */
class SyncOrderTest {

  @TempDir Path root;

  @ParameterizedTest
  @EnumSource
  void whatever_becomes_visible_is_on_disk_with_all_that_it_names(LayerForm form) throws Exception {
    AtStake stake = new AtStake(root);
    try (FakeRegistry registry = new FakeRegistry();
        ImageStore store =
            ImageStore.open(
                StoreSettings.inOrder(root),
                WatchedFiles.of(stake),
                new LayerChoice(form, ImageMounter.NONE))) {
      byte[] base = new TarBytes().directory("etc").file("etc/motd", "hello").bytes();
      byte[] top = new TarBytes().file("etc/issue", "you").symlink("l", "etc").bytes();
      registry.push("a/b", "1", TestImage.of(base, top));

      store.pull(ImageReference.parse(registry.reference("a/b:1")), RegistryAuth.ANONYMOUS);

      assertThat(stake.shown).containsExactly("layers", "layers", "blobs", "blobs", "images");
      assertThat(stake.broken).isEmpty();
      assertThat(stake.names).as("names at stake when the pull has its answer").isEmpty();
    }
  }

  @Test
  void a_change_without_its_sync_would_be_seen() {
    AtStake stake = new AtStake(root);
    Fd file = Fd.owning(7, number -> {});
    Path aside = root.resolve("staging/record-1");
    stake.after("open", new Object[] {aside, 0x40 | 1, 0644}, file);
    stake.after("write", new Object[] {file}, 1);
    stake.after(
        "renameat2",
        new Object[] {Fd.CWD, aside.toString(), Fd.CWD, root + "/images/x.json", 0},
        null);

    assertThat(stake.broken)
        .haveExactly(1, new Condition<>(text -> text.contains("record-1"), "the record"));
  }

  /** What a power cut could take at this moment. */
  private static final class AtStake implements WatchedFiles.Watcher {
    final List<String> shown = new ArrayList<>();
    final List<String> broken = new ArrayList<>();
    final Set<Path> names = new HashSet<>();
    private final Set<Path> contents = new HashSet<>();
    private final Map<Fd, Path> open = new HashMap<>();
    private final Path root;
    private boolean tree;

    AtStake(Path root) {
      this.root = root;
    }

    @Override
    public synchronized void after(String call, Object[] arguments, @Nullable Object result) {
      switch (call) {
        case "open" -> open.put((Fd) result, (Path) arguments[0]);
        case "write" -> {
          Path file = open.get(arguments[0]);
          if (file == null) {
            tree = true;
          } else {
            contents.add(file);
          }
        }
        case "fsync" -> {
          contents.remove(open.get(arguments[0]));
          names.remove(open.get(arguments[0]));
        }
        case "syncfs" -> {
          tree = false;
          contents.clear();
          names.clear();
        }
        case "renameat2" -> renamed(Path.of((String) arguments[1]), Path.of((String) arguments[3]));
        case "mkdirat", "symlinkat", "linkat", "mknodat", "unlinkat" ->
            tree |= !arguments[call.equals("symlinkat") ? 1 : 0].equals(Fd.CWD);
        default -> {
          // Opening is no change that anything relies on.
        }
      }
    }

    private void renamed(Path from, Path to) {
      String kind = root.relativize(to).getName(0).toString();
      switch (kind) {
        case "layers" -> {
          require(!tree, "files of " + to);
          contents.stream()
              .filter(file -> file.startsWith(from))
              .forEach(file -> require(false, file + " of " + to));
        }
        case "blobs" -> require(!contents.contains(from), from + " of " + to);
        case "images" -> {
          require(!contents.contains(from), from + " of " + to);
          require(names.isEmpty(), names + ", which " + to + " relies on");
        }
        default -> {
          return;
        }
      }
      shown.add(kind);
      names.add(to.getParent());
    }

    private void require(boolean held, String what) {
      if (!held) {
        broken.add("not synced: " + what);
      }
    }
  }
}
