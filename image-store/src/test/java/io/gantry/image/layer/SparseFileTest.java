package io.gantry.image.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.TarBytes;
import io.gantry.image.error.ImageException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files with holes, as GNU tar writes them in each of its forms. */
class SparseFileTest {

  private static final int PAGE = 4096;

  @TempDir Path folder;

  private byte[] tar(String form) throws Exception {
    Path archive = folder.resolve("archive.tar");
    List<String> command = new ArrayList<>(List.of("tar", "--sparse", "--hole-detection=raw"));
    command.addAll(List.of(form.split(" ", -1)));
    command.addAll(
        List.of("-C", folder.resolve("files").toString(), "-cf", archive.toString(), "."));
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor()).isZero();
    return Files.readAllBytes(archive);
  }

  private void write(String name, int pages, int... written) throws IOException {
    Path file = folder.resolve("files").resolve(name);
    Files.createDirectories(file.getParent());
    Random random = new Random(pages);
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.setLength((long) pages * PAGE - 7);
      for (int page : written) {
        byte[] content = new byte[PAGE - 100];
        random.nextBytes(content);
        bytes.seek((long) page * PAGE);
        bytes.write(content);
      }
    }
  }

  private static Map<String, byte[]> read(byte[] archive) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    TarReader tar = new TarReader(new ByteArrayInputStream(archive));
    for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
      if (entry.kind() == TarEntry.Kind.FILE) {
        ByteBuffer content = ByteBuffer.allocate((int) entry.size());
        while (content.hasRemaining()) {
          assertThat(tar.read(content)).isPositive();
        }
        assertThat(tar.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        files.put(entry.name().substring(2), content.array());
      }
    }
    return files;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--format=gnu",
        "--format=posix --sparse-version=0.0",
        "--format=posix --sparse-version=0.1",
        "--format=posix --sparse-version=1.0"
      })
  void come_back_as_they_were(String form) throws Exception {
    write("nothing", 30);
    write("begin", 20, 0);
    write("middle", 40, 17, 18, 30);
    write("end", 25, 24);
    write("a-name-that-does-not-fit-into-the-header/" + "x".repeat(120), 10, 3);
    int[] many = new int[150];
    for (int i = 0; i < many.length; i++) {
      many[i] = 2 * i + 1;
    }
    write("many", 310, many);
    Files.writeString(folder.resolve("files/plain"), "no holes");

    byte[] archive = tar(form);
    Map<String, byte[]> back = read(archive);

    assertThat(archive.length).as("smaller than what is in it").isLessThan(310 * PAGE);
    assertThat(back).hasSize(7);
    for (Map.Entry<String, byte[]> file : back.entrySet()) {
      assertThat(file.getValue())
          .as(file.getKey())
          .isEqualTo(Files.readAllBytes(folder.resolve("files").resolve(file.getKey())));
    }
  }

  @Test
  void what_is_not_read_is_skipped() throws Exception {
    write("a", 40, 17, 18, 30);
    Files.writeString(folder.resolve("files/b"), "behind");
    TarReader tar = new TarReader(new ByteArrayInputStream(tar("--format=gnu")));
    List<String> names = new ArrayList<>();
    ByteBuffer some = ByteBuffer.allocate(17 * PAGE + 50);

    for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
      names.add(entry.name());
      tar.read(some);
    }

    assertThat(names).containsExactlyInAnyOrder("./", "./a", "./b");
  }

  private static TarBytes sparse(String map, long size, String content) {
    Map<String, byte[]> records = new LinkedHashMap<>();
    records.put("GNU.sparse.size", Long.toString(size).getBytes(StandardCharsets.US_ASCII));
    records.put("GNU.sparse.map", map.getBytes(StandardCharsets.US_ASCII));
    return new TarBytes().pax(records).file("holes", content);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0,3,2,2",
        "4,5",
        "0",
        "0,x",
        "-1,5",
        "0,-5",
        "0,4",
        "0,6",
        "9223372036854775807,5",
        "6,5",
        ",",
        "0,5,"
      })
  void a_map_that_cannot_be_is_damaged(String map) {
    byte[] archive = sparse(map, 8, "12345").bytes();

    assertThatThrownBy(() -> read(archive))
        .isInstanceOf(ImageException.Corrupt.class)
        .hasMessageContaining("holes: sparse file: ");
  }

  @Test
  void a_map_without_end_does_not_fill_the_memory() {
    StringBuilder map = new StringBuilder("1000000\n");
    for (int i = 0; i < 70_000; i++) {
      map.append(2 * i).append("\n1\n");
    }
    Map<String, byte[]> records =
        Map.of(
            "GNU.sparse.major", "1".getBytes(StandardCharsets.US_ASCII),
            "GNU.sparse.minor", "0".getBytes(StandardCharsets.US_ASCII),
            "GNU.sparse.realsize", "2000000".getBytes(StandardCharsets.US_ASCII));
    byte[] archive = new TarBytes().pax(records).file("holes", map.toString()).bytes();

    assertThatThrownBy(() -> read(archive))
        .isInstanceOf(ImageException.Refused.class)
        .hasMessageContaining("more than 65536 parts");
  }

  /** Put together one by one, the numbers of these headers would be copied for ten seconds. */
  @Test
  @Timeout(5)
  void a_map_of_many_records_takes_no_more_time_than_others() {
    byte[] records = "23 GNU.sparse.offset=0\n".repeat(45_000).getBytes(StandardCharsets.US_ASCII);
    byte[] archive = new TarBytes().entry("x", 'x', 0644, records, "").file("a", "b").bytes();

    for (int i = 0; i < 40; i++) {
      assertThatThrownBy(() -> read(archive)).isInstanceOf(ImageException.Corrupt.class);
    }
  }

  @Test
  void zeros_count_for_the_limit_of_a_layer() {
    byte[] archive = sparse("0,5", 1 << 20, "12345").bytes();
    TarReader tar = new TarReader(new ByteArrayInputStream(archive));
    LayerEntries entries = new LayerEntries(tar, new UnpackLimits(1 << 19, 10));

    assertThatThrownBy(entries::next)
        .isInstanceOf(ImageException.Refused.class)
        .hasMessageContaining("holes: with it the layer grows beyond the limit of 524288 bytes");
  }

  @Test
  void a_version_that_is_not_known_is_named() {
    Map<String, byte[]> records =
        Map.of("GNU.sparse.major", "2".getBytes(StandardCharsets.US_ASCII));

    assertThatThrownBy(() -> read(new TarBytes().pax(records).file("holes", "x").bytes()))
        .isInstanceOf(ImageException.Unsupported.class)
        .hasMessageContaining("a sparse file of version 2.0");
  }
}
