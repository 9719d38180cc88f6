package io.gantry.image.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.TarBytes;
import io.gantry.image.error.ImageException;
import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.Linux;
import io.gantry.linux.Syscalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayerTarTest {

  private static final int END = 2 * TarHead.BLOCK;

  @TempDir Path folder;
  private final Syscalls linux = Linux.syscalls();
  private int unpacked;

  private Path unpack(byte[] tar) throws IOException {
    Path target = folder.resolve("layer-" + ++unpacked);
    new DirectoryUnpacker(linux, Privileges.NONE, UnpackLimits.DEFAULT)
        .unpack(new TarReader(new ByteArrayInputStream(tar)), target);
    return target;
  }

  private byte[] pack(Path layer) throws IOException {
    try (LayerTar tar = LayerTar.of(linux, layer, Privileges.NONE)) {
      return tar.readAllBytes();
    }
  }

  private static List<TarEntry> entries(byte[] tar) throws IOException {
    TarReader reader = new TarReader(new ByteArrayInputStream(tar));
    List<TarEntry> entries = new ArrayList<>();
    @Nullable TarEntry entry;
    while ((entry = reader.next()) != null) {
      entries.add(entry);
    }
    return entries;
  }

  private static List<String> names(byte[] tar) throws IOException {
    return entries(tar).stream().map(TarEntry::name).toList();
  }

  private static TarEntry named(byte[] tar, String name) throws IOException {
    return entries(tar).stream().filter(e -> e.name().equals(name)).findFirst().orElseThrow();
  }

  private static TarBytes everything() {
    return new TarBytes()
        .directory("dir", 01777)
        .pax(
            Map.of(
                "mtime",
                "1700000000.123456789".getBytes(UTF_8),
                "SCHILY.xattr.user.binary",
                new byte[] {0, 1, '\n', (byte) 0xff}))
        .file("dir/file", 04755, "content".getBytes(UTF_8))
        .file("dir/empty", "")
        .file("dir/block", 0600, new byte[512])
        .hardLink("a-link", "dir/file")
        .symlink("dir/soft", "../elsewhere")
        .fifo("dir/pipe")
        .gnuLongName('L', "deep/" + "d".repeat(200) + "/" + "f".repeat(200))
        .file("deep", "long")
        .file("caf\u00e9", "utf-8")
        .file("dir/.wh.gone", "")
        .directory("fresh")
        .file("fresh/.wh..wh..opq", "")
        .file("fresh/new", "y");
  }

  @Test
  void what_a_tar_held_is_in_the_tar_made_of_its_files() throws Exception {
    byte[] tar = pack(unpack(everything().bytes()));

    assertThat(named(tar, "dir/").mode()).isEqualTo(01777);
    assertThat(named(tar, "dir/soft").linkName()).isEqualTo("../elsewhere");
    assertThat(named(tar, "dir/pipe").kind()).isEqualTo(TarEntry.Kind.FIFO);
    assertThat(named(tar, "dir/empty").size()).isZero();
    TarEntry file = named(tar, "a-link");
    assertThat(file.mode()).isEqualTo(04755);
    assertThat(file.modified()).isEqualTo(Instant.parse("2023-11-14T22:13:20.123456789Z"));
    assertThat(file.xattrs().get("user.binary")).containsExactly(0, 1, '\n', 0xff);
    assertThat(named(tar, "dir/file").kind()).isEqualTo(TarEntry.Kind.HARD_LINK);
    assertThat(named(tar, "dir/file").linkName()).isEqualTo("a-link");
  }

  @Test
  void names_are_sorted_parents_come_first_and_deletions_have_their_tar_names() throws Exception {
    assertThat(names(pack(unpack(everything().bytes()))))
        .containsExactly(
            "a-link",
            "caf\u00e9",
            "deep/",
            "deep/" + "d".repeat(200) + "/",
            "deep/" + "d".repeat(200) + "/" + "f".repeat(200),
            "dir/",
            "dir/block",
            "dir/empty",
            "dir/file",
            "dir/.wh.gone",
            "dir/pipe",
            "dir/soft",
            "fresh/",
            "fresh/.wh..wh..opq",
            "fresh/new");
  }

  @Test
  void unpacked_and_packed_again_it_is_the_same_bytes() throws Exception {
    byte[] once = pack(unpack(everything().bytes()));

    assertThat(pack(unpack(once))).isEqualTo(once);
  }

  @Test
  void content_comes_back_whole_whatever_its_size() throws Exception {
    for (int size : new int[] {0, 1, 511, 512, 513, 128 << 10, (128 << 10) + 1, 1_000_003}) {
      byte[] content = new byte[size];
      new Random(size).nextBytes(content);
      Path layer = unpack(new TarBytes().file("f", 0644, content).bytes());

      assertThat(unpack(pack(layer)).resolve("f")).hasBinaryContent(content);
    }
  }

  @Test
  void names_that_are_no_utf8_keep_their_bytes() throws Exception {
    Path layer = unpack(new TarBytes().bytes());
    try (Fd root = linux.open(layer, FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0)) {
      linux.mkdirat(root, "latin-\udce9", 0755);
      linux.symlinkat("to-\udcff", root, "link");
    }
    byte[] tar = pack(layer);

    assertThat(names(tar)).containsExactly("latin-\udce9/", "link");
    assertThat(pack(unpack(tar))).isEqualTo(tar);
    assertThat(named(tar, "link").linkName()).isEqualTo("to-\udcff");
  }

  @Test
  void the_order_in_which_files_were_made_does_not_show() throws Exception {
    Path one = unpack(new TarBytes().file("b", "2").file("a", "1").hardLink("z", "a").bytes());
    Path two = unpack(new TarBytes().file("z", "1").file("b", "2").hardLink("a", "z").bytes());

    assertThat(pack(one)).isEqualTo(pack(two));
  }

  @Test
  void the_root_is_in_it_when_it_is_not_as_usual() throws Exception {
    Path usual = unpack(new TarBytes().directory("./", 0755).file("x", "").bytes());
    Path closed = unpack(new TarBytes().directory("./", 0700).file("x", "").bytes());

    assertThat(names(pack(usual))).containsExactly("x");
    assertThat(names(pack(closed))).containsExactly("./", "x");
    assertThat(pack(unpack(pack(closed)))).isEqualTo(pack(closed));
  }

  @Test
  void a_file_that_changes_while_it_is_read_is_told() throws Exception {
    for (int size : new int[] {10, 600_000}) {
      Path layer = unpack(new TarBytes().file("log", 0644, new byte[500_000]).bytes());
      try (LayerTar tar = LayerTar.of(linux, layer, Privileges.NONE)) {
        tar.readNBytes(1000);
        Files.write(layer.resolve("log"), new byte[size]);

        assertThatThrownBy(tar::readAllBytes)
            .isInstanceOf(ImageException.Storage.class)
            .hasMessageContaining("file log")
            .hasMessageContaining("500000 bytes");
      }
    }
  }

  @Test
  void what_a_layer_cannot_say_is_refused_by_name() throws Exception {
    Path reserved = unpack(new TarBytes().directory("d").bytes());
    Files.createFile(reserved.resolve("d/.wh.mine"));
    Path moved = unpack(new TarBytes().directory("d").bytes());
    try (Fd root = linux.open(moved, FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0)) {
      linux.setxattr(root, "d", "user.overlay.redirect", "/old".getBytes(UTF_8));
    }

    assertThatThrownBy(() -> pack(reserved))
        .isInstanceOf(ImageException.Unsupported.class)
        .hasMessageContaining("/d/.wh.mine");
    assertThatThrownBy(() -> pack(moved))
        .isInstanceOf(ImageException.Unsupported.class)
        .hasMessageContaining("/d/")
        .hasMessageContaining("user.overlay.redirect");
  }

  @Test
  void the_books_of_overlayfs_and_sockets_stay_behind() throws Exception {
    Path layer = unpack(new TarBytes().directory("d").file("d/f", "x").bytes());
    byte[] before = pack(layer);
    try (Fd root = linux.open(layer, FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0)) {
      linux.setxattr(root, "d", "user.overlay.impure", "y".getBytes(UTF_8));
    }
    FileTime time = Files.getLastModifiedTime(layer.resolve("d"));
    try (var server =
        java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
      server.bind(java.net.UnixDomainSocketAddress.of(layer.resolve("d/s")));
      Files.setLastModifiedTime(layer.resolve("d"), time);

      assertThat(pack(layer)).isEqualTo(before);
    }
  }

  @Test
  void long_names_in_one_directory_are_refused_before_they_fill_the_memory() throws Exception {
    Path layer = folder.resolve("names");
    Path crowded = Files.createDirectories(layer.resolve("crowd"));
    String beginning = "n".repeat(240);
    try (Fd crowd = linux.open(crowded, FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0)) {
      for (long left = WalkMemory.LIMIT, i = 0; left > 0; i++) {
        String name = beginning + i;
        linux.mkdirat(crowd, name, 0755);
        left -= WalkMemory.of(name);
      }
    }

    assertThatThrownBy(() -> pack(layer))
        .isInstanceOf(ImageException.Unsupported.class)
        .hasMessageContaining("directory /crowd/")
        .hasMessageContaining("16 MiB");
  }

  @Test
  void long_paths_of_files_with_other_names_are_refused_before_they_fill_the_memory()
      throws Exception {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Path layer = Files.createDirectory(folder.resolve("links"));
    Path deep = Files.createDirectories(layer.resolve(("d".repeat(240) + "/").repeat(14)));
    for (long left = WalkMemory.LIMIT, i = 0; left > 0; i++) {
      Path file = Files.createFile(deep.resolve("f" + i));
      Files.createLink(outside.resolve("f" + i), file);
      left -= WalkMemory.ofEntry(layer.relativize(file).toString());
    }

    assertThatThrownBy(() -> pack(layer))
        .isInstanceOf(ImageException.Unsupported.class)
        .hasMessageContaining("file /ddd")
        .hasMessageContaining("16 MiB");
  }

  @Test
  void what_was_read_needs_no_memory_any_more() throws Exception {
    Path layer = Files.createDirectory(folder.resolve("many"));
    String beginning = "n".repeat(240);
    int pairs = (int) (WalkMemory.LIMIT / WalkMemory.ofEntry(beginning) / 8);
    for (int i = 0; i < 10; i++) {
      Path directory = Files.createDirectory(layer.resolve("d" + i));
      for (int j = 0; j < pairs; j++) {
        Path file = Files.createFile(directory.resolve(beginning + j));
        Files.createLink(directory.resolve("again" + j), file);
      }
    }

    assertThat(names(pack(layer))).hasSize(10 * (1 + 2 * pairs));
  }

  @Test
  void a_tar_that_would_grow_too_long_is_refused_before_the_file_that_is_too_much()
      throws Exception {
    Path layer = unpack(new TarBytes().file("a", 0644, new byte[700]).file("b", "x").bytes());
    int whole = pack(layer).length;
    try (LayerTar tar = LayerTar.of(linux, layer, Privileges.NONE, whole)) {
      assertThat(tar.readAllBytes()).hasSize(whole);
    }
    try (LayerTar tar = LayerTar.of(linux, layer, Privileges.NONE, whole - 1)) {
      int before = whole - END - 2 * TarHead.BLOCK;
      assertThat(tar.readNBytes(before)).as("all of the first").hasSize(before);

      assertThatThrownBy(tar::read)
          .isInstanceOf(ImageException.Refused.class)
          .hasMessageContaining("file /b")
          .hasMessageContaining("limit of " + (whole - 1) + " bytes");
    }
  }

  @Test
  void no_descriptor_stays_open() throws Exception {
    Path layer = unpack(everything().bytes());
    pack(layer);
    long before = descriptors();
    for (int cut = 1; cut < 9000; cut += 700) {
      try (LayerTar tar = LayerTar.of(linux, layer, Privileges.NONE)) {
        tar.readNBytes(cut);
      }
    }
    assertThat(descriptors()).isEqualTo(before);
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }
}
