package io.gantry.image.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.TarBytes;
import io.gantry.image.error.ImageException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarReaderTest {

  private static TarReader reader(byte[] tar) {
    return new TarReader(new ByteArrayInputStream(tar));
  }

  private static TarEntry first(byte[] tar) throws IOException {
    return Objects.requireNonNull(reader(tar).next());
  }

  private static byte[] content(TarReader tar, int size) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(size + 1);
    while (tar.read(buffer) >= 0) {
      // More to come.
    }
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  @Test
  void binary_attribute_values_stay_as_they_are() throws Exception {
    byte[] capability = {1, 0, 0, 2, (byte) 0x80, (byte) 0xff, '\n', '=', 0, 7};
    byte[] tar =
        new TarBytes()
            .pax(Map.of("SCHILY.xattr.security.capability", capability))
            .file("ping", "x")
            .bytes();

    TarEntry entry = first(tar);

    assertThat(entry.xattrs()).containsOnlyKeys("security.capability");
    assertThat(entry.xattrs().get("security.capability")).isEqualTo(capability);
  }

  @Test
  void pax_says_more_than_the_header_can() throws Exception {
    Map<String, byte[]> records = new LinkedHashMap<>();
    records.put("path", ("d/" + "long".repeat(100)).getBytes(UTF_8));
    records.put("linkpath", "t".repeat(300).getBytes(UTF_8));
    records.put("uid", "4000000".getBytes(UTF_8));
    records.put("mtime", "1700000000.123456789".getBytes(UTF_8));
    TarEntry entry = first(new TarBytes().pax(records).symlink("short", "s").bytes());

    assertThat(entry.name()).hasSize(402);
    assertThat(entry.linkName()).hasSize(300);
    assertThat(entry.uid()).isEqualTo(4_000_000);
    assertThat(entry.modified()).isEqualTo(Instant.ofEpochSecond(1_700_000_000L, 123_456_789));
  }

  @Test
  void times_before_1970_keep_their_fraction() throws Exception {
    byte[] tar =
        new TarBytes().pax(Map.of("mtime", "-1.25".getBytes(UTF_8))).file("old", "").bytes();

    assertThat(first(tar).modified()).isEqualTo(Instant.ofEpochMilli(-1250));
  }

  @Test
  void a_pax_header_concerns_one_entry_only() throws Exception {
    TarReader tar =
        reader(
            new TarBytes()
                .pax(Map.of("path", "renamed".getBytes(UTF_8)))
                .file("one", "1")
                .file("two", "2")
                .bytes());

    assertThat(Objects.requireNonNull(tar.next()).name()).isEqualTo("renamed");
    assertThat(Objects.requireNonNull(tar.next()).name()).isEqualTo("two");
    assertThat(tar.next()).isNull();
  }

  @Test
  void gnu_long_names_and_the_ustar_prefix_are_understood() throws Exception {
    byte[] prefixed = TarBytes.header("file", '0', 0644, 0, "");
    TarBytes.text(prefixed, 345, 155, "some/prefix");
    TarReader tar =
        reader(
            new TarBytes()
                .gnuLongName('K', "k".repeat(200))
                .gnuLongName('L', "l".repeat(200))
                .symlink("x", "y")
                .raw(TarBytes.sealed(prefixed))
                .bytes());

    TarEntry link = Objects.requireNonNull(tar.next());
    assertThat(link.name()).isEqualTo("l".repeat(200));
    assertThat(link.linkName()).isEqualTo("k".repeat(200));
    assertThat(Objects.requireNonNull(tar.next()).name()).isEqualTo("some/prefix/file");
  }

  @Test
  void base_256_numbers_carry_large_and_negative_values() throws Exception {
    byte[] header = TarBytes.header("big", '5', 0755, 0, "");
    // uid 3,000,000,000 and mtime -1
    byte[] uid = {(byte) 0x80, 0, 0, 0, (byte) 0xb2, (byte) 0xd0, 0x5e, 0};
    System.arraycopy(uid, 0, header, 108, 8);
    Arrays.fill(header, 136, 148, (byte) 0xff);

    TarEntry entry = first(new TarBytes().raw(TarBytes.sealed(header)).bytes());

    assertThat(Integer.toUnsignedLong(entry.uid())).isEqualTo(3_000_000_000L);
    assertThat(entry.modified()).isEqualTo(Instant.ofEpochSecond(-1));
  }

  @Test
  void a_time_that_no_clock_will_show_is_damaged() throws Exception {
    byte[] header = TarBytes.header("late", '5', 0755, 0, "");
    Arrays.fill(header, 136, 148, (byte) 0);
    header[136] = (byte) 0x80;
    header[140] = 1;
    byte[] tar = new TarBytes().raw(TarBytes.sealed(header)).bytes();

    assertThatThrownBy(() -> first(tar))
        .isInstanceOf(ImageException.Corrupt.class)
        .hasMessageContaining("the mtime 72057594037927936 is out of range");
  }

  @Test
  void names_that_are_not_utf_8_survive() throws Exception {
    byte[] header = TarBytes.header("caf", '0', 0644, 0, "");
    header[3] = (byte) 0xe9;

    assertThat(first(new TarBytes().raw(TarBytes.sealed(header)).bytes()).name())
        .isEqualTo("caf\udce9");
  }

  @Test
  void a_missing_end_marker_is_no_damage() throws Exception {
    TarReader tar = reader(new TarBytes().file("a", "b").unfinished());

    assertThat(tar.next()).isNotNull();
    assertThat(tar.next()).isNull();
    assertThat(tar.next()).isNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 511, 513, 600, 1023})
  void an_archive_that_ends_inside_an_entry_is_damaged(int length) {
    byte[] whole = new TarBytes().file("a", "x".repeat(512)).unfinished();
    TarReader tar = reader(Arrays.copyOf(whole, length));

    assertThatThrownBy(
            () -> {
              while (tar.next() != null) {
                // On to the next.
              }
            })
        .isInstanceOf(ImageException.Corrupt.class);
  }

  @Test
  void nonsense_is_named() {
    byte[] badChecksum = TarBytes.sealed(TarBytes.header("x", '0', 0644, 0, ""));
    badChecksum[0] = 'y';
    byte[] volume = new TarBytes().entry("label", 'V', 0644, new byte[0], "").bytes();
    byte[] badPax = new TarBytes().entry("p", 'x', 0, "99 a=b\n".getBytes(UTF_8), "").bytes();
    byte[] badSize = TarBytes.header("x", '0', 0644, 0, "");
    TarBytes.text(badSize, 124, 12, "9z");

    assertThatThrownBy(() -> first(badChecksum)).hasMessageContaining("checksum");
    assertThatThrownBy(() -> first(volume)).hasMessageContaining("label: it is of type 'V'");
    assertThatThrownBy(() -> first(badPax)).hasMessageContaining("pax header");
    assertThatThrownBy(() -> first(new TarBytes().raw(TarBytes.sealed(badSize)).bytes()))
        .hasMessageContaining("octal");
  }

  @Test
  void an_extension_header_cannot_fill_the_memory() {
    byte[] header = TarBytes.sealed(TarBytes.header("p", 'x', 0644, 1L << 30, ""));

    assertThatThrownBy(() -> first(header)).isInstanceOf(ImageException.Refused.class);
  }

  @Test
  void random_archives_come_back_as_they_were_written_however_the_bytes_arrive() throws Exception {
    long seed = 42;
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    for (int round = 0; round < 200; round++) {
      TarBytes tar = new TarBytes();
      List<byte[]> contents = new ArrayList<>();
      for (int i = 0; i < random.nextInt(1, 8); i++) {
        byte[] content = new byte[random.nextInt(0, 3000)];
        random.nextBytes(content);
        contents.add(content);
        if (random.nextBoolean()) {
          tar.pax(Map.of("SCHILY.xattr.user.x", content.length == 0 ? new byte[1] : content));
        }
        tar.file("f" + i, 0644, content);
      }
      TarReader reader = new TarReader(new Trickle(tar.bytes(), random));
      for (int i = 0; i < contents.size(); i++) {
        TarEntry entry = Objects.requireNonNull(reader.next());
        assertThat(entry.name()).as("seed %d round %d", seed, round).isEqualTo("f" + i);
        if (random.nextBoolean()) {
          byte[] wanted = contents.get(i);
          assertThat(content(reader, wanted.length)).isEqualTo(wanted);
        }
      }
      assertThat(reader.next()).isNull();
    }
  }

  @Test
  void damaged_archives_are_refused_or_read_but_never_crash() {
    long seed = 7;
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    byte[] honest =
        new TarBytes()
            .pax(Map.of("path", "abc".getBytes(UTF_8), "mtime", "1.5".getBytes(UTF_8)))
            .file("a", "hello")
            .gnuLongName('L', "long")
            .directory("b")
            .symlink("c", "a")
            .bytes();
    for (int round = 0; round < 20_000; round++) {
      byte[] damaged = honest.clone();
      for (int i = 0; i < random.nextInt(1, 6); i++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      // Half of the headers get a fitting checksum, so that the damage goes deeper.
      if (random.nextBoolean()) {
        for (int at = 0; at + 512 <= damaged.length; at += 512) {
          byte[] header = TarBytes.sealed(Arrays.copyOfRange(damaged, at, at + 512));
          System.arraycopy(header, 148, damaged, at + 148, 8);
        }
      }
      try {
        TarReader tar = reader(damaged);
        int entries = 0;
        while (tar.next() != null) {
          assertThat(++entries).isLessThan(100);
        }
      } catch (ImageException e) {
        assertThat(e.reason()).isNotBlank();
      } catch (IOException | RuntimeException e) {
        throw new AssertionError("seed " + seed + " round " + round, e);
      }
    }
  }

  /** Gives a random number of bytes at a time. */
  private static final class Trickle extends InputStream {
    private final ByteArrayInputStream in;
    private final RandomGenerator random;

    Trickle(byte[] bytes, RandomGenerator random) {
      this.in = new ByteArrayInputStream(bytes);
      this.random = random;
    }

    @Override
    public int read() {
      return in.read();
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      return in.read(target, offset, Math.min(length, random.nextInt(1, 1000)));
    }
  }
}
