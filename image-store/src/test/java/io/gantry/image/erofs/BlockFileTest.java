package io.gantry.image.erofs;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.layer.ContentSums;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import io.gantry.linux.Linux;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockFileTest {

  private static final long SEED = 20261123;

  private final FileCalls files = Linux.syscalls();
  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4095, 4096, 8192, 8193, 100_000, 20_000_000})
  void the_sum_is_that_of_the_file_with_its_first_block_written_last(int bytes) throws Exception {
    Path path = directory.resolve("file");
    byte[] first = bytes(BlockFile.BLOCK);
    byte[] rest = bytes(bytes);

    ContentSums sums;
    try (BlockFile file = BlockFile.create(files, path, ByteBuffer.allocateDirect(8192))) {
      file.zeros(BlockFile.BLOCK);
      file.put(rest);
      file.finish(ByteBuffer.wrap(first));
      sums = file.sums();
    }

    byte[] written = Files.readAllBytes(path);
    assertThat(written).startsWith(first).endsWith(rest).hasSize(first.length + bytes);
    assertThat(sums.get(inode(path))).as("seed %d", SEED).isEqualTo(sum(written));
  }

  @Test
  void sums_are_joined_whatever_the_lengths() {
    for (int i = 0; i < 1000; i++) {
      byte[] one = bytes(random.nextInt(300));
      byte[] other = bytes(random.nextInt(300));
      byte[] both = ByteBuffer.allocate(one.length + other.length).put(one).put(other).array();

      assertThat(JoinedSum.of(sum(one), sum(other), other.length))
          .as("%d and %d bytes, seed %d", one.length, other.length, SEED)
          .isEqualTo(sum(both));
    }
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static int sum(byte[] bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    return (int) sum.getValue();
  }

  private long inode(Path path) throws Exception {
    try (Fd file = files.open(path, FileFlags.O_RDONLY, 0)) {
      return files.statx(file, "").inode();
    }
  }
}
