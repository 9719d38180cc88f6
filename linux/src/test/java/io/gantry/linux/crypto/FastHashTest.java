package io.gantry.linux.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FastHashTest {

  @Test
  void hashes_what_the_standard_says() {
    byte[] abc = {'a', 'b', 'c'};

    assertThat(HexFormat.of().formatHex(FastHash.sha256().digest(abc)))
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assertThat(HexFormat.of().formatHex(FastHash.sha512().digest(abc))).startsWith("ddaf35a193617");
  }

  @Test
  void agrees_with_the_jdk_however_the_bytes_arrive() throws Exception {
    long seed = 11;
    Random random = new Random(seed);
    for (String algorithm : List.of("SHA-256", "SHA-512")) {
      MessageDigest fast = algorithm.equals("SHA-256") ? FastHash.sha256() : FastHash.sha512();
      MessageDigest jdk = MessageDigest.getInstance(algorithm);
      for (int round = 0; round < 50; round++) {
        byte[] bytes = new byte[random.nextInt(200_000)];
        random.nextBytes(bytes);
        int split = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
        fast.update(bytes, 0, split);
        fast.update(bytes, split, bytes.length - split);
        fast.update((byte) round);
        jdk.update(bytes);
        jdk.update((byte) round);
        assertThat(fast.digest()).as("seed %d round %d", seed, round).isEqualTo(jdk.digest());
      }
    }
  }

  @Test
  void starts_anew_after_a_reset() {
    MessageDigest hash = FastHash.sha256();
    hash.update(new byte[100]);
    hash.reset();

    assertThat(hash.digest()).isEqualTo(FastHash.sha256().digest());
  }
}
