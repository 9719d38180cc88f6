package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.error.ImageException;
import io.gantry.image.layer.UnpackLimits;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.Linux;
import io.gantry.linux.Syscalls;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommitTest {

  private static final Commit.Stillness STILL = Commit.Reading::run;

  @TempDir Path folder;
  private final Syscalls linux = Linux.syscalls();
  private FakeRegistry registry;
  private ImageStore store;
  private Image base;
  private Path upper;

  @BeforeEach
  void open() throws IOException {
    registry = new FakeRegistry();
    openStore();
    registry.push(
        "a/b", "1", TestImage.of(new TarBytes().directory("etc").file("etc/old", "x").bytes()));
    base = store.pull(ImageReference.parse(registry.host() + "/a/b:1"), RegistryAuth.ANONYMOUS);
    upper = store.snapshots().prepare("container", store.layers(base)).upper();
    Files.createDirectory(upper.resolve("etc"));
    Files.writeString(upper.resolve("etc/new"), "changed");
  }

  private void openStore() throws ImageException {
    store = ImageStore.open(StoreSettings.at(folder), linux);
  }

  @AfterEach
  void close() {
    store.close();
    registry.close();
  }

  private Commit commit(String name, String... changes) throws ImageException {
    return new Commit(
        base.id(),
        "container",
        name.isEmpty() ? null : ImageReference.parse(name),
        "sh -c change",
        "A. Person",
        "why not",
        List.of(changes));
  }

  private void assertNothingAside() throws IOException {
    try (Stream<Path> staged = Files.list(folder.resolve("staging"))) {
      assertThat(staged).isEmpty();
    }
    assertThat(store.holds()).isEmpty();
  }

  @Test
  void the_changes_are_a_layer_above_the_image() throws Exception {
    Image made = store.commit(commit("mine:2", "USER 7", "ENV B=c"), STILL);

    assertThat(made.repoTags()).containsExactly("docker.io/library/mine:2");
    assertThat(made.repoDigests()).isEmpty();
    assertThat(made.diffIds()).hasSize(2).startsWith(base.diffIds().getFirst());
    assertThat(store.layers(made).getFirst().resolve("etc/new")).hasContent("changed");
    assertThat(store.config(made).user()).isEqualTo("7");
    assertThat(store.config(made).env()).containsExactly("A=b", "B=c");
    assertThat(store.config(made).diffIds()).isEqualTo(made.diffIds());
    HistoryStep last = store.history(made).getLast();
    assertThat(last.createdBy()).isEqualTo("sh -c change");
    assertThat(last.author()).isEqualTo("A. Person");
    assertThat(last.comment()).isEqualTo("why not");
    assertThat(last.created()).isEqualTo(store.config(made).created()).isNotEmpty();
    assertNothingAside();
  }

  @Test
  void a_commit_is_there_after_a_restart_and_goes_as_a_whole() throws Exception {
    Image made = store.commit(commit("mine:2"), STILL);
    store.remove(base.id());
    store.close();
    openStore();

    assertThat(store.find("mine:2").map(Image::id)).contains(made.id());
    assertThat(store.layers(made).getLast().resolve("etc/old")).hasContent("x");
    store.remove(made.id());
    try (Stream<Path> layers = Files.list(folder.resolve("layers"))) {
      assertThat(layers).isEmpty();
    }
  }

  @Test
  void deletions_are_kept() throws Exception {
    try (Fd root = linux.open(upper, FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0)) {
      linux.setxattr(root, "etc", "user.overlay.opaque", new byte[] {'y'});
    }
    Path files = store.layers(store.commit(commit(""), STILL)).getFirst();

    try (Fd layer = linux.open(files, FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0)) {
      assertThat(linux.getxattr(layer, "etc", "user.overlay.opaque")).containsExactly('y');
    }
  }

  @Test
  void the_files_are_only_read_while_they_are_kept_still() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    Image made =
        store.commit(
            commit("mine:2"),
            reading -> {
              asked.incrementAndGet();
              reading.run();
              Files.writeString(upper.resolve("etc/new"), "too late");
            });

    assertThat(asked).hasValue(1);
    assertThat(store.layers(made).getFirst().resolve("etc/new")).hasContent("changed");
  }

  @Test
  void an_image_that_was_removed_under_its_container_can_still_be_committed() throws Exception {
    store.hold(base.id(), "container");
    store.remove(base.id());

    Image made = store.commit(commit("mine:2"), STILL);

    store.release("container");
    assertThat(store.layers(made)).hasSize(2);
    assertThat(store.layers(made).getLast().resolve("etc/old")).hasContent("x");
  }

  @Test
  void a_commit_that_fails_leaves_nothing() throws Exception {
    assertThatThrownBy(() -> store.commit(commit("", "RUN x"), STILL))
        .isInstanceOf(ImageException.Invalid.class);
    assertThatThrownBy(() ->
            store.commit(
                commit(""),
                reading -> {
                  reading.run();
                  throw new IOException("cannot thaw");
                }))
        .hasMessageContaining("cannot thaw");
    store.snapshots().remove("container");
    assertThatThrownBy(() -> store.commit(commit(""), STILL))
        .isInstanceOf(ImageException.NotFound.class);
    Commit unknown =
        new Commit(Digest.ofBytes(new byte[1]), "container", null, "", "", "", List.of());
    assertThatThrownBy(() -> store.commit(unknown, STILL))
        .isInstanceOf(ImageException.NotFound.class);

    assertThat(store.list()).containsExactly(base);
    assertNothingAside();
  }

  @Test
  void a_file_that_claims_to_be_huge_fills_no_disk() throws Exception {
    try (RandomAccessFile huge = new RandomAccessFile(upper.resolve("etc/sparse").toFile(), "rw")) {
      huge.setLength(1L << 40);
    }
    AtomicLong aside = new AtomicLong();

    assertThatThrownBy(() ->
            store.commit(
                commit("mine:2"),
                reading -> {
                  try {
                    reading.run();
                  } finally {
                    aside.set(bytesAside());
                  }
                }))
        .isInstanceOf(ImageException.Refused.class)
        .hasMessageContaining("file /etc/sparse")
        .hasMessageContaining("limit of " + UnpackLimits.DEFAULT.maxBytes() + " bytes");

    assertThat(aside).hasValueLessThan(1 << 20);
    assertThat(store.list()).containsExactly(base);
    assertNothingAside();
  }

  private long bytesAside() throws IOException {
    long bytes = 0;
    try (Stream<Path> staged = Files.list(folder.resolve("staging"))) {
      for (Path file : staged.toList()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }

  @Test
  void a_layer_made_here_leaves_with_the_digest_that_it_has_here() throws Exception {
    Image made = store.commit(commit("mine:2"), STILL);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ImageExport export = store.export(List.of(new ImageExport.Wanted(made, List.of())))) {
      export.writeTo(out);
    }

    assertThat(out.toString(StandardCharsets.ISO_8859_1))
        .contains("blobs/sha256/" + made.diffIds().getLast().hex());
  }
}
