package io.gantry.image.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import io.gantry.image.TarBytes;
import io.gantry.image.error.ImageException;
import io.gantry.linux.Linux;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a layer's author can ask for beyond all measure, and where it ends. */
class HostileLayerTest {

  private static final Instant LONG_AGO = Instant.ofEpochSecond(1_700_000_000L);

  @TempDir Path folder;
  private Path target;

  @BeforeEach
  void prepare() {
    target = folder.resolve("fs");
  }

  /** JUnit's own deletion knows paths only. */
  @AfterEach
  void clear() throws IOException {
    Tree.delete(Linux.syscalls(), target);
  }

  private UnpackedLayer unpack(TarBytes tar, long maxEntries) throws IOException {
    DirectoryUnpacker unpacker =
        new DirectoryUnpacker(
            Linux.syscalls(), Privileges.NONE, new UnpackLimits(Long.MAX_VALUE, maxEntries));
    return unpacker.unpack(new TarReader(new ByteArrayInputStream(tar.bytes())), target);
  }

  private static TarBytes named(TarBytes tar, String path) {
    return tar.pax(Map.of("path", path.getBytes(UTF_8))).file("x", "");
  }

  @Test
  void directories_that_no_entry_names_count_as_files_too() {
    TarBytes tar = new TarBytes();
    for (int i = 0; i < 10; i++) {
      named(tar, i + "/d".repeat(200) + "/file");
    }

    assertThatThrownBy(() -> unpack(tar, 1000))
        .isInstanceOf(ImageException.Refused.class)
        .hasMessageContaining("tar entry 4/d/d")
        .hasMessageContaining("more than 1000 files and directories");
  }

  @Test
  void a_path_of_more_than_256_parts_is_refused() throws Exception {
    unpack(named(new TarBytes(), "d/".repeat(255) + "file"), 1000);
    Tree.delete(Linux.syscalls(), target);

    assertThatThrownBy(() -> unpack(named(new TarBytes(), "d/".repeat(256) + "file"), 1000))
        .isInstanceOf(ImageException.Refused.class)
        .hasMessageContaining("over 256 directories");
  }

  @Test
  void paths_are_measured_in_bytes_as_the_kernel_does() {
    String wide = ("ř".repeat(100) + "/").repeat(21) + "file";

    assertThatThrownBy(() -> unpack(named(new TarBytes(), wide), 1000))
        .isInstanceOf(ImageException.Refused.class)
        .hasMessageContaining("over 4095 bytes");
  }

  @Test
  void names_that_no_file_can_have_are_the_images_fault() {
    assertThatThrownBy(() -> unpack(named(new TarBytes(), "n".repeat(300)), 1000))
        .isInstanceOf(ImageException.Refused.class)
        .hasMessageContaining("tar entry nnn");
    assertThatThrownBy(() ->
            new TarReader(
                    new ByteArrayInputStream(
                        new TarBytes()
                            .pax(Map.of("linkpath", "l".repeat(5000).getBytes(UTF_8)))
                            .symlink("link", "")
                            .bytes()))
                .next())
        .isInstanceOf(ImageException.Refused.class)
        .hasMessageContaining("tar entry link: the target of the link is too long");
  }

  @Test
  void links_that_would_keep_the_kernel_walking_are_refused() throws Exception {
    TarBytes tar = new TarBytes();
    tar.pax(Map.of("linkpath", "./".repeat(300).getBytes(UTF_8))).symlink("link", "");

    assertThatThrownBy(() -> unpack(tar, 1000))
        .isInstanceOf(ImageException.Refused.class)
        .hasMessageContaining("tar entry link")
        .hasMessageContaining("over 256 directories");
  }

  @Test
  void a_layer_at_the_end_of_all_paths_can_be_removed() throws Exception {
    unpack(named(new TarBytes(), ("d".repeat(254) + "/").repeat(15) + "f".repeat(200)), 1000);

    Tree.delete(Linux.syscalls(), target);

    assertThat(target).doesNotExist();
  }

  /** Links that lead ever deeper make trees that no limit on single paths holds. */
  @Test
  void a_layer_that_links_dig_deeper_than_all_paths_can_be_replaced_and_removed() throws Exception {
    TarBytes tar = new TarBytes();
    String down = "d/".repeat(250);
    named(tar, down + "file");
    String under = down;
    for (int i = 0; i < 10; i++) {
      tar.pax(Map.of("linkpath", under.getBytes(UTF_8))).symlink("link" + i, "");
      under = "link" + i + "/" + down;
      named(tar, under + "file");
    }

    UnpackedLayer layer = unpack(tar, 10_000);
    assertThat(layer.inodes()).isGreaterThan(11 * 250);
    Tree.delete(Linux.syscalls(), target);

    unpack(tar.file("d", "flat"), 10_000);
    assertThat(target.resolve("d")).hasContent("flat");
  }

