package io.gantry.image.layer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class TarHeadTest {

  private static final List<TarEntry.Kind> KINDS = List.of(TarEntry.Kind.values());

  private static TarEntry entry(String name, TarEntry.Kind kind, long size, Instant modified) {
    return new TarEntry(name, kind, 0644, 0, 0, size, modified, "", 0, 0, Map.of());
  }

  private static TarEntry readBack(TarEntry entry) throws IOException {
    TarReader reader = new TarReader(new ByteArrayInputStream(TarHead.of(entry)));
    return Objects.requireNonNull(reader.next());
  }

  private static void assertSame(TarEntry read, TarEntry written, String what) {
    assertThat(read)
        .as(what)
        .usingRecursiveComparison()
        .ignoringFields("xattrs")
        .isEqualTo(written);
    assertThat(read.xattrs().keySet()).as(what).isEqualTo(written.xattrs().keySet());
    read.xattrs()
        .forEach((key, value) -> assertThat(value).as(what).isEqualTo(written.xattrs().get(key)));
  }

  @Test
  void what_fits_takes_one_block_and_nothing_of_pax() {
    byte[] head = TarHead.of(entry("a".repeat(100), TarEntry.Kind.FILE, 1, Instant.EPOCH));

    assertThat(head).hasSize(512);
  }

  @Test
  void a_file_beyond_eight_gibibytes_keeps_its_size() throws Exception {
    for (long size : new long[] {077777777777L, 0100000000000L, 10L << 40}) {
      TarEntry huge = entry("huge", TarEntry.Kind.FILE, size, Instant.EPOCH);
      assertSame(readBack(huge), huge, "size " + size);
    }
  }

  @Test
  void times_are_exact_also_before_1970() throws Exception {
    for (String time :
        new String[] {
          "2024-02-03T04:05:06.123456789Z",
          "2024-02-03T04:05:06.100Z",
          "1969-12-31T23:59:59.500Z",
          "1969-12-31T23:59:58Z",
          "1969-12-31T23:59:55.250Z",
          "3000-01-01T00:00:00.000000001Z"
        }) {
      TarEntry entry = entry("x", TarEntry.Kind.FILE, 0, Instant.parse(time));
      assertSame(readBack(entry), entry, time);
    }
  }

  @Test
  void whatever_is_written_is_read_back_the_same() throws Exception {
    long seed = 20261123L;
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    for (int i = 0; i < 2000; i++) {
      TarEntry entry = randomEntry(random);
      assertSame(readBack(entry), entry, "seed " + seed + ", round " + i);
    }
  }

  private static TarEntry randomEntry(RandomGenerator random) {
    TarEntry.Kind kind = KINDS.get(random.nextInt(KINDS.size()));
    boolean link = kind == TarEntry.Kind.HARD_LINK || kind == TarEntry.Kind.SYMLINK;
    boolean device = kind == TarEntry.Kind.CHARACTER_DEVICE || kind == TarEntry.Kind.BLOCK_DEVICE;
    Map<String, byte[]> xattrs = new HashMap<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      byte[] value = new byte[random.nextInt(40)];
      random.nextBytes(value);
      xattrs.put("user." + i + "x".repeat(random.nextInt(90)), value);
    }
    return new TarEntry(
        name(random),
        kind,
        random.nextInt(010000),
        random.nextBoolean() ? random.nextInt(1000) : (int) random.nextLong(4_294_967_295L),
        random.nextInt(0, 1 << 30),
        kind == TarEntry.Kind.FILE ? random.nextLong(1L << 40) : 0,
        Instant.ofEpochSecond(
            random.nextLong(-4_000_000_000L, 40_000_000_000L),
            random.nextBoolean() ? 0 : random.nextInt(1_000_000_000)),
        link ? name(random) : "",
        device ? random.nextInt(1 << 12) : 0,
        device ? random.nextInt(1 << 20) : 0,
        xattrs);
  }

  private static String name(RandomGenerator random) {
    String alphabet = "abc./ -\u00e9\u6f22\udc80\udcff";
    StringBuilder name = new StringBuilder("n");
    for (int i = random.nextInt(1, 180); i > 0; i--) {
      name.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return name.append('n').toString();
  }
}
