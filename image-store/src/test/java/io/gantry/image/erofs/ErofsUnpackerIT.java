package io.gantry.image.erofs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.TarBytes;
import io.gantry.image.error.ImageException;
import io.gantry.image.layer.DirectoryUnpacker;
import io.gantry.image.layer.LayerUnpacker;
import io.gantry.image.layer.Privileges;
import io.gantry.image.layer.TarReader;
import io.gantry.image.layer.UnpackLimits;
import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.Linux;
import io.gantry.linux.SyscallException;
import io.gantry.linux.Syscalls;
import io.gantry.linux.mount.DetachedMounts;
import io.gantry.linux.mount.OverlayLayers;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The kernel sees in an image what it sees in a directory that the same layer was unpacked into.
 */
class ErofsUnpackerIT {

  private static final byte[] CAPABILITY = {
    1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
  };

  @TempDir Path folder;
  private final Syscalls linux = Linux.syscalls();
  private final DetachedMounts mounts;
  private int layers;

  ErofsUnpackerIT() throws IOException {
    mounts = DetachedMounts.ofThisKernel();
  }

  @BeforeEach
  void needErofs() throws Exception {
    Path image = folder.resolve("probe");
    ErofsProbe.write(linux, image);
    try (Fd mounted = mounts.erofs(image)) {
      assertThat(linux.names(mounted)).isNotEmpty();
    } catch (SyscallException e) {
      Assumptions.abort("this kernel mounts no EROFS image from a file: " + e.getMessage());
    }
  }

  private Path unpacked(LayerUnpacker unpacker, byte[] tar) throws IOException {
    Path target = folder.resolve("layer-" + layers++);
    var _ = unpacker.unpack(new TarReader(new ByteArrayInputStream(tar)), target);
    return target;
  }

  private Path image(TarBytes tar) throws IOException {
    return unpacked(new ErofsUnpacker(linux, UnpackLimits.DEFAULT), tar.bytes());
  }

  private Path directory(TarBytes tar) throws IOException {
    return unpacked(
        new DirectoryUnpacker(linux, Privileges.ROOT, UnpackLimits.DEFAULT), tar.bytes());
  }

  private Fd mounted(Path image) throws IOException {
    return mounts.erofs(image);
  }

  private void assertSame(TarBytes tar) throws IOException {
    try (Fd directory = linux.open(directory(tar), FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0);
        Fd image = mounted(image(tar))) {
      assertThat(TreeListing.of(linux, image)).isEqualTo(TreeListing.of(linux, directory));
    }
  }

  private static TarBytes everything() {
    return new TarBytes()
        .directory("./", 0750)
        .pax(
            Map.of(
                "uid", "1000".getBytes(UTF_8),
                "gid", "4000000000".getBytes(UTF_8),
                "mtime", "1699999999.123456789".getBytes(UTF_8),
                "SCHILY.xattr.user.note", "text".getBytes(UTF_8),
                "SCHILY.xattr.security.capability", CAPABILITY))
        .file("ping", 06755, "elf".getBytes(UTF_8))
        .directory("empty", 01777)
        .file("empty-file", "")
        .symlink("link", "ping")
        .symlink("far", "x/".repeat(200) + "end")
        .symlink("very-far", "y".repeat(4040))
        .hardLink("again", "ping")
        .fifo("fifo")
        .device("null", '3', 1, 3)
        .device("disk", '4', 8, 300)
        .file(".wh.gone", "")
        .directory("opaque")
        .file("opaque/.wh..wh..opq", "")
        .file("größe/имя", "x");
  }

