package io.gantry.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CgroupLimitsTest {

  private static final long MIB = 1 << 20;

  @Test
  void whatAChangeLeavesOutStays() {
    CgroupLimits before =
        new LimitsBuilder().memory(64 * MIB).shares(512).quota(10_000, 100_000).build();
    CgroupLimits after = before.changedBy(new LimitsBuilder().quota(20_000).cpus("0").build());
    assertThat(after)
        .isEqualTo(
            new LimitsBuilder()
                .memory(64 * MIB)
                .shares(512)
                .quota(20_000, 100_000)
                .cpus("0")
                .build());
  }

  @Test
  void mapsAreMergedByKey() {
    CgroupLimits before =
        new LimitsBuilder().hugepages("2MB", 2 * MIB).unified("memory.high", "1").build();
    CgroupLimits after = before.changedBy(new LimitsBuilder().hugepages("1GB", 0).build());
    assertThat(after.hugepageBytes()).containsEntry("2MB", 2 * MIB).containsEntry("1GB", 0L);
    assertThat(after.unified()).containsEntry("memory.high", "1");
  }

  @Test
  void memoryAloneKeepsTheSwapBesideIt() {
    CgroupLimits before = new LimitsBuilder().memory(64 * MIB).swap(96 * MIB).build();
    CgroupLimits after = before.changedBy(new LimitsBuilder().memory(128 * MIB).build());
    assertThat(after.memoryAndSwapBytes()).hasValue(160 * MIB);
    CgroupLimits unlimited = new LimitsBuilder().memory(64 * MIB).swap(-1).build();
    assertThat(unlimited.changedBy(new LimitsBuilder().memory(MIB).build()).memoryAndSwapBytes())
        .hasValue(-1);
  }

  @Test
  void aChangeConcernsItsOwnFieldsAndSwapWithMemory() {
    CgroupLimits all =
        new LimitsBuilder()
            .memory(64 * MIB)
            .swap(96 * MIB)
            .shares(512)
            .pids(9)
            .unified("memory.high", "1")
            .build();
    assertThat(all.concernedBy(new LimitsBuilder().memory(MIB).build()))
        .isEqualTo(new LimitsBuilder().memory(64 * MIB).swap(96 * MIB).build());
    assertThat(all.concernedBy(new LimitsBuilder().pids(1).cpus("0").build()))
        .isEqualTo(new LimitsBuilder().pids(9).build());
    assertThat(all.concernedBy(CgroupLimits.NONE)).isEqualTo(CgroupLimits.NONE);
  }
}
