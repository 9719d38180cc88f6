package io.gantry.image.layer;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.TarBytes;
import io.gantry.linux.Device;
import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.Linux;
import io.gantry.linux.OpenHow;
import io.gantry.linux.Syscalls;
import io.gantry.linux.mount.DetachedMounts;
import io.gantry.linux.mount.OverlayLayers;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only root can write, and what the kernel's overlay writes. */
class LayerTarIT {

  private static final byte[] CAPABILITY = {
    1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
  };

  @TempDir Path folder;
  private final Syscalls linux = Linux.syscalls();

  private Path unpack(String name, byte[] tar) throws IOException {
    Path target = folder.resolve(name);
    new DirectoryUnpacker(linux, Privileges.ROOT, UnpackLimits.DEFAULT)
        .unpack(new TarReader(new ByteArrayInputStream(tar)), target);
    return target;
  }

  private byte[] pack(Path layer) throws IOException {
    try (LayerTar tar = LayerTar.of(linux, layer, Privileges.ROOT)) {
      return tar.readAllBytes();
    }
  }

  private static Map<String, TarEntry> entries(byte[] tar) throws IOException {
    TarReader reader = new TarReader(new ByteArrayInputStream(tar));
    Map<String, TarEntry> entries = new TreeMap<>();
    @Nullable TarEntry entry;
    while ((entry = reader.next()) != null) {
      entries.put(entry.name(), entry);
    }
    return entries;
  }

  private static TarEntry named(byte[] tar, String name) throws IOException {
    return Objects.requireNonNull(entries(tar).get(name));
  }

  private Fd directory(Fd mount, String path) throws IOException {
    return linux.openat2(mount, path, OpenHow.beneath(FileFlags.O_RDONLY | FileFlags.O_DIRECTORY));
  }

  private void write(Fd directory, String name, String content) throws IOException {
    int flags = FileFlags.O_CREAT | FileFlags.O_WRONLY | FileFlags.O_TRUNC;
    try (Fd file = linux.openat(directory, name, flags, 0640)) {
      linux.write(file, ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
    }
  }

  @Test
  void owners_devices_and_capabilities_are_in_the_tar() throws Exception {
    Path layer = unpack("layer", new TarBytes().directory("dev").bytes());
    try (Fd root = linux.open(layer, FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0)) {
      write(root, "ping", "elf");
      linux.fchownat(root, "ping", 1000, (int) 4_000_000_000L);
      linux.fchmodat(root, "ping", 04755);
      linux.setxattr(root, "ping", "security.capability", CAPABILITY);
      linux.mknodat(root, "disk", FileFlags.S_IFBLK | 0600, new Device(8, 300));
    }
    byte[] tar = pack(layer);

    TarEntry ping = named(tar, "ping");
    assertThat(ping.uid()).isEqualTo(1000);
    assertThat(Integer.toUnsignedLong(ping.gid())).isEqualTo(4_000_000_000L);
    assertThat(ping.mode()).isEqualTo(04755);
    assertThat(ping.xattrs().get("security.capability")).isEqualTo(CAPABILITY);
    TarEntry disk = named(tar, "disk");
    assertThat(disk.kind()).isEqualTo(TarEntry.Kind.BLOCK_DEVICE);
    assertThat(disk.deviceMajor()).isEqualTo(8);
    assertThat(disk.deviceMinor()).isEqualTo(300);
    assertThat(pack(unpack("again", tar))).isEqualTo(tar);
  }

  /** The kernel makes whiteouts, hard links between them, and opaque directories. */
  @Test
  void what_a_container_changes_is_a_layer_that_changes_the_same() throws Exception {
    Path lower =
        unpack(
            "lower",
            new TarBytes()
                .file("kept", "lower")
                .file("gone", "x")
                .file("gone-too", "x")
                .file("changed", "old")
                .directory("remade")
                .file("remade/old", "x")
                .directory("merged")
                .file("merged/old", "x")
                .bytes());
    Path upper = Files.createDirectory(folder.resolve("upper"));
    Path work = Files.createDirectory(folder.resolve("work"));
    try (Fd mount =
        DetachedMounts.ofThisKernel()
            .overlay(OverlayLayers.writable(List.of(lower), upper, work), 0)) {
      linux.unlinkat(mount, "gone", 0);
      linux.unlinkat(mount, "gone-too", 0);
      write(mount, "changed", "new");
      try (Fd remade = directory(mount, "remade")) {
        linux.unlinkat(remade, "old", 0);
      }
      linux.unlinkat(mount, "remade", FileFlags.AT_REMOVEDIR);
      linux.mkdirat(mount, "remade", 0750);
      try (Fd remade = directory(mount, "remade");
          Fd merged = directory(mount, "merged")) {
        write(remade, "fresh", "y");
        write(merged, "fresh", "y");
      }
    }
    byte[] tar = pack(upper);

    assertThat(entries(tar).keySet())
        .containsExactly(
            ".wh.gone",
            ".wh.gone-too",
            "changed",
            "merged/",
            "merged/fresh",
            "remade/",
            "remade/.wh..wh..opq",
            "remade/fresh");
    assertThat(named(tar, "remade/").mode()).isEqualTo(0750);
    assertThat(entries(tar).values()).allMatch(entry -> entry.xattrs().isEmpty());
    Path layer = unpack("committed", tar);
    try (Fd mount =
        DetachedMounts.ofThisKernel().overlay(OverlayLayers.readOnly(List.of(layer, lower)), 0)) {
      assertThat(linux.names(mount))
          .containsExactlyInAnyOrder("kept", "changed", "remade", "merged");
      try (Fd remade = directory(mount, "remade");
          Fd merged = directory(mount, "merged")) {
        assertThat(linux.names(remade)).containsExactly("fresh");
        assertThat(linux.names(merged)).containsExactlyInAnyOrder("fresh", "old");
      }
    }
  }
}
