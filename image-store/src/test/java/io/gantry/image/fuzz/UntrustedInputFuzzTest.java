package io.gantry.image.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.gantry.image.TarBytes;
import io.gantry.image.error.ImageException;
import io.gantry.image.layer.Decompression;
import io.gantry.image.layer.TarEntry;
import io.gantry.image.layer.TarReader;
import io.gantry.image.reference.ImageReference;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Whatever strangers write, it is read or refused by an {@link ImageException}, nothing else. In
 * normal runs the inputs beside this class's resources are tried; with {@code JAZZER_FUZZ=1} and
 * one method chosen, Jazzer looks for more, a minute long.
 */
class UntrustedInputFuzzTest {

  private static final int BLOCK = 512;
  private static final int MOST_CONTENT = 16 << 20;
  private static final byte[] MAGIC = "ustar".getBytes(StandardCharsets.US_ASCII);
  private static final int MAGIC_AT = 257;

  @FuzzTest(maxDuration = "60s")
  void a_tar(byte[] input) throws IOException {
    // Or else almost everything would fail at the first checksum.
    byte[] tar = withChecksums(input);
    TarReader reader = new TarReader(new ByteArrayInputStream(tar));
    ByteBuffer buffer = ByteBuffer.allocate(4096);
    try {
      for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
        assertThat(entry.size()).isNotNegative();
        assertThat(entry.mode()).isBetween(0, 07777);
        if (entry.size() > MOST_CONTENT) {
          // Zeros between the parts of a sparse file; what unpacks has a limit for them.
          continue;
        }
        long left = entry.size();
        while (reader.read(buffer.clear()) >= 0) {
          left -= buffer.position();
        }
        assertThat(left).isZero();
        assertThat(reader.offset()).isLessThanOrEqualTo(tar.length);
      }
    } catch (ImageException refused) {
      assertThat(refused).hasMessageNotContaining("null");
    }
  }

  private static byte[] withChecksums(byte[] input) {
    byte[] tar = input.clone();
    for (int at = 0; at + BLOCK <= tar.length; at += BLOCK) {
      byte[] block = Arrays.copyOfRange(tar, at, at + BLOCK);
      if (Arrays.equals(block, MAGIC_AT, MAGIC_AT + MAGIC.length, MAGIC, 0, MAGIC.length)) {
        System.arraycopy(TarBytes.sealed(block), 0, tar, at, BLOCK);
      }
    }
    return tar;
  }

  @FuzzTest(maxDuration = "60s")
  void a_compressed_stream(byte[] input) throws IOException {
    byte[] chunk = new byte[8192];
    try (InputStream plain = Decompression.of(new ByteArrayInputStream(input))) {
      long total = 0;
      int n = plain.read(chunk);
      while (n >= 0 && total < 16 << 20) {
        total += n;
        n = plain.read(chunk);
      }
    } catch (ImageException refused) {
      assertThat(refused.reason()).isNotEmpty();
    }
  }

  @FuzzTest(maxDuration = "60s")
  void a_reference(byte[] input) throws IOException {
    ImageReference reference;
    try {
      reference = ImageReference.parse(new String(input, StandardCharsets.UTF_8));
    } catch (ImageException refused) {
      assertThat(refused.reason()).isNotEmpty();
      return;
    }
    assertThat(ImageReference.parse(reference.toString())).isEqualTo(reference);
    assertThat(reference.registry()).isNotEmpty();
    assertThat(reference.repository()).isNotEmpty().doesNotContain("..");
  }
}
