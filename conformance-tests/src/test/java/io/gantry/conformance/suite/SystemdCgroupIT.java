package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.api.cri.v1.CgroupDriver;
import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.cri.v1.ContainerStatus;
import io.gantry.api.cri.v1.LinuxContainerResources;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.api.cri.v1.RuntimeConfigRequest;
import io.gantry.api.cri.v1.UpdateContainerResourcesRequest;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.AboutGantry;
import io.gantry.conformance.harness.HostProcess;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.gantry.conformance.node.Command;
import io.gantry.conformance.node.PrivateNode;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Control groups that systemd makes and keeps, in slices that are named as kubelet names them. */
@AboutGantry
class SystemdCgroupIT {

  private static final long MIB = 1 << 20;
  private static final Duration GRACE = Duration.ofSeconds(2);

  @RegisterExtension static final RuntimeUnderTest runtime = RuntimeUnderTest.withSystemd();

  private final HostProcess.Mark mark = HostProcess.Mark.fresh();
  private final String uid = UUID.randomUUID().toString();
  private final String top = "gantryit" + uid.substring(0, 8);
  private final String slice = top + "-burstable-pod" + uid.replace('-', '_') + ".slice";
  private final Path slicePath =
      Path.of("/sys/fs/cgroup", top + ".slice", top + "-burstable.slice", slice);

  /** As kubelet stops the slices of its pods: systemd stops all slices below. */
  @AfterEach
  void stopTheSlices() throws Exception {
    for (var pod : runtime.podsOfTests()) {
      new TestPod(runtime.client(), PodSandboxConfig.getDefaultInstance(), pod.getId()).remove();
    }
    var _ = Command.output("systemctl", "stop", top + ".slice");
  }

  private TestPod pod(String parent) throws IOException {
    PodSandboxConfig.Builder config = runtime.draft("scoped");
    config.getMetadataBuilder().setUid(uid);
    config.getLinuxBuilder().setCgroupParent(parent);
    return TestPod.run(runtime.client(), config.build());
  }

  private ContainerConfig.Builder limited(String script) {
    ContainerConfig.Builder config = mark.on(Drafts.script("scoped", runtime.image(), script));
    config
        .getLinuxBuilder()
        .getResourcesBuilder()
        .setMemoryLimitInBytes(64 * MIB)
        .setCpuShares(512)
        .setCpuQuota(25_500)
        .setCpuPeriod(50_000)
        .setCpusetCpus("0")
        .putUnified("memory.high", Long.toString(48 * MIB))
        .putUnified("memory.oom.group", "1")
        .putUnified("pids.max", "77");
    return config;
  }

  private static String scope(TestContainer container) {
    return "gantry-" + container.id() + ".scope";
  }

  private static String shown(String unit, String property) throws Exception {
    return Command.output("systemctl", "show", "--value", "-p", property, unit);
  }

  private String file(TestContainer container, String name) throws IOException {
    return Files.readString(slicePath.resolve(scope(container)).resolve(name)).strip();
  }

  private static void assertNoUnit(TestContainer container) {
    Awaitility.await("systemd forgets " + scope(container))
        .atMost(Duration.ofSeconds(10))
        .until(() ->
            Command.output("systemctl", "list-units", "--all", "--plain", "--no-legend")
                .lines()
                .noneMatch(line -> line.contains(container.id())));
  }

  private void assertLimits(TestContainer container, long memory, String quota, String perSecond)
      throws Exception {
    assertThat(shown(scope(container), "MemoryMax")).isEqualTo(Long.toString(memory));
    assertThat(file(container, "memory.max")).isEqualTo(Long.toString(memory));
    assertThat(shown(scope(container), "MemoryHigh")).isEqualTo(Long.toString(48 * MIB));
    assertThat(file(container, "memory.high")).isEqualTo(Long.toString(48 * MIB));
    assertThat(shown(scope(container), "CPUQuotaPerSecUSec")).isEqualTo(perSecond);
    assertThat(file(container, "cpu.max")).isEqualTo(quota);
    assertThat(shown(scope(container), "CPUWeight")).isEqualTo("59");
    assertThat(file(container, "cpu.weight")).isEqualTo("59");
    assertThat(shown(scope(container), "AllowedCPUs")).isEqualTo("0");
    assertThat(file(container, "cpuset.cpus")).isEqualTo("0");
    assertThat(shown(scope(container), "TasksMax")).isEqualTo("77");
    assertThat(file(container, "pids.max")).isEqualTo("77");
  }

  @Test
  void clientsAreToldTheDriver() {
    assertThat(
            runtime
                .client()
                .runtime()
                .runtimeConfig(RuntimeConfigRequest.getDefaultInstance())
                .getLinux()
                .getCgroupDriver())
        .isEqualTo(CgroupDriver.SYSTEMD);
  }

