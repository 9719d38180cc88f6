package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.ContainerStatus;
import io.gantry.api.cri.v1.LinuxContainerResources;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.Differs;
import io.gantry.conformance.harness.HostProcess;
import io.gantry.conformance.harness.RuntimeUnderTest;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Limits, as the kernel's files show them for the container's first process. */
class LimitsIT {

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private final HostProcess.Mark mark = HostProcess.Mark.fresh();
  private TestPod pod;

  @BeforeEach
  void makeAPod() throws Exception {
    pod = runtime.pod("limits");
  }

  private TestContainer started(String script, Consumer<LinuxContainerResources.Builder> limits) {
    ContainerConfig.Builder config = mark.on(Drafts.script("limited", runtime.image(), script));
    limits.accept(config.getLinuxBuilder().getResourcesBuilder());
    return pod.start(config);
  }

  @Test
  void memory() throws Exception {
    started("sleep 600", limits -> limits.setMemoryLimitInBytes(64 << 20));
    assertThat(mark.process().cgroupFile("memory", "memory.limit_in_bytes", "memory.max"))
        .isEqualTo(Integer.toString(64 << 20));
  }

  @Test
  void processorTime() throws Exception {
    started("sleep 600", limits -> limits.setCpuQuota(50_000).setCpuPeriod(100_000));
    assertThat(mark.process().cgroupFile("cpu", "cpu.cfs_quota_us", "cpu.max"))
        .isIn("50000", "50000 100000");
  }

  @Test
  void processorShares() throws Exception {
    started("sleep 600", limits -> limits.setCpuShares(512));
    // Version 2 has weights from 1 to 10000; runtimes differ in how they convert.
    String value = mark.process().cgroupFile("cpu", "cpu.shares", "cpu.weight");
    assertThat(Integer.parseInt(value)).isIn(512, 20, 59);
  }

  @Test
  void processorsToRunOn() throws Exception {
    started("sleep 600", limits -> limits.setCpusetCpus("0"));
    assertThat(mark.process().status("Cpus_allowed_list")).isEqualTo("0");
  }

  @Test
  void eachContainerHasItsOwnCgroup() throws Exception {
    started("sleep 600", limits -> limits.setMemoryLimitInBytes(64 << 20));
    TestContainer other = pod.start(Drafts.script("other", runtime.image(), "sleep 600"));
    assertThat(other.sh("cat /proc/self/cgroup")).doesNotContain("..");
    assertThat(mark.process().cgroupFile("memory", "memory.limit_in_bytes", "memory.max"))
        .isEqualTo(Integer.toString(64 << 20));
  }

  @Test
  @Differs(
      runtime = "containerd",
      why = "it hears of the kernel's kill too late at times, and tells an error",
      sometimes = true)
  void theFirstProcessEatingTooMuchEndsAsOomKilled() throws Exception {
    ContainerConfig.Builder config =
        Drafts.container("eater", runtime.image(), "/bin/tail", "/dev/zero");
    config.getLinuxBuilder().getResourcesBuilder().setMemoryLimitInBytes(24 << 20);
    ContainerStatus status = pod.start(config).ended();
    assertThat(status.getExitCode()).isEqualTo(137);
    assertThat(status.getReason()).isEqualTo("OOMKilled");
  }

  @Test
  void theWillingnessToBeKilled() throws Exception {
    started("sleep 600", limits -> limits.setOomScoreAdj(500));
    assertThat(Path.of("/proc/" + mark.process().pid() + "/oom_score_adj")).hasContent("500");
  }
}
