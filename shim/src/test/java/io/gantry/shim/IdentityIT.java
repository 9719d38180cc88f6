package io.gantry.shim;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.MountFlags;
import io.gantry.linux.Namespace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the steps make of a process, as the process itself sees it. */
@ParameterizedClass
@EnumSource(Binary.class)
class IdentityIT {

  private static final long CAP_CHOWN = 1;
  private static final long CAP_NET_BIND_SERVICE = 1L << 10;

  private final Box box;

  IdentityIT(Binary binary) throws IOException {
    box = new Box(binary);
  }

  @AfterEach
  void close() throws IOException {
    box.close();
  }

  private List<String> outputOf(PlanBuilder plan, String script) throws IOException {
    Box.Container container = box.start(plan.exec(List.of("sh", "-c", script), Box.ENVIRONMENT));
    container.exit();
    return container.logged().stream().map(line -> line.substring(9)).toList();
  }

  @Test
  void userGroupsAndStandardOutputBelongTogether() throws IOException {
    PlanBuilder plan =
        box.plan()
            .pivot()
            .setgroups(List.of(5, 6))
            .setgid(200)
            .setuid(100)
            .capabilities(CapabilitySets.NONE);

    assertThat(outputOf(plan, "id; echo again > /proc/self/fd/1"))
        .containsExactly("uid=100 gid=200 groups=5,6", "again");
  }

  @Test
  void capabilitySetsAreWhatThePlanSays() throws IOException {
    long both = CAP_CHOWN | CAP_NET_BIND_SERVICE;
    PlanBuilder plan =
        box.plan()
            .pivot()
            .setuid(100)
            .capabilities(
                new CapabilitySets(both, both, both, CAP_NET_BIND_SERVICE, CAP_NET_BIND_SERVICE));

    assertThat(outputOf(plan, "grep ^Cap /proc/self/status"))
        .containsExactly(
            "CapInh:\t0000000000000400",
            "CapPrm:\t0000000000000400",
            "CapEff:\t0000000000000400",
            "CapBnd:\t0000000000000401",
            "CapAmb:\t0000000000000400");
  }

  @Test
  void rootKeepsOnlyTheBoundingSet() throws IOException {
    PlanBuilder plan = box.plan().pivot().capabilities(CapabilitySets.of(CAP_CHOWN));

    assertThat(outputOf(plan, "grep -E '^Cap(Prm|Eff|Bnd)' /proc/self/status"))
        .containsExactly(
            "CapPrm:\t0000000000000001", "CapEff:\t0000000000000001", "CapBnd:\t0000000000000001");
  }