  @Test
  void aContainerIsAScopeInThePodsSliceWithLimitsThatOutliveAReload() throws Exception {
    TestContainer container = pod(slice).start(limited("sleep 600"));
    assertThat(shown(scope(container), "Slice")).isEqualTo(slice);
    assertThat(shown(scope(container), "Delegate")).isEqualTo("yes");
    assertThat(shown(scope(container), "ActiveState")).isEqualTo("active");
    assertThat(file(container, "cgroup.procs")).isEqualTo("" + mark.process().pid());
    assertThat(file(container, "memory.oom.group")).isEqualTo("1");
    // 25.5 ms of 50 are 51 percents, which is what systemd counts in.
    assertLimits(container, 64 * MIB, "25500 50000", "510ms");

    var _ = Command.output("systemctl", "daemon-reload");
    var _ = Command.output("systemctl", "set-property", "--runtime", slice, "MemoryMax=256M");
    assertLimits(container, 64 * MIB, "25500 50000", "510ms");
  }

  @Test
  void thePathOfASliceIsTakenAsItsName() throws Exception {
    TestContainer container =
        pod(slicePath.toString().substring("/sys/fs/cgroup".length())).start(limited("sleep 600"));
    assertThat(shown(scope(container), "Slice")).isEqualTo(slice);
  }

