package io.gantry.image.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.gantry.image.TestImage;
import io.gantry.image.error.ImageException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DecompressionTest {

  private final byte[] plain = noise(300_000);

  private static byte[] noise(int length) {
    byte[] bytes = new byte[length];
    new Random(3).nextBytes(bytes);
    Arrays.fill(bytes, length / 3, length / 2, (byte) 'a');
    return bytes;
  }

  private static byte[] read(byte[] compressed) throws IOException {
    return Decompression.of(new ByteArrayInputStream(compressed)).readAllBytes();
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  @Test
  void every_format_is_recognised() throws Exception {
    assertThat(read(TestImage.gzip(plain))).isEqualTo(plain);
    assertThat(read(Zstd.compress(plain))).isEqualTo(plain);
    assertThat(read(plain)).isEqualTo(plain);
    assertThat(read(new byte[0])).isEmpty();
    assertThat(read(new byte[] {1})).containsExactly(1);
  }

  @Test
  void several_members_and_frames_are_one_stream() throws Exception {
    byte[] gzip = TestImage.gzip(plain);
    byte[] zstd = Zstd.compress(plain);

    assertThat(read(joined(gzip, gzip))).isEqualTo(joined(plain, plain));
    assertThat(read(joined(zstd, zstd))).isEqualTo(joined(plain, plain));
    assertThat(read(joined(gzip, new byte[512]))).isEqualTo(plain);
  }

  /** As images of zstd:chunked have them before, between and after their data. */
  @Test
  void skippable_frames_are_skipped_wherever_they_are() throws Exception {
    byte[] zstd = Zstd.compress(plain);
    byte[] skippable = {0x50, 0x2a, 0x4d, 0x18, 5, 0, 0, 0, 'a', 'b', 'c', 'd', 'e'};
    byte[] another = {0x5f, 0x2a, 0x4d, 0x18, 0, 0, 0, 0};

    assertThat(read(joined(zstd, skippable))).isEqualTo(plain);
    assertThat(read(joined(skippable, another, zstd))).isEqualTo(plain);
    assertThat(read(joined(zstd, another, zstd, skippable))).isEqualTo(joined(plain, plain));
    assertThat(read(joined(zstd, Zstd.compress(new byte[0]), zstd)))
        .isEqualTo(joined(plain, plain));
    assertThat(read(skippable)).isEmpty();
  }

  /** As eStargz has one for each file, and one of no bytes at the end. */
  @Test
  void a_thousand_gzip_members_are_one_stream() throws Exception {
    byte[][] members = new byte[1001][];
    for (int i = 0; i < 1000; i++) {
      members[i] = TestImage.gzip(Arrays.copyOfRange(plain, i * 300, i * 300 + 300));
    }
    members[1000] = TestImage.gzip(new byte[0]);

    assertThat(read(joined(members))).isEqualTo(plain);
  }

  @Test
  void optional_parts_of_the_gzip_header_are_skipped() throws Exception {
    byte[] simple = TestImage.gzip(plain);
    byte[] head = {0x1f, (byte) 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3};
    byte[] optional = {3, 0, 'a', 'b', 'c', 'n', 0, 'c', 0, 1, 2};

    byte[] full = joined(head, optional, Arrays.copyOfRange(simple, 10, simple.length));

    assertThat(read(full)).isEqualTo(plain);
  }

  @Test
  void cut_and_damaged_streams_are_refused() {
    byte[] gzip = TestImage.gzip(plain);
    byte[] zstd = Zstd.compress(plain);
    byte[] damaged = gzip.clone();
    damaged[10] = (byte) 0xff;

    for (byte[] bad :
        new byte[][] {
          Arrays.copyOf(gzip, 5),
          Arrays.copyOf(gzip, gzip.length / 2),
          Arrays.copyOf(gzip, gzip.length - 3),
          joined(gzip, new byte[] {9, 9, 9}),
          damaged,
          Arrays.copyOf(zstd, zstd.length / 2)
        }) {
      assertThatThrownBy(() -> read(bad)).isInstanceOf(ImageException.Corrupt.class);
    }
  }
}
