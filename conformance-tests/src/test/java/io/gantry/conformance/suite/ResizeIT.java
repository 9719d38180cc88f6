package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.LinuxContainerResources;
import io.gantry.api.cri.v1.UpdateContainerResourcesRequest;
import io.gantry.api.cri.v1.UpdatePodSandboxResourcesRequest;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.Differs;
import io.gantry.conformance.harness.HostProcess;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Limits that change while a container lives, as the in-place resize of pods wants them. */
class ResizeIT {

  private static final long MIB = 1 << 20;

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private final HostProcess.Mark mark = HostProcess.Mark.fresh();
  private TestPod pod;

  @BeforeEach
  void makeAPod() throws Exception {
    pod = runtime.pod("resize");
  }

  private ContainerConfig.Builder config(String script) {
    ContainerConfig.Builder config = mark.on(Drafts.script("resized", runtime.image(), script));
    config
        .getLinuxBuilder()
        .getResourcesBuilder()
        .setMemoryLimitInBytes(64 * MIB)
        .setCpuShares(512)
        .setCpuQuota(50_000)
        .setCpuPeriod(100_000);
    return config;
  }

  private static void change(TestContainer container, LinuxContainerResources.Builder to) {
    var _ =
        runtime
            .client()
            .runtime()
            .updateContainerResources(
                UpdateContainerResourcesRequest.newBuilder()
                    .setContainerId(container.id())
                    .setLinux(to)
                    .build());
  }

  private static LinuxContainerResources told(TestContainer container) {
    return container.status().getResources().getLinux();
  }

  private String memoryLimit() throws Exception {
    return mark.process().cgroupFile("memory", "memory.limit_in_bytes", "memory.max");
  }

  @Test
  void aRunningContainerHasItAtOnceAndTheRestStays() throws Exception {
    TestContainer container = pod.start(config("sleep 600"));
    change(container, LinuxContainerResources.newBuilder().setMemoryLimitInBytes(128 * MIB));
    assertThat(memoryLimit()).isEqualTo(Long.toString(128 * MIB));
    change(container, LinuxContainerResources.newBuilder().setCpuQuota(20_000));
    assertThat(mark.process().cgroupFile("cpu", "cpu.cfs_quota_us", "cpu.max"))
        .isIn("20000", "20000 100000");
    LinuxContainerResources now = told(container);
    assertThat(now.getMemoryLimitInBytes()).isEqualTo(128 * MIB);
    assertThat(now.getCpuQuota()).isEqualTo(20_000);
    assertThat(now.getCpuPeriod()).isEqualTo(100_000);
    assertThat(now.getCpuShares()).isEqualTo(512);
  }

  @Test
  void aLimitIsLiftedAndComesBack() throws Exception {
    TestContainer container = pod.start(config("sleep 600"));
    change(container, LinuxContainerResources.newBuilder().setCpuQuota(-1));
    assertThat(mark.process().cgroupFile("cpu", "cpu.cfs_quota_us", "cpu.max"))
        .isIn("-1", "max 100000");
    change(
        container, LinuxContainerResources.newBuilder().setCpuQuota(80_000).setCpuPeriod(80_000));
    assertThat(mark.process().cgroupFile("cpu", "cpu.cfs_quota_us", "cpu.max"))
        .isIn("80000", "80000 80000");
  }

  @Test
  void aProcessMovesToOtherProcessors() throws Exception {
    TestContainer container = pod.start(config("sleep 600"));
    change(container, LinuxContainerResources.newBuilder().setCpusetCpus("0"));
    assertThat(mark.process().status("Cpus_allowed_list")).isEqualTo("0");
  }

  @Test
  void aCreatedContainerStartsWithTheNewLimits() throws Exception {
    TestContainer container = pod.create(config("sleep 600"));
    change(container, LinuxContainerResources.newBuilder().setMemoryLimitInBytes(96 * MIB));
    assertThat(told(container).getMemoryLimitInBytes()).isEqualTo(96 * MIB);
    container.start();
    assertThat(memoryLimit()).isEqualTo(Long.toString(96 * MIB));
  }

  @Test
  void memoryBelowWhatIsUsedIsRefusedAndNothingChanges() throws Exception {
    TestContainer container = pod.start(config("sleep 600"));
    container.sh("head -c 30000000 /dev/zero > /dev/shm/held");
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() ->
            change(
                container, LinuxContainerResources.newBuilder().setMemoryLimitInBytes(16 * MIB)));
    assertThat(memoryLimit()).isEqualTo(Long.toString(64 * MIB));
    assertThat(told(container).getMemoryLimitInBytes()).isEqualTo(64 * MIB);
    assertThat(container.sh("echo alive")).isEqualTo("alive");
  }

  @Test
  @Differs(runtime = "containerd", why = "it answers INTERNAL or takes the value")
  void aProcessorThatIsNotThereIsRefusedByName() throws Exception {
    TestContainer container = pod.start(config("sleep 600"));
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(
            () -> change(container, LinuxContainerResources.newBuilder().setCpusetCpus("0,4095")))
        .withMessageContaining("4095")
        .satisfies(
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
  }

  @Test
  void anUnknownContainerIsNotFound() {
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() ->
            runtime
                .client()
                .runtime()
                .updateContainerResources(
                    UpdateContainerResourcesRequest.newBuilder()
                        .setContainerId("nobody")
                        .setLinux(LinuxContainerResources.newBuilder().setCpuShares(2))
                        .build()))
        .satisfies(e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
  }

  @Test
  @Differs(runtime = "containerd", why = "1.6 does not have the call")
  void theSizeOfAPodIsTakenNoteOf() {
    var _ =
        runtime
            .client()
            .runtime()
            .updatePodSandboxResources(
                UpdatePodSandboxResourcesRequest.newBuilder()
                    .setPodSandboxId(pod.id())
                    .setResources(
                        LinuxContainerResources.newBuilder().setMemoryLimitInBytes(256 * MIB))
                    .build());
    pod.start(config("sleep 600"));
  }
}
