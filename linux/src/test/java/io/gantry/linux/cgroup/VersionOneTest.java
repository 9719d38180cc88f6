package io.gantry.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VersionOneTest {

  private static final Map<String, String> COMMON = Map.of("tasks", "", "cgroup.procs", "");

  @TempDir Path root;
  private FakeCgroupTree tree;

  @BeforeEach
  void mountHierarchies() throws Exception {
    tree = new FakeCgroupTree(root);
    mount(
        "/sys/fs/cgroup/memory",
        "memory",
        Map.of(
            "memory.limit_in_bytes",
            "",
            "memory.memsw.limit_in_bytes",
            "",
            "memory.oom_control",
            "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n"));
    mount(
        "/sys/fs/cgroup/cpu,cpuacct",
        "cpu,cpuacct",
        Map.of("cpu.shares", "", "cpu.cfs_period_us", "", "cpu.cfs_quota_us", ""));
    mount("/sys/fs/cgroup/pids", "pids", Map.of("pids.max", ""));
    mount("/sys/fs/cgroup/cpuset", "cpuset", Map.of("cpuset.cpus", "", "cpuset.mems", ""));
    mount("/sys/fs/cgroup/blkio", "blkio", Map.of());
  }

  private void mount(String point, String controllers, Map<String, String> files)
      throws IOException {
    Map<String, String> all = new HashMap<>(COMMON);
    all.putAll(files);
    tree.mount(point, "cgroup", controllers, all);
  }

  private Cgroups cgroups() throws IOException {
    return MachineCgroups.detect(root, tree);
  }

  @Test
  void aMachineWithOnlyVersionOneIsToldFromAHybridOne() throws Exception {
    assertThat(cgroups().layout()).isEqualTo(Cgroups.Layout.V1);
    tree.mount("/sys/fs/cgroup/unified", "cgroup2", "", Map.of());
    assertThat(cgroups().layout()).isEqualTo(Cgroups.Layout.HYBRID);
  }

  @Test
  void aGroupIsMadeOnlyInTheHierarchiesItNeeds() throws Exception {
    Cgroup group = cgroups().create("/pods/one", CgroupLimits.NONE);
    assertThat(group.exists()).isTrue();
    assertThat(tree.has("/sys/fs/cgroup/memory/pods/one")).isTrue();
    assertThat(tree.has("/sys/fs/cgroup/cpu,cpuacct/pods/one")).isTrue();
    assertThat(tree.has("/sys/fs/cgroup/cpuset/pods")).isFalse();
    assertThat(tree.has("/sys/fs/cgroup/blkio/pods")).isFalse();
  }

  @Test
  void aSharedHierarchyIsJoinedOnce() throws Exception {
    var tasks = cgroups().create("/one", CgroupLimits.NONE).taskFiles();
    assertThat(tasks).hasSize(3);
    tasks.forEach(Fd::close);
  }

  @Test
  void aGroupIsEndedByItsProcessesAndALimitOfForks() throws Exception {
    Cgroup group = cgroups().create("/one", CgroupLimits.NONE);
    try (Fd processes = group.processFile().getFirst();
        Fd limit = group.forkLimit().getFirst()) {
      assertThat(Files.readSymbolicLink(processes.path()))
          .hasToString(root + "/sys/fs/cgroup/memory/one/cgroup.procs");
      assertThat(Files.readSymbolicLink(limit.path()))
          .hasToString(root + "/sys/fs/cgroup/pids/one/pids.max");
    }
    assertThat(cgroups().at("/none").processFile()).isEmpty();
    assertThat(cgroups().at("/none").forkLimit()).isEmpty();
  }

  @Test
  void limitsAreWrittenInTheUnitsOfVersionOne() throws Exception {
    cgroups()
        .create(
            "/one",
            new LimitsBuilder()
                .memory(1 << 20)
                .swap(1 << 21)
                .shares(512)
                .quota(5000, 10000)
                .pids(-1)
                .build());
    assertThat(tree.content("/sys/fs/cgroup/memory/one/memory.limit_in_bytes"))
        .isEqualTo("1048576");
    assertThat(tree.content("/sys/fs/cgroup/memory/one/memory.memsw.limit_in_bytes"))
        .isEqualTo("2097152");
    assertThat(tree.content("/sys/fs/cgroup/cpu,cpuacct/one/cpu.shares")).isEqualTo("512");
    assertThat(tree.content("/sys/fs/cgroup/cpu,cpuacct/one/cpu.cfs_quota_us")).isEqualTo("5000");
    assertThat(tree.content("/sys/fs/cgroup/pids/one/pids.max")).isEqualTo("max");
  }

  @Test
  void aCpusetIsInheritedFromTheParentsFirst() throws Exception {
    tree.write(root.resolve("sys/fs/cgroup/cpuset/cpuset.cpus"), "0-3");
    tree.write(root.resolve("sys/fs/cgroup/cpuset/cpuset.mems"), "0");
    cgroups().create("/pods/one", new LimitsBuilder().cpus("1").build());
    assertThat(tree.content("/sys/fs/cgroup/cpuset/pods/cpuset.cpus")).isEqualTo("0-3");
    assertThat(tree.content("/sys/fs/cgroup/cpuset/pods/one/cpuset.cpus")).isEqualTo("1");
    assertThat(tree.content("/sys/fs/cgroup/cpuset/pods/one/cpuset.mems")).isEqualTo("0");
  }

  @Test
  void aCreationThatFailsLeavesNothingItMade() throws Exception {
    cgroups().create("/pods", CgroupLimits.NONE);
    tree.refuse("77", Errno.EINVAL);
    assertThatExceptionOfType(SyscallException.class)
        .isThrownBy(() -> cgroups().create("/pods/a/b", new LimitsBuilder().pids(77).build()))
        .withMessageContaining("EINVAL");
    assertThat(tree.has("/sys/fs/cgroup/memory/pods")).isTrue();
    assertThat(tree.has("/sys/fs/cgroup/memory/pods/a")).isFalse();
    assertThat(tree.has("/sys/fs/cgroup/pids/pods/a")).isFalse();
  }

  @Test
  void removalTakesSubgroupsAlongAndMayBeRepeated() throws Exception {
    Cgroup outer = cgroups().create("/one", CgroupLimits.NONE);
    cgroups().create("/one/two/three", CgroupLimits.NONE);
    outer.remove();
    outer.remove();
    assertThat(outer.exists()).isFalse();
    assertThat(outer.processes()).isEmpty();
  }

  @Test
  void membersOfSubgroupsAreMembers() throws Exception {
    Cgroup outer = cgroups().create("/one", CgroupLimits.NONE);
    cgroups().create("/one/two", CgroupLimits.NONE);
    tree.write(root.resolve("sys/fs/cgroup/memory/one/cgroup.procs"), "10\n0\n11\n");
    tree.write(root.resolve("sys/fs/cgroup/memory/one/two/cgroup.procs"), "12\n");
    assertThat(outer.processes()).containsExactlyInAnyOrder(10, 11, 12);
  }

  @Test
  void killsByTheKernelAreCounted() throws Exception {
    assertThat(cgroups().create("/one", CgroupLimits.NONE).oomKills()).isEqualTo(3);
    assertThat(cgroups().at("/never").oomKills()).isZero();
  }

  @Test
  void aControllerThatIsNotThereIsNamed() {
    assertThatExceptionOfType(CgroupException.class)
        .isThrownBy(
            () -> cgroups().create("/one", new LimitsBuilder().hugepages("2MB", 1 << 21).build()))
        .withMessage("cgroup /one: the machine has no hugetlb controller");
  }

  @Test
  void pathsThatLeadElsewhereAreRefused() throws Exception {
    for (String path : new String[] {"relative", "/", "/a/../../b", "/a/./b"}) {
      assertThatIllegalArgumentException().isThrownBy(() -> cgroups().at(path));
    }
  }

  @Test
  void theDirectoryOfAControllerIsKnown() throws Exception {
    assertThat(cgroups().at("/one").directory("cpuacct"))
        .hasValue(root.resolve("sys/fs/cgroup/cpu,cpuacct/one"));
  }
}