  @Test
  void changedLimitsAreSystemdsToo() throws Exception {
    TestContainer container = pod(slice).start(limited("sleep 600"));
    change(container, LinuxContainerResources.newBuilder().setMemoryLimitInBytes(128 * MIB));
    change(container, LinuxContainerResources.newBuilder().setCpuQuota(10_250));
    assertLimits(container, 128 * MIB, "10250 50000", "210ms");
    assertThat(file(container, "memory.oom.group")).isEqualTo("1");
    var _ = Command.output("systemctl", "daemon-reload");
    assertThat(file(container, "memory.max")).isEqualTo(Long.toString(128 * MIB));
    assertThat(shown(scope(container), "MemoryMax")).isEqualTo(Long.toString(128 * MIB));
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

  @Test
  void anExecIsInTheScope() throws Exception {
    TestContainer container = pod(slice).start(limited("sleep 600"));
    assertThat(container.sh("sleep 600 >/dev/null 2>&1 & echo begun")).isEqualTo("begun");
    assertThat(mark.processes()).hasSizeGreaterThan(1);
    for (HostProcess process : mark.processes()) {
      assertThat(process.cgroupFile("memory", "", "cgroup.procs"))
          .isEqualTo(file(container, "cgroup.procs"));
    }
  }

  @Test
  void nothingIsLeftOfWhatWasStoppedEndedOrNeverStarted() throws Exception {
    TestPod pod = pod(slice);
    TestContainer stopped = pod.start(limited("sleep 600"));
    stopped.stop(GRACE);
    assertNoUnit(stopped);
    TestContainer ended = pod.start(Drafts.script("ended", runtime.image(), "exit 3"));
    assertThat(ended.ended().getExitCode()).isEqualTo(3);
    assertNoUnit(ended);
    TestContainer wrong = pod.create(Drafts.container("wrong", runtime.image(), "/nothing"));
    assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(wrong::start);
    assertNoUnit(wrong);
    TestContainer removed = pod.start(Drafts.script("removed", runtime.image(), "sleep 600"));
    removed.remove();
    assertNoUnit(removed);
    assertThat(Files.exists(slicePath.resolve(scope(removed)))).isFalse();
    pod.remove();
    assertThat(Command.output("systemctl", "list-units", "--failed", "--no-legend")).isEmpty();
  }

  /** systemd takes the group with its counters away at the moment of the end. */
  @Test
  void runningOutOfMemoryIsToldEachTime() throws Exception {
    TestPod pod = pod(slice);
    for (int i = 0; i < 10; i++) {
      ContainerConfig.Builder config =
          Drafts.container("eater" + i, runtime.image(), "/bin/tail", "/dev/zero");
      config.getLinuxBuilder().getResourcesBuilder().setMemoryLimitInBytes(24 * MIB);
      TestContainer eater = pod.start(config);
      ContainerStatus status = eater.ended();
      assertThat(status.getExitCode()).isEqualTo(137);
      assertThat(status.getReason()).isEqualTo("OOMKilled");
      assertNoUnit(eater);
    }
  }

  @Test
  void anotherDaemonTakesTheScopesOver() throws Exception {
    PrivateNode node = runtime.node();
    TestPod pod = pod(slice);
    TestContainer container = pod.start(limited("sleep 600"));
    TestContainer other = pod.start(Drafts.script("other", runtime.image(), "sleep 600"));
    long pid = mark.process().pid();
    node.kill();
    assertLimits(container, 64 * MIB, "25500 50000", "510ms");
    var _ = Command.output("systemctl", "stop", scope(other));
    node.startAgain();

    assertThat(container.state()).isEqualTo(ContainerState.CONTAINER_RUNNING);
    assertThat(mark.process().pid()).isEqualTo(pid);
    assertThat(other.ended().getExitCode()).isNotZero();
    change(container, LinuxContainerResources.newBuilder().setMemoryLimitInBytes(96 * MIB));
    assertLimits(container, 96 * MIB, "25500 50000", "510ms");
    container.stop(GRACE);
    assertNoUnit(container);
    assertNoUnit(other);
  }

  private static void startAgainWith(String driver) throws Exception {
    Path file = runtime.directory().resolve("config.toml");
    String text = Files.readString(file);
    Files.writeString(file, text.replaceFirst("driver = \"\\w+\"", "driver = \"" + driver + "\""));
    runtime.node().kill();
    runtime.node().startAgain();
  }

  /** What a pod was made with is what its containers are in, whatever the driver is later. */
  @Test
  void aDaemonWithTheOtherDriverFindsTheGroupsOfBefore() throws Exception {
    TestPod pod = pod(slice);
    TestContainer scoped = pod.start(limited("sleep 600"));
    HostProcess.Mark other = HostProcess.Mark.fresh();
    startAgainWith("cgroupfs");
    try {
      change(scoped, LinuxContainerResources.newBuilder().setMemoryLimitInBytes(96 * MIB));
      assertThat(file(scoped, "memory.max")).isEqualTo(Long.toString(96 * MIB));
      TestContainer late = pod.create(Drafts.script("late", runtime.image(), "sleep 600"));
      assertThatExceptionOfType(StatusRuntimeException.class)
          .isThrownBy(late::start)
          .withMessageContaining("the cgroup driver in use is cgroupfs");
      refused(slice, "the cgroup driver in use is cgroupfs; send a path");
      TestContainer plain =
          runtime
              .pod("plain")
              .start(other.on(Drafts.script("plain", runtime.image(), "sleep 600")));
      startAgainWith("systemd");
      change(plain, LinuxContainerResources.newBuilder().setMemoryLimitInBytes(32 * MIB));
      assertThat(other.process().cgroupFile("memory", "", "memory.max"))
          .isEqualTo(Long.toString(32 * MIB));
      plain.remove();
      TestContainer later = pod.start(Drafts.script("later", runtime.image(), "sleep 600"));
      assertThat(shown(scope(later), "Slice")).isEqualTo(slice);
    } finally {
      startAgainWith("systemd");
    }
    scoped.stop(GRACE);
    assertNoUnit(scoped);
  }

  /** systemd drops every connection when it executes itself anew. */
  @Test
  void anotherSystemdTakesTheScopesOverToo() throws Exception {
    TestPod pod = pod(slice);
    TestContainer container = pod.start(limited("sleep 600"));
    var _ = Command.output("systemctl", "daemon-reexec");
    assertLimits(container, 64 * MIB, "25500 50000", "510ms");
    change(container, LinuxContainerResources.newBuilder().setMemoryLimitInBytes(96 * MIB));
    assertLimits(container, 96 * MIB, "25500 50000", "510ms");
    TestContainer after = pod.start(Drafts.script("after", runtime.image(), "sleep 600"));
    assertThat(shown(scope(after), "ActiveState")).isEqualTo("active");
  }

  @Test
  void theSystemBusWillDoWhereSystemdItselfCannotBeReached() throws Exception {
    PrivateNode node = runtime.node();
    node.kill();
    node.startAgain(
        List.of(
            "unshare",
            "--mount",
            "sh",
            "-c",
            "mount --bind /dev/null /run/systemd/private && exec \"$@\"",
            "sh"));
    try {
      TestContainer container = pod(slice).start(limited("sleep 600"));
      assertLimits(container, 64 * MIB, "25500 50000", "510ms");
      change(container, LinuxContainerResources.newBuilder().setMemoryLimitInBytes(96 * MIB));
      assertLimits(container, 96 * MIB, "25500 50000", "510ms");
      container.remove();
      assertNoUnit(container);
    } finally {
      node.kill();
      node.startAgain();
    }
  }

  @Test
  void manyAtOnceDoNotWaitForEachOther() throws Exception {
    TestPod pod = pod(slice);
    List<TestContainer> containers =
        IntStream.range(0, 16)
            .mapToObj(i -> pod.create(Drafts.script("c" + i, runtime.image(), "sleep 600")))
            .toList();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<?> start : containers.stream().map(c -> threads.submit(c::start)).toList()) {
        start.get();
      }
    }
    for (TestContainer container : containers) {
      assertThat(file(container, "cgroup.procs").lines()).hasSize(1);
    }
    pod.remove();
    containers.forEach(SystemdCgroupIT::assertNoUnit);
  }

  @Test
  void aPodWithoutAParentIsInTheNodesOwnSlice() throws Exception {
    TestContainer container =
        runtime.pod("own").start(mark.on(Drafts.script("own", runtime.image(), "sleep 600")));
    assertThat(shown(scope(container), "Slice")).isEqualTo(runtime.node().name() + ".slice");
  }

  @Test
  void otherFormsOfParentsAreRefused() {
    refused("/kubepods/pod1", "no slice, and the cgroup driver in use is systemd; send a slice");
    refused("kubepods--pod1.slice", "one dash each");
    refused("/kubepods.slice/other-pod1.slice", "lies at /other.slice/other-pod1.slice");
  }

  private void refused(String parent, String because) {
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> pod(parent))
        .withMessageContaining("config.linux.cgroup_parent is " + parent)
        .withMessageContaining(because)
        .satisfies(
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
  }
}
