package io.gantry.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.linux.Errno;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VersionTwoTest {

  private static final String ROOT = "/sys/fs/cgroup";

  @TempDir Path root;
  private FakeCgroupTree tree;

  @BeforeEach
  void mountHierarchy() throws Exception {
    tree = new FakeCgroupTree(root);
    Map<String, String> files = new HashMap<>();
    files.put("cgroup.controllers", "cpuset cpu io memory pids rdma\n");
    files.put("cgroup.subtree_control", "cpu\n");
    files.put("cpu.max", "max 100000\n");
    files.put("memory.events", "low 0\noom 2\noom_kill 1\noom_group_kill 0\n");
    for (String name :
        new String[] {
          "cgroup.procs",
          "cgroup.kill",
          "cgroup.freeze",
          "cgroup.events",
          "memory.max",
          "memory.swap.max",
          "memory.high",
          "cpu.weight",
          "pids.max",
          "cpuset.cpus",
          "cpuset.mems"
        }) {
      files.put(name, "");
    }
    tree.mount(ROOT, "cgroup2", "nsdelegate", files);
  }

  private Cgroups cgroups() throws IOException {
    return MachineCgroups.detect(root, tree);
  }

  private String written(String file) throws IOException {
    return tree.content(ROOT + "/one/" + file);
  }

  @Test
  void theLayoutIsRecognised() throws Exception {
    assertThat(cgroups().layout()).isEqualTo(Cgroups.Layout.V2);
  }

  @Test
  void controllersAreHandedDownAsFarAsTheyAreMissing() throws Exception {
    cgroups().create("/pods/one", CgroupLimits.NONE);
    assertThat(tree.content(ROOT + "/cgroup.subtree_control"))
        .isEqualTo("+memory +pids +cpuset +io");
    assertThat(tree.content(ROOT + "/pods/cgroup.subtree_control"))
        .isEqualTo("+memory +pids +cpuset +io");
    assertThat(tree.content(ROOT + "/pods/one/cgroup.subtree_control")).isEqualTo("cpu\n");
  }

  @Test
  void limitsAreWrittenInTheUnitsOfVersionTwo() throws Exception {
    cgroups()
        .create(
            "/one",
            new LimitsBuilder()
                .memory(100)
                .swap(150)
                .shares(1024)
                .quota(20000, 50000)
                .pids(10)
                .cpus("0-1")
                .unified("memory.high", "90")
                .build());
    assertThat(written("memory.max")).isEqualTo("100");
    assertThat(written("memory.swap.max")).isEqualTo("50");
    assertThat(written("cpu.weight")).isEqualTo("100");
    assertThat(written("cpu.max")).isEqualTo("20000 50000");
    assertThat(written("pids.max")).isEqualTo("10");
    assertThat(written("cpuset.cpus")).isEqualTo("0-1");
    assertThat(written("memory.high")).isEqualTo("90");
  }

  @Test
  void minusOneIsNoLimitAndAQuotaAloneKeepsThePeriod() throws Exception {
    cgroups().create("/one", new LimitsBuilder().memory(-1).swap(-1).pids(-1).quota(7000).build());
    assertThat(written("memory.max")).isEqualTo("max");
    assertThat(written("memory.swap.max")).isEqualTo("max");
    assertThat(written("pids.max")).isEqualTo("max");
    assertThat(written("cpu.max")).isEqualTo("7000 100000");
  }

  @Test
  void swapThatCannotBeMeantIsRefusedAndTheGroupIsGone() {
    assertThatExceptionOfType(CgroupException.class)
        .isThrownBy(
            () -> cgroups().create("/one", new LimitsBuilder().memory(100).swap(99).build()))
        .withMessage("cgroup /one: memory plus swap of 99 is less than memory of 100");
    assertThatExceptionOfType(CgroupException.class)
        .isThrownBy(() -> cgroups().create("/one", new LimitsBuilder().swap(99).build()));
    assertThat(tree.has(ROOT + "/one")).isFalse();
  }

  @Test
  void aUnifiedSettingCannotLeaveTheGroup() {
    assertThatExceptionOfType(CgroupException.class)
        .isThrownBy(() ->
            cgroups().create("/one", new LimitsBuilder().unified("../memory.max", "1").build()));
    assertThat(tree.has(ROOT + "/one")).isFalse();
  }

  @Test
  void processesInAParentAreNamedAsTheReason() {
    tree.refuse("+memory +pids +cpuset +io", Errno.EBUSY);
    assertThatExceptionOfType(CgroupException.class)
        .isThrownBy(() -> cgroups().create("/one", CgroupLimits.NONE))
        .withMessageContaining("keep it from having subgroups: move them");
  }

  @Test
  void killingIsOneWriteAndKillsByTheKernelAreCounted() throws Exception {
    Cgroup group = cgroups().create("/one", CgroupLimits.NONE);
    group.kill();
    assertThat(written("cgroup.kill")).isEqualTo("1");
    assertThat(group.oomKills()).isEqualTo(1);
    group.remove();
    group.kill();
    assertThat(group.oomKills()).isZero();
  }

  @Test
  void freezingWaitsUntilEverythingStandsStill() throws Exception {
    Cgroup group = cgroups().create("/one", CgroupLimits.NONE);
    Path events = root.resolve("sys/fs/cgroup/one/cgroup.events");
    Files.writeString(events, "populated 1\nfrozen 0\n");
    CompletableFuture<Boolean> frozen =
        CompletableFuture.supplyAsync(() -> {
          try {
            group.freeze();
            return Files.readString(events).contains("frozen 1");
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    while (!written("cgroup.freeze").equals("1")) {
      Thread.onSpinWait();
    }
    Files.writeString(events, "populated 1\nfrozen 1\n");

    assertThat(frozen.get(10, TimeUnit.SECONDS)).isTrue();
    group.thaw();
    assertThat(written("cgroup.freeze")).isEqualTo("0");
    group.remove();
    group.thaw();
  }
}
