package io.gantry.linux.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.linux.FakeSyscalls;
import io.gantry.linux.SpawnRequest;
import io.gantry.linux.cgroup.Cgroup;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.linux.cgroup.Cgroups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemdCgroupsTest {

  private static final String PARENT = "/a.slice/a-b.slice";
  private static final String SCOPE = PARENT + "/gantry-1.scope";

  @TempDir Path directory;
  private final RecordedUnits units = new RecordedUnits();
  private FakeSyscalls linux;
  private PlainGroups files;
  private Cgroups cgroups;
  private int occupant;

  @BeforeEach
  void make() throws Exception {
    linux = new FakeSyscalls(Files.createDirectory(directory.resolve("scratch")));
    files = new PlainGroups(directory);
    Path scope = Files.createDirectories(directory.resolve(SCOPE.substring(1)));
    Files.writeString(scope.resolve("memory.oom.group"), "1\n");
    Files.writeString(scope.resolve("cpu.max"), "20000 50000\n");
    cgroups =
        new SystemdCgroups(
            files,
            units,
            (unit, leave) -> {
              occupant =
                  linux.spawn(
                      new SpawnRequest(Path.of("/bin/true"), List.of(unit), List.of(), List.of()));
              return occupant;
            },
            linux,
            252);
  }

  private static CgroupLimits limits(OptionalLong quota, OptionalLong pids) {
    OptionalLong none = OptionalLong.empty();
    return new CgroupLimits(none, none, none, quota, none, pids, "", "", Map.of(), Map.of());
  }

  private boolean occupied() throws IOException {
    return linux.waitpidNow(occupant).isEmpty() && alive();
  }

  private boolean alive() {
    try {
      linux.kill(occupant, 0);
      return true;
    } catch (IOException gone) {
      return false;
    }
  }

  @Test
  void aScopeIsStartedAroundAProcessThatLeavesWhenItIsNotNeeded() throws Exception {
    Cgroup scope = cgroups.create(SCOPE, CgroupLimits.NONE);
    assertThat(units.calls).containsExactly("start gantry-1.scope");
    assertThat(units.last)
        .containsEntry("Slice", new UnitValue.Text("a-b.slice"))
        .containsEntry("PIDs", new UnitValue.Pid(occupant));
    assertThat(files.made).containsExactly(SCOPE);
    assertThat(scope.path()).isEqualTo(SCOPE);
    assertThat(occupied()).isTrue();
    scope.release();
    assertThat(alive()).isFalse();
    scope.release();
  }

  @Test
  void theProcessThatLeavesDoesNotCountAgainstTheLimit() throws Exception {
    CgroupLimits one = limits(OptionalLong.empty(), OptionalLong.of(1));
    Cgroup scope = cgroups.create(SCOPE, one);
    assertThat(units.last).containsEntry("TasksMax", new UnitValue.Whole(1));
    assertThat(files.written).containsExactly(limits(OptionalLong.empty(), OptionalLong.of(2)));
    scope.release();
    assertThat(files.written).hasSize(2).last().isEqualTo(one);
  }

  @Test
  void aRefusedScopeLeavesNoProcess() {
    units.refusal = new SystemdException("start", "gantry-1.scope", "no");
    assertThatExceptionOfType(SystemdException.class)
        .isThrownBy(() -> cgroups.create(SCOPE, CgroupLimits.NONE))
        .withMessage("systemd: start gantry-1.scope: no");
    assertThat(alive()).isFalse();
  }

  @Test
  void aChangeGoesBySystemdAndThenIntoTheFiles() throws Exception {
    cgroups.at(SCOPE).apply(limits(OptionalLong.of(10_000), OptionalLong.empty()));
    assertThat(units.calls).containsExactly("set gantry-1.scope");
    // The period that is in force belongs to a quota.
    assertThat(units.last)
        .containsEntry("CPUQuotaPeriodUSec", new UnitValue.Whole(50_000))
        .containsEntry("CPUQuotaPerSecUSec", new UnitValue.Whole(200_000));
    assertThat(files.written.getLast().cpuQuotaMicros()).hasValue(10_000);
    assertThat(files.written.getLast().cpuPeriodMicros()).hasValue(50_000);
  }

  @Test
  void aRefusedChangeLeavesTheFilesAlone() {
    units.refusal = new SystemdException("set", "gantry-1.scope", "no");
    CgroupLimits change = limits(OptionalLong.of(10_000), OptionalLong.empty());
    assertThatExceptionOfType(SystemdException.class)
        .isThrownBy(() -> cgroups.at(SCOPE).apply(change));
    assertThat(files.written).isEmpty();
  }

  @Test
  void aScopeIsRemovedWithItsUnit() throws Exception {
    cgroups.at(SCOPE).remove();
    assertThat(files.removed).containsExactly(SCOPE);
    assertThat(units.calls).containsExactly("stop gantry-1.scope");
  }

  @Test
  void aSliceIsStoppedOnlyWhenNothingRunsInIt() throws Exception {
    files.processes = Set.of(1);
    cgroups.at(PARENT).remove();
    cgroups.at("/gone.slice").remove();
    assertThat(units.calls).isEmpty();
    files.processes = Set.of();
    cgroups.at(PARENT).remove();
    assertThat(units.calls).containsExactly("stop a-b.slice");
    assertThat(files.removed).isEmpty();
  }

  @Test
  void otherPathsAreDirectories() throws Exception {
    cgroups.create("/gantry/1", CgroupLimits.NONE);
    cgroups.at("/gantry/1").remove();
    assertThat(files.made).containsExactly("/gantry/1");
    assertThat(files.removed).containsExactly("/gantry/1");
    assertThat(units.calls).isEmpty();
  }

  private void assertMissing(
      Cgroups.Layout layout, SystemdCgroups.VersionSource version, String why) {
    assertThatExceptionOfType(SystemdMissingException.class)
        .isThrownBy(() -> SystemdCgroups.require(directory, layout, version))
        .withMessageContaining(why);
  }

  @Test
  void whatKeepsSystemdFromItIsSaid() throws Exception {
    SystemdCgroups.VersionSource never =
        () -> {
          throw new AssertionError("it was asked");
        };
    assertMissing(Cgroups.Layout.V2, never, "there is no /run/systemd/system");
    Files.createDirectories(directory.resolve("run/systemd/system"));
    assertMissing(Cgroups.Layout.V1, never, "this machine has version 1");
    assertMissing(Cgroups.Layout.HYBRID, never, "the hybrid layout");
    assertMissing(
        Cgroups.Layout.V2,
        () -> {
          throw new SystemdException("connect to", "systemd", "ECONNREFUSED");
        },
        "systemd does not answer: systemd: connect to systemd: ECONNREFUSED");
    assertMissing(Cgroups.Layout.V2, () -> "243-1", "systemd 244 or newer, and this is 243-1");
    assertMissing(Cgroups.Layout.V2, () -> "unknown", "and this is unknown");
    assertThat(SystemdCgroups.require(directory, Cgroups.Layout.V2, () -> "252.38-1~deb12u1"))
        .isEqualTo(252);
  }
}
