package io.gantry.linux.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.linux.systemd.UnitValue.Bits;
import io.gantry.linux.systemd.UnitValue.Flag;
import io.gantry.linux.systemd.UnitValue.Pid;
import io.gantry.linux.systemd.UnitValue.Text;
import io.gantry.linux.systemd.UnitValue.Whole;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScopePropertiesTest {

  private static final OptionalLong NONE = OptionalLong.empty();

  private static OptionalLong some(long value) {
    return OptionalLong.of(value);
  }

  private static CgroupLimits memory(OptionalLong memory, OptionalLong both) {
    return new CgroupLimits(memory, both, NONE, NONE, NONE, NONE, "", "", Map.of(), Map.of());
  }

  private static CgroupLimits quota(long quota, OptionalLong period) {
    return new CgroupLimits(
        NONE, NONE, NONE, some(quota), period, NONE, "", "", Map.of(), Map.of());
  }

  private static CgroupLimits unified(String file, String value) {
    return new CgroupLimits(
        NONE, NONE, NONE, NONE, NONE, NONE, "", "", Map.of(), Map.of(file, value));
  }

  @Test
  void everyLimitThatSystemdKnowsIsTold() {
    CgroupLimits limits =
        new CgroupLimits(
            some(1000),
            some(1500),
            some(1024),
            some(50_000),
            some(100_000),
            some(7),
            "0-1,9",
            "1",
            Map.of("2MB", 4L << 20),
            Map.of());
    assertThat(ScopeProperties.of(limits))
        .isEqualTo(
            Map.of(
                "MemoryMax", new Whole(1000),
                "MemorySwapMax", new Whole(500),
                "CPUWeight", new Whole(100),
                "CPUQuotaPeriodUSec", new Whole(100_000),
                "CPUQuotaPerSecUSec", new Whole(500_000),
                "TasksMax", new Whole(7),
                "AllowedCPUs", new Bits("0302"),
                "AllowedMemoryNodes", new Bits("02")));
  }

  @Test
  void aScopeIsStartedWithAProcessAndLeftToTheRuntime() {
    Map<String, UnitValue> properties =
        ScopeProperties.starting(
            "gantry-1.scope", new SliceName("a-b.slice"), 42, memory(some(5), NONE), 252);
    assertThat(properties)
        .containsEntry("Slice", new Text("a-b.slice"))
        .containsEntry("PIDs", new Pid(42))
        .containsEntry("Delegate", new Flag(true))
        .containsEntry("DefaultDependencies", new Flag(false))
        .containsEntry("CollectMode", new Text("inactive-or-failed"))
        .containsEntry("MemoryMax", new Whole(5));
    assertThat(new Pid(42).signature()).isEqualTo("au");
    assertThat(new Pid(42).bytes()).hasSize(4);
  }

  @Test
  void noLimitIsInfinityAndNothingSaidIsNoProperty() {
    assertThat(ScopeProperties.of(CgroupLimits.NONE)).isEmpty();
    assertThat(ScopeProperties.of(memory(some(-1), some(-1))))
        .isEqualTo(Map.of("MemoryMax", UnitValue.INFINITY, "MemorySwapMax", UnitValue.INFINITY));
    assertThat(ScopeProperties.of(quota(-1, NONE)))
        .isEqualTo(Map.of("CPUQuotaPerSecUSec", UnitValue.INFINITY));
  }

  @Test
  void swapThatMakesNoSenseIsLeftToTheFiles() {
    assertThat(ScopeProperties.of(memory(some(100), some(50)))).doesNotContainKey("MemorySwapMax");
    assertThat(ScopeProperties.of(memory(NONE, some(50)))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "50000, 100000, 500000",
    "25500, 50000, 510000",
    "10250, 50000, 210000",
    "1000, 1000000, 10000",
    "400000, 100000, 4000000",
    "9223372036854775807, 100000, 9223372036854775807"
  })
  void aQuotaIsCountedInWholePercentsRoundedUp(long quota, long period, long perSecond) {
    assertThat(ScopeProperties.of(quota(quota, some(period))))
        .containsEntry("CPUQuotaPerSecUSec", new Whole(perSecond));
  }

  @ParameterizedTest
  @CsvSource({
    "memory.min, MemoryMin",
    "memory.low, MemoryLow",
    "memory.high, MemoryHigh",
    "memory.max, MemoryMax",
    "memory.swap.max, MemorySwapMax",
    "pids.max, TasksMax",
    "cpu.weight, CPUWeight"
  })
  void aFileThatSystemdWritesIsItsProperty(String file, String property) {
    assertThat(ScopeProperties.of(unified(file, "50\n"))).containsEntry(property, new Whole(50));
    assertThat(ScopeProperties.of(unified(file, "max")))
        .containsEntry(property, UnitValue.INFINITY);
    assertThat(ScopeProperties.of(unified(file, "lots"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"252, 1, ", "253, 1, kill", "257, 0, continue"})
  void killingAllTogetherIsAPolicyWhereSystemdHasOne(int version, String file, String policy) {
    Map<String, UnitValue> properties =
        ScopeProperties.starting(
            "gantry-1.scope",
            new SliceName("a.slice"),
            42,
            unified("memory.oom.group", file),
            version);
    assertThat(properties.get("OOMPolicy")).isEqualTo(policy == null ? null : new Text(policy));
  }

  @Test
  void otherFilesAreLeftToBeWritten() {
    assertThat(ScopeProperties.of(unified("memory.oom.group", "1"))).isEmpty();
    assertThat(ScopeProperties.of(unified("cpuset.cpus", "0,2")))
        .containsEntry("AllowedCPUs", new Bits("05"));
    assertThat(ScopeProperties.of(unified("cpuset.cpus", ""))).isEmpty();
  }
}
