package io.gantry.launch;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.error.InvalidException;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.linux.cgroup.Cgroups.Layout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimitCheckTest {

  private static final OptionalLong NONE = OptionalLong.empty();

  @TempDir Path sys;

  @BeforeEach
  void machine() throws IOException {
    Path cpu = Files.createDirectories(sys.resolve("devices/system/cpu"));
    Files.writeString(cpu.resolve("online"), "0-1,3\n");
    Files.createDirectories(sys.resolve("kernel/mm/hugepages/hugepages-2048kB"));
    Files.createDirectories(sys.resolve("kernel/mm/hugepages/hugepages-1048576kB"));
  }

  private static CgroupLimits cpus(String cpus, String mems) {
    return new CgroupLimits(NONE, NONE, NONE, NONE, NONE, NONE, cpus, mems, Map.of(), Map.of());
  }

  private static CgroupLimits cpuTime(OptionalLong quota, OptionalLong period) {
    return new CgroupLimits(NONE, NONE, NONE, quota, period, NONE, "", "", Map.of(), Map.of());
  }

  private static CgroupLimits maps(Map<String, Long> pages, Map<String, String> unified) {
    return new CgroupLimits(NONE, NONE, NONE, NONE, NONE, NONE, "", "", pages, unified);
  }

  private void accepts(CgroupLimits limits) {
    new LimitCheck(sys).check(limits, Layout.V2);
  }

  private void refuses(CgroupLimits limits, Layout layout, String... words) {
    var thrown =
        assertThatExceptionOfType(InvalidException.class)
            .isThrownBy(() -> new LimitCheck(sys).check(limits, layout));
    for (String word : words) {
      thrown.withMessageContaining(word);
    }
  }

  @Test
  void whatTheMachineHasIsFine() {
    accepts(cpus("0,3", "7"));
    accepts(cpuTime(OptionalLong.of(-1), OptionalLong.of(1000)));
    accepts(maps(Map.of("2MB", 0L, "1GB", 1L << 30), Map.of("memory.high", "1")));
  }

  @Test
  void absentProcessorsAreNamed() {
    refuses(cpus("0-4", ""), Layout.V2, "cpuset_cpus", "0-4", "{2, 4}");
    refuses(cpus("x", ""), Layout.V2, "cpuset_cpus", "\"x\"");
  }

  @Test
  void cpuTimeOutsideOfTheSchedulersBoundsIsRefused() {
    refuses(cpuTime(NONE, OptionalLong.of(999)), Layout.V2, "cpu_period", "999");
    refuses(cpuTime(NONE, OptionalLong.of(1_000_001)), Layout.V1, "cpu_period");
    refuses(cpuTime(OptionalLong.of(10), NONE), Layout.V1, "cpu_quota", "10");
  }

  @Test
  void pageSizesAreThoseOfTheMachine() {
    refuses(maps(Map.of("64KB", 0L), Map.of()), Layout.V2, "hugepage_limits", "64KB");
  }

  @Test
  void filesOfVersionTwoNeedVersionTwo() {
    refuses(maps(Map.of(), Map.of("memory.high", "1")), Layout.V1, "unified", "memory.high");
  }
}