  @Test
  void capabilitiesThatTheMachineLacksAreLeftOut() throws IOException {
    PlanBuilder plan = box.plan().pivot().capabilities(new CapabilitySets(-1, -1, -1, 0, 0));

    String own =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("CapBnd"))
            .findFirst()
            .orElseThrow();
    assertThat(outputOf(plan, "grep ^CapBnd /proc/self/status")).containsExactly(own);
  }

  @Test
  void aSeccompFilterIsInForce() throws IOException {
    // ld nr; if nr == mkdir (83) then errno 38 else allow
    ByteBuffer filter = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
    filter.putShort((short) 0x20).putShort((short) 0).putInt(0);
    filter.putShort((short) 0x15).put((byte) 0).put((byte) 1).putInt(83);
    filter.putShort((short) 0x06).putShort((short) 0).putInt(0x00050000 | 38);
    filter.putShort((short) 0x06).putShort((short) 0).putInt(0x7fff0000);
    PlanBuilder plan = box.plan().pivot().noNewPrivileges().seccomp(filter.array());

    assertThat(outputOf(plan, "mkdir /tmp/x 2>&1; grep -E 'NoNewPrivs|Seccomp:' /proc/self/status"))
        .containsExactly(
            "mkdir: can't create directory '/tmp/x': Function not implemented",
            "NoNewPrivs:\t1",
            "Seccomp:\t2");
  }

  @Test
  void limitsMaskNamesAndSysctls() throws IOException {
    PlanBuilder plan =
        box.plan()
            .hostname("here")
            .domainname("there")
            .sysctl("kernel.shm_rmid_forced", "1")
            .pivot()
            .rlimit(7, 100, 200)
            .umask(027)
            .oomScoreAdj(500)
            .keyring("_ses.test")
            .chdir("/made/for/me")
            .setsid();

    assertThat(
            outputOf(
                plan,
                "hostname; cat /proc/sys/kernel/domainname /proc/sys/kernel/shm_rmid_forced;"
                    + " ulimit -Sn; ulimit -Hn; umask; cat /proc/self/oom_score_adj; pwd"))
        .containsExactly("here", "there", "1", "100", "200", "0027", "500", "/made/for/me");
  }

  @Test
  void nobodyHasTheSessionKeyringOfWhoStartedTheShim() throws IOException {
    Path probe = Path.of("target", "probes", "session-keyring").toAbsolutePath();
    Files.copy(probe, box.rootfs.resolve("bin/session-keyring"));
    String outside = new ProcessBuilder(probe.toString()).start().inputReader().readLine();
    Box.Container container = box.sh("sleep 1000");
    container.started();

    assertThat(outside).matches("\\d+");
    assertThat(outputOf(box.plan().pivot(), "session-keyring")).hasSize(1).doesNotContain(outside);
    assertThat(Box.text(container.exec("session-keyring").stdout()))
        .matches("\\d+\n")
        .isNotEqualTo(outside + "\n");
  }

  @Test
  void masksAndReadOnlyPathsHold() throws IOException {
    Files.writeString(box.rootfs.resolve("etc/secret"), "secret");
    Files.createDirectories(box.rootfs.resolve("hidden/deep"));
    Files.createDirectories(box.rootfs.resolve("alsohidden/deep"));
    PlanBuilder plan =
        box.plan()
            .mask("/etc/secret")
            .mask("/hidden")
            .mask("/alsohidden")
            .mask("/not/there")
            .readOnly("/proc/sys")
            .readOnly("/tmp")
            .readOnly("/none")
            .pivot();

    assertThat(
            outputOf(
                plan,
                "cat /etc/secret; ls /hidden /alsohidden; touch /hidden/x /tmp/x 2>&1;"
                    + " echo 1 2>&1 > /proc/sys/kernel/shm_rmid_forced"))
        .containsExactly(
            "/alsohidden:",
            "",
            "/hidden:",
            "touch: /hidden/x: Read-only file system",
            "touch: /tmp/x: Read-only file system",
            "sh: can't create /proc/sys/kernel/shm_rmid_forced: Read-only file system");
  }

  @Test
  void aReadOnlyRootIsOne() throws IOException {
    assertThat(outputOf(box.plan().pivot().readOnly("/"), "touch /x 2>&1; touch /dev/x && echo ok"))
        .containsExactly("touch: /x: Read-only file system", "ok");
  }

  @Test
  void mountPointsAreMadeInsideTheRootWhateverLinksSay() throws IOException {
    Path outside = Files.createDirectory(box.directory.resolve("outside"));
    Files.createSymbolicLink(box.rootfs.resolve("out"), outside);
    Files.createSymbolicLink(box.rootfs.resolve("up"), Path.of("../../../../dangling/file"));
    Path hosts = Files.writeString(box.directory.resolve("hosts"), "data");
    Fd file = clone(hosts);
    Fd again = clone(hosts);
    PlanBuilder plan =
        box.plan()
            .attachFile(file, "/up")
            .attachFile(again, "/out/a/b/hosts")
            .mkdir("/run/x", 01777)
            .symlink("/proc/self/fd", "/dev/fd")
            .pivot();

    assertThat(
            outputOf(
                plan,
                "cat /dangling/file; echo; cat "
                    + outside
                    + "/a/b/hosts; echo; stat -c %a /run/x; readlink /dev/fd"))
        .containsExactly("data", "data", "1777", "/proc/self/fd");
    assertThat(outside).isEmptyDirectory();
  }

  private Fd clone(Path path) throws IOException {
    return box.calls.openTree(Fd.CWD, path.toString(), MountFlags.OPEN_TREE_CLONE);
  }

  @Test
  void aDeviceNullThatIsNoneIsNotUsedForMasks() throws IOException {
    Files.writeString(box.rootfs.resolve("etc/secret"), "secret");
    Fd root = clone(box.rootfs);
    Files.writeString(box.rootfs.resolve("dev/null"), "trap");
    PlanBuilder plan = box.bare(root).mask("/etc/secret");

    Box.Container container = box.start(plan.pivot().exec(List.of("true"), Box.ENVIRONMENT));

    org.assertj.core.api.Assertions.assertThatThrownBy(container::started)
        .hasMessage("mask /etc/secret: ENODEV");
  }

  @Test
  void nothingOfTheHostIsReachable() throws IOException {
    assertThat(
            outputOf(
                box.plan().pivot().chdir("/"),
                "grep -c . /proc/self/mountinfo; echo /proc/self/fd/*; readlink /proc/self/cwd"))
        .containsExactly(
            "4", "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3", "/");
  }

  @Test
  void unsharesAndEntersNamespacesAndWritesToDescriptors() throws IOException {
    Path target = Files.createFile(box.directory.resolve("target"));
    Fd file = box.calls.open(target, FileFlags.O_WRONLY, 0);
    Fd net = box.calls.open(Path.of("/proc/self/ns/net"), 0, 0);
    PlanBuilder plan =
        box.plan()
            .writeFd(file, new byte[] {'h', 'i'})
            .unshare(Set.of(Namespace.CGROUP, Namespace.NET))
            .setns(net, Namespace.NET)
            .pivot();

    assertThat(outputOf(plan, "readlink /proc/self/ns/net"))
        .containsExactly(Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString());
    assertThat(target).hasContent("hi");
  }
}
