package io.gantry.image.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.content.Trash;
import io.gantry.image.error.ImageException;
import io.gantry.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotsTest {

  @TempDir Path root;
  private Trash trash;
  private Snapshots snapshots;
  private Path lower;

  @BeforeEach
  void prepare() throws IOException {
    trash = new Trash(Files.createDirectory(root.resolve("trash")), Linux.syscalls());
    snapshots = new Snapshots(Files.createDirectory(root.resolve("snapshots")), trash);
    lower = Files.createDirectory(root.resolve("lower"));
    Files.setPosixFilePermissions(lower, PosixFilePermissions.fromString("rwx--x--x"));
  }

  @AfterEach
  void stop() {
    trash.close();
  }

  @Test
  void a_snapshot_starts_empty_with_the_root_of_the_image() throws Exception {
    OverlayDirectories made = snapshots.prepare("c1", List.of(lower));

    assertThat(made.lower()).containsExactly(lower);
    assertThat(made.upper()).isEmptyDirectory();
    assertThat(made.work()).isEmptyDirectory();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made.upper())))
        .isEqualTo("rwx--x--x");
  }

  @Test
  void preparing_again_keeps_what_was_written() throws Exception {
    Path upper = snapshots.prepare("c1", List.of(lower)).upper();
    Files.writeString(upper.resolve("f"), "x");

    assertThat(snapshots.prepare("c1", List.of(lower)).upper().resolve("f")).hasContent("x");
  }

  @Test
  void the_mark_of_a_volatile_mount_does_not_hinder_the_next_one() throws Exception {
    Path work = snapshots.prepare("c1", List.of(lower)).work();
    Path mark = Files.createDirectories(work.resolve("work/incompat/volatile"));
    Files.createFile(mark.resolve("dirty"));

    snapshots.prepare("c1", List.of(lower));

    assertThat(mark).doesNotExist();
    assertThat(work).isDirectory();
  }

  @Test
  void a_half_made_snapshot_is_completed() throws Exception {
    Files.createDirectories(root.resolve("snapshots/c1/upper"));

    assertThat(snapshots.prepare("c1", List.of(lower)).work()).isDirectory();
  }

  @Test
  void removal_is_at_once_and_can_be_repeated() throws Exception {
    Path upper = snapshots.prepare("c1", List.of(lower)).upper();
    Files.createDirectories(upper.resolve("a/b"));
    snapshots.prepare("c2", List.of(lower));

    snapshots.remove("c1");
    snapshots.remove("c1");

    assertThat(upper).doesNotExist();
    assertThat(snapshots.ids()).containsExactly("c2");
  }

  @Test
  void ids_that_are_paths_are_refused() {
    for (String id : List.of("", "..", "a/b", ".hidden", "a b", "x".repeat(129))) {
      assertThatThrownBy(() -> snapshots.prepare(id, List.of(lower)))
          .isInstanceOf(ImageException.Invalid.class);
    }
  }
}