  @Test
  void everything_a_tar_can_say_arrives() throws Exception {
    assertSame(everything());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4031, 4032, 4033, 4095, 4096, 4097, 8192, 1 << 20, (1 << 20) + 17})
  void content_of_every_length_arrives(int length) throws Exception {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    assertSame(new TarBytes().file("a", 0644, content).file("b", "after it"));
  }

  /** A directory is inline, then a block, then many. */
  @ParameterizedTest
  @ValueSource(ints = {1, 100, 200, 230, 5000})
  void directories_of_every_width_arrive(int files) throws Exception {
    TarBytes tar = new TarBytes();
    IntStream.range(0, files).forEach(i -> tar.file("d/" + "!n-.z".charAt(i % 5) + i, "" + i));
    assertSame(tar);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 60, 3900, 4000})
  void attributes_of_every_length_arrive(int length) throws Exception {
    assertSame(
        new TarBytes()
            .file("before", "x")
            .pax(Map.of("SCHILY.xattr.trusted.long", "v".repeat(length).getBytes(UTF_8)))
            .symlink("link", "before")
            .pax(Map.of("SCHILY.xattr.trusted.long", "v".repeat(length).getBytes(UTF_8)))
            .directory("d")
            .file("d/inside", "y"));
  }

  /** More than what other file systems hold beside an inode. */
  @ParameterizedTest
  @ValueSource(ints = {4096, 30_000, 65_535})
  void attributes_may_be_longer_than_a_block(int length) throws Exception {
    byte[] value = "v".repeat(length).getBytes(UTF_8);
    TarBytes tar =
        new TarBytes()
            .pax(Map.of("SCHILY.xattr.trusted.long", value))
            .symlink("link", "inside")
            .pax(Map.of("SCHILY.xattr.trusted.long", value))
            .directory("d")
            .file("d/inside", "y");
    try (Fd image = mounted(image(tar))) {
      assertThat(linux.getxattr(image, "d", "trusted.long")).isEqualTo(value);
      assertThat(linux.getxattr(image, "link", "trusted.long")).isEqualTo(value);
      assertThat(linux.readlinkat(image, "link")).isEqualTo("inside");
      assertThat(TreeListing.of(linux, image)).containsKey("d/inside");
    }
  }

  static Stream<Long> seeds() {
    return IntStream.range(0, 200).mapToObj(i -> (long) i);
  }

  /** Entries in any order that stand in each other's way, through links and deletions. */
  @ParameterizedTest
  @MethodSource("seeds")
  void whatever_comes_in_whatever_order_is_the_same(long seed) throws Exception {
    TarBytes tar = RandomLayer.of(new Random(seed));
    Path directory;
    try {
      directory = directory(tar);
    } catch (ImageException refused) {
      assertThatThrownBy(() -> image(tar))
          .isInstanceOf(refused.getClass())
          .hasMessage(refused.getMessage());
      return;
    }
    try (Fd one = linux.open(directory, FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0);
        Fd other = mounted(image(tar))) {
      assertThat(TreeListing.of(linux, other)).isEqualTo(TreeListing.of(linux, one));
    }
  }

  @Test
  void overlay_hides_what_a_layer_deletes() throws Exception {
    Path lower =
        image(
            new TarBytes()
                .file("kept", "lower")
                .file("gone", "x")
                .file("opaque/old", "x")
                .file("merged/old", "x"));
    Path upper =
        image(
            new TarBytes()
                .file(".wh.gone", "")
                .file("opaque/.wh..wh..opq", "")
                .file("opaque/new", "y")
                .file("merged/new", "y"));
    try (Fd one = mounted(upper);
        Fd other = mounted(lower);
        Fd mount = mounts.overlay(OverlayLayers.readOnly(List.of(one.path(), other.path())), 0)) {
      assertThat(linux.names(mount)).containsExactlyInAnyOrder("kept", "opaque", "merged");
      assertThat(TreeListing.of(linux, mount).keySet())
          .contains("opaque/new", "merged/new", "merged/old")
          .doesNotContain("opaque/old");
    }
  }

  @Test
  void equal_layers_become_equal_bytes() throws Exception {
    assertThat(image(everything())).hasSameBinaryContentAs(image(everything()));
  }

  @Test
  void a_layer_whose_names_take_too_much_memory_is_left_to_others() {
    byte[] tar = everything().bytes();
    assertThatThrownBy(() -> unpacked(new ErofsUnpacker(linux, UnpackLimits.DEFAULT, 1000), tar))
        .isInstanceOf(TooLargeException.class);
  }

  /** A path stands for as many directories as it has parts. */
  @Test
  void directories_that_no_entry_names_have_their_weight_too() throws Exception {
    ErofsUnpacker unpacker = new ErofsUnpacker(linux, UnpackLimits.DEFAULT, 1 << 20);
    TarBytes deep = new TarBytes();
    IntStream.range(0, 20)
        .forEach(i -> deep.gnuLongName('L', i + "/a".repeat(250)).file("x", "content"));
    assertThatThrownBy(() -> unpacked(unpacker, deep.bytes()))
        .isInstanceOf(TooLargeException.class);
    // What it took is given back.
    assertThat(unpacked(unpacker, new TarBytes().file("a/b/c", "x").bytes())).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"%s/f", "d/%s/f", "d/.wh.%s"})
  void a_name_that_is_too_long_is_refused_wherever_it_stands(String path) {
    String name = path.formatted("n".repeat(256));
    assertThatThrownBy(() -> image(new TarBytes().gnuLongName('L', name).file("x", "")))
        .isInstanceOf(ImageException.Refused.class)
        .hasMessageContaining("too long");
  }

  @Test
  void a_name_that_no_file_can_have_is_refused() {
    String name = "n".repeat(256);
    assertThatThrownBy(() -> image(new TarBytes().gnuLongName('L', name).file("x", "")))
        .isInstanceOf(ImageException.Refused.class)
        .hasMessageContaining("too long");
  }

  @Test
  void mounted_images_cannot_be_written() throws Exception {
    try (Fd mount = mounted(image(new TarBytes().file("a", "x")))) {
      assertThatThrownBy(() -> linux.mkdirat(mount, "new", 0755)).hasMessageContaining("EROFS");
    }
  }
}
