package io.gantry.image.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.TarBytes;
import io.gantry.image.error.ImageException;
import io.gantry.linux.Linux;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnpackTest {

  @TempDir Path folder;
  private Path victim;
  private Path target;

  @BeforeEach
  void prepare() throws IOException {
    victim = Files.createDirectory(folder.resolve("victim"));
    Files.writeString(victim.resolve("precious"), "mine");
    target = folder.resolve("fs");
  }

  private UnpackedLayer unpack(TarBytes tar) throws IOException {
    DirectoryUnpacker unpacker =
        new DirectoryUnpacker(
            Linux.syscalls(), Privileges.NONE, new UnpackLimits(Long.MAX_VALUE, 1000));
    return unpacker.unpack(new TarReader(new ByteArrayInputStream(tar.bytes())), target);
  }

  private void assertRefused(TarBytes tar, String entry) throws IOException {
    assertThatThrownBy(() -> unpack(tar))
        .isInstanceOfAny(ImageException.Refused.class, ImageException.Corrupt.class)
        .hasMessageContaining(entry);
    try (var left = Files.list(victim)) {
      assertThat(left).containsExactly(victim.resolve("precious"));
    }
    assertThat(victim.resolve("precious")).hasContent("mine");
  }

  @Test
  void files_links_and_modes_arrive() throws Exception {
    UnpackedLayer layer =
        unpack(
            new TarBytes()
                .directory("./", 0711)
                .directory("bin", 0700)
                .file("bin/tool", 04755, "#!".getBytes(UTF_8))
                .hardLink("bin/same", "bin/tool")
                .hardLink("bin/absolute", "/bin/tool")
                .symlink("sh", "/nowhere/at/../all")
                .fifo("pipe"));

    assertThat(Files.getAttribute(target.resolve("bin/tool"), "unix:mode")).isEqualTo(0104755);
    assertThat(Files.getAttribute(target.resolve("bin/same"), "unix:nlink")).isEqualTo(3);
    assertThat(Files.readSymbolicLink(target.resolve("sh")).toString())
        .isEqualTo("/nowhere/at/../all");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
        .isEqualTo("rwx--x--x");
    assertThat(layer.inodes()).isEqualTo(5);
  }

  @Test
  void times_are_kept_to_the_nanosecond_also_of_directories() throws Exception {
    Instant time = Instant.ofEpochSecond(1_234_567_890L, 987_654_321);
    byte[] mtime = "1234567890.987654321".getBytes(UTF_8);
    unpack(
        new TarBytes()
            .pax(Map.of("mtime", mtime))
            .directory("d")
            .pax(Map.of("mtime", mtime))
            .file("d/f", "x")
            .pax(Map.of("mtime", mtime))
            .symlink("d/l", "f")
            .file("d/later", "y"));

    for (String name : new String[] {"d", "d/f", "d/l"}) {
      assertThat(Files.getLastModifiedTime(target.resolve(name), LinkOption.NOFOLLOW_LINKS))
          .as(name)
          .isEqualTo(FileTime.from(time));
    }
  }

  @Test
  void attributes_arrive_and_overlays_own_do_not() throws Exception {
    unpack(
        new TarBytes()
            .pax(
                Map.of(
                    "SCHILY.xattr.user.colour", new byte[] {(byte) 0xff, 0},
                    "SCHILY.xattr.user.overlay.opaque", "y".getBytes(UTF_8),
                    "SCHILY.xattr.trusted.overlay.redirect", "/".getBytes(UTF_8)))
            .file("f", "x"));

    assertThat(
            Files.getFileAttributeView(target.resolve("f"), UserDefinedFileAttributeView.class)
                .list())
        .containsExactly("colour");
  }

  @Test
  void missing_parents_are_made_and_counted() throws Exception {
    UnpackedLayer layer = unpack(new TarBytes().file("a/b/c", "x").directory("a").file("d/e", "y"));

    assertThat(target.resolve("a/b/c")).hasContent("x");
    assertThat(layer.inodes()).isEqualTo(6);
  }

  @Test
  void a_later_entry_replaces_an_earlier_one() throws Exception {
    unpack(
        new TarBytes()
            .file("a", "file")
            .directory("a")
            .file("a/in", "x")
            .symlink("b", "a")
            .file("b", "real")
            .directory("c")
            .file("c/deep/er", "x")
            .file("c", "flat")
            .file("f", "1")
            .file("f", "22")
            .symlink("l", "f")
            .directory("l")
            .file("l/x", "y")
            .hardLink("f", "b"));

    assertThat(target.resolve("a/in")).hasContent("x");
    assertThat(target.resolve("b")).hasContent("real");
    assertThat(target.resolve("c")).hasContent("flat");
    assertThat(target.resolve("f")).hasContent("real");
    assertThat(target.resolve("l")).isDirectory();
    assertThat(target.resolve("l/x")).hasContent("y");
  }

  @Test
  void parents_through_links_inside_the_layer_are_followed() throws Exception {
    unpack(new TarBytes().directory("usr/lib").symlink("lib", "usr/lib").file("lib/so", "x"));

    assertThat(target.resolve("usr/lib/so")).hasContent("x");
  }

  @Test
  void deletions_become_whiteouts_and_opaque_directories() throws Exception {
    unpack(
        new TarBytes()
            .file(".wh.gone", "")
            .directory("fresh")
            .file("fresh/.wh..wh..opq", "")
            .file("fresh/x", "y")
            .file(".wh.again", "")
            .directory("again")
            .directory("before")
            .file(".wh.before", "")
            .file("both", "mine")
            .file(".wh.both", "")
            .file(".wh.implied", "")
            .file("implied/file", "x")
            .file(".wh..wh.plnk", ""));

    assertThat(Files.getAttribute(target.resolve("gone"), "unix:mode")).isEqualTo(0020000);
    assertThat(Files.getAttribute(target.resolve("gone"), "unix:rdev")).isEqualTo(0L);
    for (String name : new String[] {"fresh", "again", "before", "implied"}) {
      assertThat(
              Files.getFileAttributeView(target.resolve(name), UserDefinedFileAttributeView.class)
                  .list())
          .as(name)
          .containsExactly("overlay.opaque");
    }
    assertThat(target.resolve("both")).hasContent("mine");
    assertThat(target.resolve(".wh..wh.plnk")).doesNotExist();
  }

  @Test
  void names_in_any_bytes_are_made() throws Exception {
    byte[] header = TarBytes.header("caf", '0', 0644, 0, "");
    header[3] = (byte) 0xe9;
    unpack(new TarBytes().raw(TarBytes.sealed(header)).file("Fő/ř", "x"));

    try (var left = Files.list(target)) {
      assertThat(left.count()).isEqualTo(2);
    }
  }

  @Test
  void climbing_names_are_refused() throws Exception {
    assertRefused(new TarBytes().file("../victim/new", "x"), "../victim/new");
    Files.delete(target);
    assertRefused(new TarBytes().directory("a").file("a/../../victim/new", "x"), "..");
  }

  @Test
  void parents_that_are_absolute_links_are_refused() throws Exception {
    assertRefused(
        new TarBytes().symlink("evil", victim.toString()).file("evil/new", "x"), "evil/new");
  }

  @Test
  void parents_that_are_climbing_links_are_refused() throws Exception {
    assertRefused(new TarBytes().symlink("evil", "../victim").file("evil/new", "x"), "evil/new");
  }

  @Test
  void a_link_exchanged_for_a_directory_in_between_is_seen() throws Exception {
    assertRefused(
        new TarBytes()
            .directory("d")
            .file("d/first", "x")
            .symlink("d", victim.toString())
            .file("d/new", "x"),
        "d/new");
  }

  @Test
  void writing_to_a_link_replaces_the_link_and_never_its_target() throws Exception {
    unpack(
        new TarBytes()
            .symlink("precious", victim.resolve("precious").toString())
            .file("precious", "theirs"));

    assertThat(target.resolve("precious")).hasContent("theirs").isRegularFile();
    assertThat(Files.isSymbolicLink(target.resolve("precious"))).isFalse();
    assertThat(victim.resolve("precious")).hasContent("mine");
  }

  @Test
  void a_directory_entry_over_a_link_does_not_touch_the_target() throws Exception {
    unpack(new TarBytes().symlink("d", victim.toString()).directory("d", 0700).file("d/x", "y"));

    assertThat(target.resolve("d/x")).hasContent("y");
    assertThat(victim.resolve("x")).doesNotExist();
  }

  @Test
  void hard_links_stay_in_the_layer() throws Exception {
    assertRefused(new TarBytes().hardLink("steal", "../victim/precious"), "steal");
    Files.delete(target);
    assertRefused(new TarBytes().hardLink("steal", victim.resolve("precious").toString()), "steal");
    deleteTarget();
    assertRefused(
        new TarBytes().symlink("evil", victim.toString()).hardLink("steal", "evil/precious"),
        "steal");
  }

  private void deleteTarget() throws IOException {
    Tree.delete(Linux.syscalls(), target);
  }

  @Test
  void a_hard_link_to_a_link_links_the_link() throws Exception {
    unpack(
        new TarBytes()
            .symlink("l", victim.resolve("precious").toString())
            .hardLink("h", "l")
            .file("h", "theirs"));

    assertThat(victim.resolve("precious")).hasContent("mine");
  }

  @Test
  void hard_links_to_nothing_and_to_directories_are_refused() throws Exception {
    assertRefused(new TarBytes().hardLink("a", "missing"), "missing");
    deleteTarget();
    assertRefused(new TarBytes().directory("d").hardLink("a", "d"), "hard link to d");
    deleteTarget();
    assertRefused(new TarBytes().hardLink("a", "a"), "hard link to a");
  }

  @Test
  void a_character_device_0_0_is_refused() throws Exception {
    assertRefused(new TarBytes().device("hide", '3', 0, 0), "hide");
  }

  @Test
  void deletions_of_nothing_nameable_are_refused() throws Exception {
    for (String name : new String[] {".wh.", ".wh..", ".wh..."}) {
      assertRefused(new TarBytes().file(name, ""), name);
      deleteTarget();
    }
  }

  @Test
  void the_root_stays_a_directory() throws Exception {
    assertRefused(new TarBytes().symlink("./", victim.toString()), "root");
    deleteTarget();
    assertRefused(new TarBytes().file("/", "x"), "root");
  }

  @Test
  void a_file_cannot_be_a_parent() throws Exception {
    assertRefused(new TarBytes().file("f", "x").file("f/g", "y"), "f/g");
  }

  @Test
  void a_link_to_nothing_cannot_be_a_parent() throws Exception {
    assertRefused(new TarBytes().symlink("l", "missing").file("l/g", "y"), "l/g");
  }

  @Test
  void sizes_that_lie_are_refused() throws Exception {
    assertRefused(new TarBytes().lyingFile("big", 1 << 20, new byte[512]), "middle of an entry");
  }

  @Test
  void too_many_entries_are_refused() throws Exception {
    TarBytes tar = new TarBytes();
    for (int i = 0; i <= 1000; i++) {
      tar.directory("./");
    }
    assertRefused(tar, "more than 1000 entries");
  }

  @Test
  void too_many_files_are_refused() throws Exception {
    TarBytes tar = new TarBytes();
    for (int i = 0; i < 1000; i++) {
      tar.file("f" + i, "");
    }
    assertRefused(tar, "tar entry f999: with it the layer makes more than 1000 files");
  }

  @Test
  void a_name_longer_than_any_path_is_refused() throws Exception {
    assertRefused(
        new TarBytes().pax(Map.of("path", "d/".repeat(3000).getBytes(UTF_8))).file("x", ""),
        "too long");
  }
}
