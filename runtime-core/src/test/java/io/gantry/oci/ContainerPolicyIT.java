package io.gantry.oci;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.container.DeviceSpec;
import io.gantry.container.MountSpec;
import io.gantry.container.MountSpec.Propagation;
import io.gantry.container.SeccompChoice;
import io.gantry.pod.NamespaceMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** What a process in a container finds, asked from inside. */
class ContainerPolicyIT {

  private static final SeccompFilters FILTERS = new SeccompFilters();

  private final Requests request = new Requests();

  ContainerPolicyIT() {
    request.seccomp = new SeccompChoice.RuntimeDefault();
  }

  private LiveContainer start() throws IOException {
    return LiveContainer.start(request, FILTERS);
  }

  @Test
  void anOrdinaryContainerHasItsRightsAndNoMore() throws IOException {
    try (LiveContainer container = start()) {
      assertThat(container.statusOfFirst("Seccomp")).isEqualTo("2");
      assertThat(container.statusOfFirst("CapEff")).isEqualTo("00000000a80425fb");
      assertThat(container.statusOfFirst("CapBnd")).isEqualTo("00000000a80425fb");
      assertThat(container.statusOfFirst("CapInh")).isEqualTo("0000000000000000");
      assertThat(container.statusOfFirst("NoNewPrivs")).isEqualTo("0");
      assertThat(container.sh("id -u; id -g")).isEqualTo("0\n0");
      assertThat(container.sh("grep -E 'Seccomp:|CapEff' /proc/self/status"))
          .isEqualTo("CapEff:\t00000000a80425fb\nSeccomp:\t2");
      assertThat(container.sh("unshare -m true")).contains("Operation not permitted");
      assertThat(container.sh("mount -t tmpfs x /tmp")).contains("permission denied");
      assertThat(container.sh("chroot / true")).isEmpty();
    }
  }

  @Test
  void anOrdinaryContainerSeesItselfOnly() throws IOException {
    try (LiveContainer container = start()) {
      assertThat(container.sh("hostname; cat /etc/hostname")).isEqualTo("pod-1\npod-1");
      assertThat(container.sh("cat /etc/resolv.conf")).isEqualTo("nameserver 192.0.2.1");
      assertThat(container.sh("cat /proc/1/cmdline")).isEqualTo("sleep\0" + "1000\0");
      assertThat(container.sh("ls / | grep -c .")).isEqualTo("6");
      assertThat(container.sh("ls /sys/class/net")).isEqualTo(devicesOfANewNetwork());
      assertThat(container.sh("cat /proc/self/cgroup")).matches("(?s)(\\d+:[^:]*:/(\\n|$))+");
      assertThat(container.sh("env")).contains("IMAGE=yes", "HOSTNAME=pod-1", "HOME=/root");
      assertThat(container.sh("ulimit -n")).isEqualTo("1024");
    }
  }

  /** The loopback device, and what the kernel's tunnels put into every namespace. */
  private static String devicesOfANewNetwork() throws IOException {
    ProcessBuilder look =
        new ProcessBuilder(
            "unshare", "-m", "-n", "sh", "-c", "mount -t sysfs sysfs /sys && ls /sys/class/net");
    Process process = look.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }

  @Test
  void devicesAreTheDefaultOnes() throws IOException {
    try (LiveContainer container = start()) {
      assertThat(container.sh("ls /dev").split("\n"))
          .containsExactlyInAnyOrder(
              "null", "zero", "full", "random", "urandom", "tty", "fd", "stdin", "stdout", "stderr",
              "ptmx", "pts", "shm", "mqueue");
      assertThat(container.sh("stat -c '%a %t:%T' /dev/null /dev/urandom /dev/tty"))
          .isEqualTo("666 1:3\n666 1:9\n666 5:0");
      assertThat(container.sh("readlink /dev/ptmx; readlink /dev/fd"))
          .isEqualTo("pts/ptmx\n/proc/self/fd");
      assertThat(container.sh("echo gone > /dev/null && echo ok")).isEqualTo("ok");
      assertThat(container.sh("mknod /tmp/kmem c 1 2 && dd if=/tmp/kmem count=1"))
          .contains("Operation not permitted");
      assertThat(container.sh("touch /dev/shm/x /dev/mqueue/y && echo ok")).isEqualTo("ok");
    }
  }

