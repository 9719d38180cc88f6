package io.gantry.linux.deflate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class InflationTest {

  /** One that can be asked for, whether or not it is there. */
  record Candidate(String name, Supplier<Inflation> open) {

    Inflation inflation() {
      Assumptions.assumeTrue(
          !name.equals("libisal") || IsalLibrary.PRESENT, "libisal.so.2 is not installed");
      return open.get();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Candidate> both() {
    return Stream.of(
        new Candidate("JDK", JdkInflation::new), new Candidate("libisal", IsalInflation::new));
  }

  private static byte[] deflated(byte[] plain, int level) {
    Deflater deflater = new Deflater(level, true);
    deflater.setInput(plain);
    deflater.finish();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] chunk = new byte[8192];
    while (!deflater.finished()) {
      out.write(chunk, 0, deflater.deflate(chunk));
    }
    deflater.end();
    return out.toByteArray();
  }

  /** Words, noise and runs, so that each kind of block occurs. */
  private static byte[] content(Random random, int size) {
    byte[] bytes = new byte[size];
    int at = 0;
    while (at < size) {
      int end = Math.min(size, at + 1 + random.nextInt(5000));
      switch (random.nextInt(3)) {
        case 0 -> Arrays.fill(bytes, at, end, (byte) random.nextInt(256));
        case 1 -> {
          for (int i = at; i < end; i++) {
            bytes[i] = (byte) ('a' + random.nextInt(4));
          }
        }
        default -> {
          byte[] noise = new byte[end - at];
          random.nextBytes(noise);
          System.arraycopy(noise, 0, bytes, at, noise.length);
        }
      }
      at = end;
    }
    return bytes;
  }

  /** Inflates in pieces of any size, and says how many bytes behind the stream were left alone. */
  private static int inflate(Inflation inflation, byte[] stream, Random random, byte[] target)
      throws DataFormatException {
    inflation.reset();
    int fed = 0;
    int got = 0;
    byte[] rest = new byte[1 << 17];
    while (!inflation.isFinished()) {
      int n = inflation.inflate(rest, 0, 1 + random.nextInt(rest.length));
      System.arraycopy(rest, 0, target, got, n);
      got += n;
      if (n == 0 && !inflation.isFinished()) {
        int count = Math.min(stream.length - fed, 1 + random.nextInt(100_000));
        assertThat(count).as("there is more when it asks for more").isPositive();
        inflation.input(stream, fed, count);
        fed += count;
      }
    }
    assertThat(got).isEqualTo(target.length);
    return stream.length - fed + inflation.remaining();
  }

  @ParameterizedTest
  @MethodSource("both")
  void gives_back_what_was_deflated_however_it_arrives(Candidate candidate) throws Exception {
    long seed = 5;
    Random random = new Random(seed);
    try (Inflation inflation = candidate.inflation()) {
      for (int round = 0; round < 200; round++) {
        byte[] plain = content(random, random.nextInt(round % 10 == 0 ? 2_000_000 : 20_000));
        byte[] stream = deflated(plain, random.nextInt(10));
        int behind = 8 + random.nextInt(20);
        byte[] whole = Arrays.copyOf(stream, stream.length + behind);
        byte[] back = new byte[plain.length];

        assertThat(inflate(inflation, whole, random, back))
            .as("seed %d round %d", seed, round)
            .isEqualTo(behind);
        assertThat(back).as("seed %d round %d", seed, round).isEqualTo(plain);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("both")
  void byte_by_byte(Candidate candidate) throws Exception {
    byte[] plain = content(new Random(1), 3000);
    byte[] stream = Arrays.copyOf(deflated(plain, 6), deflated(plain, 6).length + 8);
    byte[] back = new byte[plain.length];
    int got = 0;
    int fed = 0;
    try (Inflation inflation = candidate.inflation()) {
      while (!inflation.isFinished()) {
        int n = inflation.inflate(back, got, Math.max(1, back.length - got));
        got += n;
        if (n == 0 && !inflation.isFinished()) {
          inflation.input(stream, fed++, 1);
        }
        back = got == back.length ? Arrays.copyOf(back, got + 1) : back;
      }
      assertThat(stream.length - fed + inflation.remaining()).isEqualTo(8);
    }
    assertThat(Arrays.copyOf(back, got)).isEqualTo(plain);
  }

  @ParameterizedTest
  @MethodSource("both")
  void nonsense_is_refused_and_the_next_stream_is_read(Candidate candidate) throws Exception {
    byte[] plain = content(new Random(2), 1000);
    try (Inflation inflation = candidate.inflation()) {
      for (byte[] nonsense :
          List.of(new byte[] {7, 7, 7, 7}, new byte[] {(byte) 0xfd, 1, 2, 3, 4, 5, 6, 7, 8, 9})) {
        inflation.reset();
        inflation.input(nonsense, 0, nonsense.length);
        assertThatThrownBy(
                () -> {
                  byte[] target = new byte[1000];
                  while (inflation.inflate(target, 0, target.length) > 0) {
                    // On to the damage.
                  }
                  assertThat(inflation.isFinished()).isTrue();
                })
            .isInstanceOf(DataFormatException.class);
      }
      byte[] back = new byte[plain.length];
      byte[] stream = deflated(plain, 9);
      assertThat(inflate(inflation, Arrays.copyOf(stream, stream.length + 9), new Random(3), back))
          .isEqualTo(9);
      assertThat(back).isEqualTo(plain);
    }
  }

  @ParameterizedTest
  @MethodSource("both")
  void two_at_a_time_do_not_share_what_one_gave_back(Candidate candidate) throws Exception {
    byte[] plain = content(new Random(4), 100_000);
    byte[] stream = Arrays.copyOf(deflated(plain, 6), deflated(plain, 6).length + 8);
    Inflation used = candidate.inflation();
    used.close();
    used.close();
    assertThatThrownBy(used::reset)
        .isInstanceOfAny(IllegalStateException.class, NullPointerException.class);
    byte[] one = new byte[plain.length];
    byte[] other = new byte[plain.length];
    try (Inflation first = candidate.inflation();
        Inflation second = candidate.inflation()) {
      first.input(stream, 0, 5000);
      assertThat(first.inflate(one, 0, 10)).isEqualTo(10);
      assertThat(inflate(second, stream, new Random(5), other)).isEqualTo(8);
      assertThat(inflate(first, stream, new Random(6), one)).isEqualTo(8);
    }
    assertThat(one).isEqualTo(plain);
    assertThat(other).isEqualTo(plain);
  }
}
