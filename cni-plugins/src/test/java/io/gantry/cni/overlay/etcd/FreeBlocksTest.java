package io.gantry.cni.overlay.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gantry.linux.netlink.IpPrefix;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class FreeBlocksTest {

  private static final IpPrefix FOUR = IpPrefix.parse("10.244.0.0/22");
  private final RandomGenerator random = RandomGenerator.of("L64X128MixRandom");

  @Test
  void blocksAreNumberedThroughTheNetwork() {
    FreeBlocks blocks = new FreeBlocks(FOUR, 24);
    assertThat(blocks.count()).isEqualTo(4);
    assertThat(blocks.at(0)).isEqualTo(IpPrefix.parse("10.244.0.0/24"));
    assertThat(blocks.at(3)).isEqualTo(IpPrefix.parse("10.244.3.0/24"));
    FreeBlocks six = new FreeBlocks(IpPrefix.parse("fd00:10::/32"), 64);
    assertThat(six.count()).isEqualTo(1 << 20);
    assertThat(six.at(0x12345)).isEqualTo(IpPrefix.parse("fd00:10:1:2345::/64"));
    assertThat(new FreeBlocks(IpPrefix.parse("10.0.0.0/8"), 26).at(5))
        .isEqualTo(IpPrefix.parse("10.0.1.64/26"));
  }

  @Test
  void allAreFoundAndThenNone() {
    FreeBlocks blocks = new FreeBlocks(FOUR, 24);
    Set<IpPrefix> taken = new HashSet<>();
    for (int i = 0; i < 4; i++) {
      IpPrefix block = blocks.choose(taken, random).orElseThrow();
      assertThat(FOUR.overlaps(block)).isTrue();
      assertThat(taken.add(block)).isTrue();
    }
    assertThat(blocks.choose(taken, random)).isEmpty();
  }

  @Test
  void oneThatOverlapsWithALargerOrSmallerBlockIsNotFree() {
    FreeBlocks blocks = new FreeBlocks(FOUR, 24);
    Set<IpPrefix> taken =
        Set.of(
            IpPrefix.parse("10.244.0.0/23"),
            IpPrefix.parse("10.244.2.128/25"),
            IpPrefix.parse("10.245.0.0/16"));
    assertThat(blocks.choose(taken, random)).contains(IpPrefix.parse("10.244.3.0/24"));
  }

  @Test
  void lengthsThatCannotBeAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new FreeBlocks(FOUR, 21));
    assertThatIllegalArgumentException().isThrownBy(() -> new FreeBlocks(FOUR, 31));
  }
}