  private static Map<String, byte[]> longAgo(String path) {
    Map<String, byte[]> records = new LinkedHashMap<>();
    records.put("path", path.getBytes(UTF_8));
    records.put("mtime", "1700000000".getBytes(UTF_8));
    return records;
  }

  private Instant modified(String path) throws IOException {
    FileTime time = Files.getLastModifiedTime(target.resolve(path), LinkOption.NOFOLLOW_LINKS);
    return time.toInstant();
  }

  /** The times of directories are on the disk and not in memory, where their number would count. */
  @Test
  void directories_keep_their_times_however_often_entries_come_back_to_them() throws Exception {
    TarBytes tar = new TarBytes().pax(longAgo("./")).directory("./");
    for (int i = 0; i < 200; i++) {
      tar.pax(longAgo("dir" + i)).directory("x");
    }
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 200; i++) {
        tar.file("dir" + i + "/file" + round, "x");
      }
    }

    unpack(tar, 1000);

    assertThat(modified(".")).isEqualTo(LONG_AGO);
    for (int i = 0; i < 200; i++) {
      assertThat(modified("dir" + i)).as("dir%d", i).isEqualTo(LONG_AGO);
    }
  }

  @Test
  void a_directory_with_two_paths_has_one_time() throws Exception {
    unpack(
        new TarBytes()
            .pax(longAgo("usr/lib"))
            .directory("x")
            .symlink("lib", "usr/lib")
            .file("usr/lib/one", "x")
            .file("lib/two", "x")
            .file("usr/lib/three", "x"),
        1000);

    assertThat(modified("usr/lib")).isEqualTo(LONG_AGO);
  }

  @Test
  void a_directory_that_is_named_after_its_content_has_the_time_it_was_given() throws Exception {
    unpack(
        new TarBytes()
            .file("usr/lib/one", "x")
            .pax(longAgo("usr/lib"))
            .directory("x")
            .file("usr/lib/two", "x"),
        1000);

    assertThat(modified("usr/lib")).isEqualTo(LONG_AGO);
  }

  @Test
  void a_replaced_directory_leaves_its_parents_time_alone() throws Exception {
    unpack(
        new TarBytes()
            .pax(longAgo("a"))
            .directory("x")
            .file("a/b/c/d", "x")
            .file("a/b", "flat")
            .file("a/e", "x"),
        1000);

    assertThat(target.resolve("a/b")).hasContent("flat");
    assertThat(modified("a")).isEqualTo(LONG_AGO);
  }

  private static void assertReaderRefuses(TarBytes tar, String reason) {
    TarReader reader = new TarReader(new ByteArrayInputStream(tar.bytes()));
    assertThatThrownBy(reader::next)
        .isInstanceOf(ImageException.Refused.class)
        .hasMessageContaining(reason);
  }

  @Test
  void headers_without_end_are_refused() {
    TarBytes many = new TarBytes();
    for (int i = 0; i < 17; i++) {
      many.entry("pax_global_header", 'g', 0644, new byte[10], "");
    }
    assertReaderRefuses(many.file("x", ""), "more than 16");

    Map<String, byte[]> records = new LinkedHashMap<>();
    for (int i = 0; i < 1001; i++) {
      records.put("SCHILY.xattr.user.n" + i, new byte[1]);
    }
    assertReaderRefuses(new TarBytes().pax(records).file("x", ""), "more than 1000 records");
    assertReaderRefuses(
        new TarBytes().pax(Map.of("comment", new byte[1 << 20])).file("x", ""), "over the limit");
  }

  @Test
  void a_zstd_stream_gets_no_more_memory_than_encoders_of_images_need() throws Exception {
    assertThat(Decompression.of(new ByteArrayInputStream(zstd(25))).readAllBytes()).hasSize(1000);

    assertThatThrownBy(() -> Decompression.of(new ByteArrayInputStream(zstd(27))).readAllBytes())
        .isInstanceOf(ImageException.Refused.class)
        .hasMessageContaining("window");
  }

  private static byte[] zstd(int windowLog) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZstdOutputStream zstd = new ZstdOutputStream(out).setLong(windowLog)) {
      zstd.write(new byte[500]);
      zstd.flush();
      zstd.write(new byte[500]);
    }
    return out.toByteArray();
  }
}
