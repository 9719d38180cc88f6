package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class KernelTextTest {

  @Test
  void anyBytesSurviveTheWayThereAndBack() {
    long seed = System.nanoTime();
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = new byte[random.nextInt(12)];
      random.nextBytes(bytes);
      String text = KernelText.text(bytes, 0, bytes.length);
      assertThat(KernelText.bytes(text)).as("seed %d", seed).isEqualTo(bytes);
    }
  }

  @Test
  void textBeyondTheBasicPlaneIsNotTakenForEscapes() {
    String text = "𐊀é\uDC80";
    byte[] bytes = KernelText.bytes(text);
    assertThat(KernelText.text(bytes, 0, bytes.length)).isEqualTo(text);
  }

  @Test
  void aNulIsRefusedBecauseTheKernelWouldStopThere() {
    assertThatIllegalArgumentException().isThrownBy(() -> KernelText.terminated("a\0b"));
  }
}