  @Test
  void whatIsMaskedIsEmptyAndWhatIsReadOnlyStays() throws IOException {
    try (LiveContainer container = start()) {
      assertThat(container.sh("cat /proc/keys /proc/timer_list; ls -A /sys/firmware")).isEmpty();
      assertThat(container.sh("echo 1 > /proc/sys/kernel/domainname"))
          .contains("Read-only file system");
      assertThat(container.sh("touch /sys/x")).contains("Read-only file system");
      assertThat(container.sh("touch /sys/fs/cgroup/x")).contains("Read-only file system");
      assertThat(container.sh("ls /sys/fs/cgroup")).isNotEmpty();
      assertThat(container.sh("touch /etc/x && echo ok")).isEqualTo("ok");
    }
  }

  @Test
  void mountsAreTheListedOnes() throws IOException {
    try (LiveContainer container = start()) {
      String mounts = container.sh("cat /proc/mounts");
      assertThat(mounts.lines().map(line -> line.split(" ", -1)[1]))
          .contains("/", "/proc", "/dev", "/dev/pts", "/dev/shm", "/sys", "/etc/hosts")
          .allMatch(target -> target.equals("/") || target.matches("/(proc|dev|sys|etc)(/.*)?"));
      assertThat(mounts).contains("proc /proc proc rw,nosuid,nodev,noexec");
    }
  }

  @Test
  void anotherUserHasNoCapabilities() throws IOException {
    request.username = "web";
    request.supplementalGroups = List.of(5000L);
    request.noNewPrivileges = true;
    request.workingDirectory = "/srv/here";
    try (LiveContainer container = start()) {
      assertThat(container.statusOfFirst("Uid")).isEqualTo("101\t101\t101\t101");
      assertThat(container.statusOfFirst("Gid")).isEqualTo("102\t102\t102\t102");
      assertThat(container.statusOfFirst("Groups")).isEqualTo("29 102 5000");
      assertThat(container.statusOfFirst("CapEff")).isEqualTo("0000000000000000");
      assertThat(container.statusOfFirst("CapPrm")).isEqualTo("0000000000000000");
      assertThat(container.statusOfFirst("CapBnd")).isEqualTo("00000000a80425fb");
      assertThat(container.statusOfFirst("NoNewPrivs")).isEqualTo("1");
      assertThat(container.statusOfFirst("Seccomp")).isEqualTo("2");
      assertThat(container.sh("id; pwd"))
          .isEqualTo("uid=101(web) gid=102(web) groups=29(audio),102(web),5000\n/srv/here");
      assertThat(container.sh("touch /etc/x")).contains("Permission denied");
    }
  }

  @Test
  void aReadOnlyRootStaysAsItIs() throws IOException {
    request.readOnlyRootfs = true;
    try (LiveContainer container = start()) {
      assertThat(container.sh("touch /etc/x")).contains("Read-only file system");
      assertThat(container.sh("echo x >> /etc/hosts")).contains("Read-only file system");
      assertThat(container.sh("touch /dev/shm/x && echo ok")).isEqualTo("ok");
    }
  }

  @Test
  void pathsOfTheMachineAreMounted() throws IOException {
    Path host = Files.createTempDirectory("gantry-volume");
    Files.writeString(host.resolve("file"), "from the machine");
    Path link = Files.createSymbolicLink(host.resolve("link"), host.resolve("file"));
    Path missing = host.resolve("made/here");
    request.mounts =
        List.of(
            mount("/data/file", link, true),
            mount("/data/new", missing, false),
            mount("/volume", host, true));
    try (LiveContainer container = start()) {
      assertThat(container.sh("cat /data/file")).isEqualTo("from the machine");
      assertThat(container.sh("touch /data/new/made-inside && echo ok")).isEqualTo("ok");
      assertThat(container.sh("touch /volume/x")).contains("Read-only file system");
      assertThat(missing.resolve("made-inside")).exists();
    }
    for (Path each :
        List.of(
            missing.resolve("made-inside"),
            missing,
            host.resolve("made"),
            link,
            host.resolve("file"),
            host)) {
      Files.delete(each);
    }
  }

  private static MountSpec mount(String target, Path host, boolean readOnly) {
    return new MountSpec(target, host.toString(), readOnly, false, Propagation.PRIVATE, false);
  }

