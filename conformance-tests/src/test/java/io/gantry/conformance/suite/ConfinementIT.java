package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.Int64Value;
import io.gantry.api.cri.v1.LinuxContainerSecurityContext;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.Differs;
import io.gantry.conformance.harness.HostProcess;
import io.gantry.conformance.harness.RuntimeUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a container cannot do, seen from inside and, where it can lie, from outside. */
class ConfinementIT {

  /**
   * The capabilities that containers get everywhere unless they ask for others: chown,
   * dac_override, fowner, fsetid, kill, setgid, setuid, setpcap, net_bind_service, net_raw,
   * sys_chroot, mknod, audit_write, setfcap.
   */
  private static final String USUAL_CAPABILITIES = "00000000a80425fb";

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private final HostProcess.Mark mark = HostProcess.Mark.fresh();
  private TestPod pod;

  @BeforeEach
  void makeAPod() throws Exception {
    pod = runtime.pod("confined");
  }

  private TestContainer started(Consumer<LinuxContainerSecurityContext.Builder> security) {
    ContainerConfig.Builder config =
        mark.on(Drafts.script("confined", runtime.image(), "sleep 600"));
    security.accept(config.getLinuxBuilder().getSecurityContextBuilder());
    return pod.start(config);
  }

  private TestContainer started() {
    return started(security -> {});
  }

  private static int exitCode(TestContainer container, String script) {
    return container.exec("/bin/sh", "-c", script).getExitCode();
  }

  @Test
  void itHasTheUsualCapabilities() throws Exception {
    started();
    HostProcess process = mark.process();
    assertThat(process.status("CapEff")).isEqualTo(USUAL_CAPABILITIES);
    assertThat(process.status("CapBnd")).isEqualTo(USUAL_CAPABILITIES);
    assertThat(process.status("CapAmb")).isEqualTo("0000000000000000");
  }

  @Test
  void capabilitiesAreAddedAndDropped() throws Exception {
    started(security ->
        security
            .getCapabilitiesBuilder()
            .addDropCapabilities("ALL")
            .addAddCapabilities("NET_ADMIN"));
    assertThat(mark.process().status("CapEff")).isEqualTo("0000000000001000");
  }

  @Test
  @Differs(runtime = "containerd", why = "1.6 does not know ambient capabilities")
  void ambientCapabilitiesStayWithAnOrdinaryUser() throws Exception {
    started(security ->
        security
            .setRunAsUser(Int64Value.newBuilder().setValue(1000))
            .getCapabilitiesBuilder()
            .addAddAmbientCapabilities("NET_BIND_SERVICE"));
    HostProcess process = mark.process();
    assertThat(process.status("CapEff")).isEqualTo("0000000000000400");
    assertThat(process.status("CapAmb")).isEqualTo("0000000000000400");
  }

  @Test
  void aFilterOfSystemCallsIsOn() throws Exception {
    started();
    assertThat(mark.process().status("Seccomp")).isEqualTo("2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mount -t tmpfs none /mnt",
        "unshare -U true",
        "unshare -n true",
        "chroot /proc/1/root/../.. cat /etc/shadow",
        "echo 1 > /proc/sys/kernel/panic",
        "echo b > /proc/sysrq-trigger",
        "mknod /tmp/memory c 1 1 && head -c 1 /tmp/memory",
        "ip link set lo down",
        "hostname else",
        "insmod /bin/busybox",
        "swapon /bin/busybox",
        "echo 0 > /sys/kernel/mm/ksm/run"
      })
  void itCannot(String deed) {
    assertThat(exitCode(started(), deed)).isNotZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/proc/kcore", "/proc/keys", "/proc/timer_list"})
  void secretsOfTheKernelAreMasked(String path) {
    // An empty file covers it, or a security module refuses it besides.
    assertThat(started().sh("head -c 16 " + path + " 2>/dev/null | wc -c")).isEqualTo("0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/proc/sys", "/proc/bus", "/proc/fs", "/proc/irq", "/sys"})
  void settingsOfTheKernelAreReadOnly(String path) {
    String options = started().sh("awk '$2 == \"" + path + "\" {print $4}' /proc/mounts");
    assertThat(options).startsWith("ro");
  }

  @Test
  void otherMasksTakeThePlaceOfTheUsual() {
    TestContainer container =
        started(security ->
            security
                .clearMaskedPaths()
                .addMaskedPaths("/proc/uptime")
                .clearReadonlyPaths()
                .addReadonlyPaths("/proc/fs"));
    assertThat(container.sh("cat /proc/uptime")).isEmpty();
    assertThat(container.sh("head -c 4 /proc/timer_list")).isNotEmpty();
  }

  @Test
  void aReadOnlyRootTakesNoFiles() {
    TestContainer container = started(security -> security.setReadonlyRootfs(true));
    assertThat(exitCode(container, "touch /file")).isNotZero();
    assertThat(exitCode(container, "echo x > /dev/null && touch /dev/shm/file")).isZero();
  }

  @Test
  void noNewPrivilegesHoldsWhenAskedFor() throws Exception {
    started(security -> security.setNoNewPrivs(true));
    assertThat(mark.process().status("NoNewPrivs")).isEqualTo("1");
  }

  @Test
  void itSeesOnlyItsOwnProcesses() {
    assertThat(Integer.parseInt(started().sh("ls -d /proc/[0-9]* | wc -l"))).isLessThan(6);
  }

  @Test
  void theDevicesAreTheHarmlessOnes() {
    assertThat(started().sh("ls /dev").lines())
        .contains("null", "zero", "full", "random", "urandom", "tty", "shm", "pts", "ptmx", "fd")
        .doesNotContain("mem", "kmsg", "sda", "vda", "loop0");
  }

  @Test
  @Differs(
      runtime = "containerd",
      why = "on cgroup v1 it leaves a container in the cgroup namespace of the host",
      sometimes = true)
  void itHasNamespacesOfItsOwn() throws IOException {
    started();
    Path ours = Path.of("/proc/self/ns");
    Path theirs = Path.of("/proc/" + mark.process().pid() + "/ns");
    for (String kind : new String[] {"mnt", "pid", "ipc", "uts", "net", "cgroup"}) {
      assertThat(Files.readSymbolicLink(theirs.resolve(kind)))
          .as(kind)
          .isNotEqualTo(Files.readSymbolicLink(ours.resolve(kind)));
    }
  }

  @Test
  void nothingOfTheHostsMountsIsInIt() {
    String targets = started().sh("awk '{print $2}' /proc/mounts");
    assertThat(targets).doesNotContain(runtime.directory().toString());
    assertThat(targets.lines().filter("/"::equals)).hasSize(1);
  }
}
