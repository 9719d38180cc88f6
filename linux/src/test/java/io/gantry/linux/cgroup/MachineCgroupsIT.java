package io.gantry.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gantry.linux.Fd;
import io.gantry.linux.Linux;
import io.gantry.linux.SpawnRequest;
import io.gantry.linux.Syscalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The groups of this machine, whichever version it has. */
@Timeout(60)
class MachineCgroupsIT {

  private static final int SIGKILL = 9;

  private final Syscalls linux = Linux.syscalls();
  private final String parent = "/gantry-test-" + ProcessHandle.current().pid();
  private Cgroups cgroups;

  MachineCgroupsIT() throws Exception {
    cgroups = MachineCgroups.detect();
  }

  @BeforeEach
  void nothingIsThereYet() throws Exception {
    assertThat(cgroups.at(parent).exists()).isFalse();
  }

  @AfterEach
  void removeAll() throws Exception {
    cgroups.at(parent).kill();
    cgroups.at(parent).remove();
    assertThat(cgroups.at(parent).exists()).isFalse();
  }

  /** A shell that joins the group in the way of its version, then runs the script. */
  private int startIn(Cgroup group, String script) throws Exception {
    List<Fd> descriptors = new ArrayList<>();
    try (Fd nothing = linux.open(Path.of("/dev/null"), 2, 0)) {
      descriptors.addAll(List.of(nothing, nothing, nothing));
      List<Fd> tasks = group.taskFiles();
      StringBuilder join = new StringBuilder();
      for (int i = 0; i < tasks.size(); i++) {
        join.append("echo 0 >&").append(i + 3).append("; ");
      }
      if (tasks.isEmpty()) {
        Path procs = group.directory("memory").orElseThrow().resolve("cgroup.procs");
        join.append("echo 0 >").append(procs).append("; ");
      }
      descriptors.addAll(tasks);
      int pid =
          linux.spawn(
              new SpawnRequest(
                  Path.of("/bin/sh"),
                  List.of("sh", "-c", join + script),
                  List.of("PATH=/usr/bin:/bin"),
                  descriptors));
      tasks.forEach(Fd::close);
      return pid;
    }
  }

  private static void awaitMembers(Cgroup group, int count) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (group.processes().size() < count) {
      assertThat(System.nanoTime()).as("members: %s", group.processes()).isLessThan(deadline);
      Thread.sleep(2);
    }
  }

  @Test
  void aProcessJoinsIsListedAndIsKilled() throws Exception {
    Cgroup group = cgroups.create(parent + "/pod/one", CgroupLimits.NONE);
    int pid = startIn(group, "sleep 60 & sleep 60 & exec sleep 60");
    awaitMembers(group, 3);
    assertThat(cgroups.at(parent).processes()).contains(pid).hasSize(3);
    group.kill();
    assertThat(linux.waitpid(pid)).isEqualTo(OptionalInt.of(SIGKILL));
    group.remove();
    assertThat(group.exists()).isFalse();
  }

  /** What counts in a loop stops counting, with all its children, and goes on where it was. */
  @Test
  void whatIsFrozenStandsStillUntilItIsThawed(@TempDir Path directory) throws Exception {
    Path counts = directory.resolve("counts");
    Cgroup group = cgroups.create(parent + "/cold", CgroupLimits.NONE);
    int pid = startIn(group, "while :; do echo x >> " + counts + "; sleep 0.01; done");
    awaitSize(counts, 1);

    group.freeze();
    long before = Files.size(counts);
    Thread.sleep(200);
    assertThat(Files.size(counts)).isEqualTo(before);
    group.freeze();
    group.thaw();
    awaitSize(counts, before + 1);

    group.freeze();
    group.thaw();
    group.kill();
    linux.waitpid(pid);
    group.remove();
    assertThat(group.exists()).isFalse();
    group.thaw();
  }

  private static void awaitSize(Path file, long size) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!Files.exists(file) || Files.size(file) < size) {
      assertThat(System.nanoTime()).as("writing to %s", file).isLessThan(deadline);
      Thread.sleep(2);
    }
  }

  @Test
  void aForkBombIsCaughtUpWith() throws Exception {
    Cgroup group = cgroups.create(parent + "/bomb", new LimitsBuilder().pids(64).build());
    int pid = startIn(group, "exec perl -e 'while (1) { fork }'");
    awaitMembers(group, 32);
    group.kill();
    linux.waitpid(pid);
    group.remove();
    assertThat(group.exists()).isFalse();
  }

  @Test
  void tooMuchMemoryIsCountedAsAKill() throws Exception {
    Cgroup group =
        cgroups.create(
            parent + "/small", new LimitsBuilder().memory(8 << 20).swap(8 << 20).build());
    int pid = startIn(group, "exec tail /dev/zero");
    assertThat(linux.waitpid(pid)).isEqualTo(OptionalInt.of(SIGKILL));
    assertThat(group.oomKills()).isPositive();
  }

  @Test
  void limitsAreChangedUpAndDown() throws Exception {
    Cgroup group =
        cgroups.create(
            parent + "/one",
            new LimitsBuilder().memory(64 << 20).swap(64 << 20).quota(50_000, 100_000).build());
    group.apply(new LimitsBuilder().memory(128 << 20).swap(128 << 20).quota(-1, 50_000).build());
    group.apply(
        new LimitsBuilder().memory(32 << 20).swap(32 << 20).quota(10_000).shares(2).build());
    assertThat(group.exists()).isTrue();
  }

  @Test
  void aRunningContainerGetsACpuset() throws Exception {
    Cgroup group = cgroups.create(parent + "/pod/one", CgroupLimits.NONE);
    int pid = startIn(group, "exec sleep 60");
    awaitMembers(group, 1);
    group.apply(new LimitsBuilder().cpus("0").build());
    String allowed =
        Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
            .filter(line -> line.startsWith("Cpus_allowed_list"))
            .findFirst()
            .orElseThrow();
    assertThat(allowed).endsWith("\t0");
    group.kill();
    linux.waitpid(pid);
  }

  @Test
  void onlyAllowedDevicesCanBeUsed() throws Exception {
    Cgroup group = cgroups.create(parent + "/devices", CgroupLimits.NONE);
    try {
      group.restrictDevices(List.of(DeviceRule.character(1, 3)));
    } catch (CgroupException unsupported) {
      assumeTrue(false, unsupported.getMessage());
    }
    int pid = startIn(group, "exec 9</dev/null && ! ( exec 9</dev/zero ) 2>&-");
    assertThat(linux.waitpid(pid)).isEqualTo(OptionalInt.of(0));
  }
}