  @Test
  void standardInputIsTheContainersOwnNull() throws IOException {
    String compare = "stat -L -c %d:%i /dev/null /proc/1/fd/0 /proc/self/fd/0";
    try (LiveContainer container = start()) {
      Object outside = Files.getAttribute(Path.of("/dev/null"), "unix:dev");

      assertThat(new HashSet<>(container.sh(compare).lines().toList()))
          .singleElement(InstanceOfAssertFactories.STRING)
          .doesNotStartWith(outside + ":");
    }
  }

  @Test
  void everyCommandHasASessionKeyringOfItsOwn() throws IOException {
    Path probe = Path.of("../shim/target/probes/session-keyring").toAbsolutePath();
    String outside = new ProcessBuilder(probe.toString()).start().inputReader().readLine();
    request.seccomp = new SeccompChoice.Unconfined();
    request.mounts = List.of(mount("/bin/session-keyring", probe, true));
    try (LiveContainer container = start()) {
      Set<String> found =
          new HashSet<>(
              List.of(outside, container.sh("session-keyring"), container.sh("session-keyring")));

      assertThat(found).hasSize(3).allMatch(serial -> serial.matches("\\d+"));
    }
  }

  @Test
  void privilegedContainersHaveWhatTheDaemonHas() throws IOException {
    request.privileged = true;
    try (LiveContainer container = start()) {
      assertThat(container.statusOfFirst("Seccomp")).isEqualTo("0");
      assertThat(Long.parseLong(container.statusOfFirst("CapEff"), 16))
          .isEqualTo(Capabilities.ofThisProcess());
      assertThat(container.sh("mount -t tmpfs x /tmp && echo ok")).isEqualTo("ok");
      assertThat(container.sh("ls /dev").split("\n")).contains("null", "ptmx", "kmsg");
      assertThat(container.sh("dd if=/dev/zero of=/dev/null count=1 2>&1 | grep -c records"))
          .isEqualTo("2");
    }
  }

  @Test
  void droppingAllLeavesNothing() throws IOException {
    request.dropped = Set.of("ALL");
    request.user = OptionalLong.of(0);
    try (LiveContainer container = start()) {
      assertThat(container.statusOfFirst("CapBnd")).isEqualTo("0000000000000000");
      assertThat(container.sh("chroot / true")).contains("Operation not permitted");
    }
  }

  @Test
  void aTerminalIsTheControllingOne() throws IOException {
    request.tty = true;
    try (LiveContainer container = start()) {
      assertThat(container.sh("readlink /proc/1/fd/0")).isEqualTo("/dev/pts/0");
      assertThat(container.sh("cat /proc/1/environ")).contains("TERM=xterm");
      assertThat(container.sh("ls /dev/console")).isEqualTo("/dev/console");
    }
  }

  @Test
  void processesOfAnotherContainerAreSeenOnRequest() throws IOException {
    Requests other = new Requests();
    other.command = List.of("sleep", "2000");
    request.pid = NamespaceMode.TARGET;
    try (LiveContainer target = LiveContainer.start(other, FILTERS);
        LiveContainer debugger = LiveContainer.beside(target, request, FILTERS)) {
      assertThat(debugger.sh("ps")).contains("sleep 2000", "sleep 1000");
      assertThat(target.sh("ps")).contains("sleep 1000");
      assertThat(debugger.sh("cat /proc/1/cmdline")).isEqualTo("sleep\0" + "2000\0");
    }
  }

  @Test
  void devicesAreGivenWithTheirPermissions() throws IOException {
    request.devices = List.of(new DeviceSpec("/dev/given", "/dev/loop-control", "r"));
    try (LiveContainer container = start()) {
      assertThat(container.sh("stat -c %t:%T /dev/given")).isEqualTo("a:ed");
      assertThat(container.sh("dd if=/dev/given count=0 2>/dev/null && echo ok")).isEqualTo("ok");
      assertThat(container.sh("dd of=/dev/given count=0")).contains("Operation not permitted");
    }
  }

  @Test
  void aProfileOfTheNodeIsApplied() throws IOException {
    Path profile = Files.createTempFile("gantry-profile", ".json");
    Files.writeString(
        profile,
        """
        {"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"],
         "syscalls": [{"names": ["chmod", "fchmodat"], "action": "SCMP_ACT_ERRNO"}]}
        """);
    request.seccomp = new SeccompChoice.Localhost(profile.toString());
    try (LiveContainer container = start()) {
      assertThat(container.sh("chmod 700 /tmp")).contains("Operation not permitted");
      assertThat(container.sh("unshare -m true && echo ok")).contains("not permitted");
    }
    Files.delete(profile);
  }
}
