package io.gantry.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.container.AppArmorChoice;
import io.gantry.container.ContainerId;
import io.gantry.container.ExecRequest;
import io.gantry.container.Hook;
import io.gantry.container.MountSpec;
import io.gantry.container.MountSpec.ImageVolume;
import io.gantry.container.MountSpec.Option;
import io.gantry.container.MountSpec.Propagation;
import io.gantry.container.SeccompChoice;
import io.gantry.error.InvalidException;
import io.gantry.error.UnsupportedException;
import io.gantry.linux.Fd;
import io.gantry.linux.MountFlags;
import io.gantry.linux.SyscallException;
import io.gantry.linux.cgroup.Cgroups.Layout;
import io.gantry.pod.IdRange;
import io.gantry.pod.NamespaceMode;
import io.gantry.pod.UserMapping;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContainerPlanTest {

  @TempDir static Path temp;

  private static final long CAPABILITIES = (1L << 41) - 1;
  private static final EtcFiles FILES =
      new EtcFiles(Path.of("/pod/hosts"), Path.of("/pod/hostname"), Path.of("/pod/resolv.conf"));

  private final KernelStandIn kernel = new KernelStandIn();
  private final Requests request = new Requests();
  private Layout layout = Layout.V2;
  private ContainerNamespaces namespaces =
      new ContainerNamespaces(
          kernel.descriptor(), kernel.descriptor(), kernel.descriptor(), null, null);

  private List<Fd> imageVolumes = List.of();
  private StartHooks hooks = StartHooks.NONE;
  private final FakeAppArmor machine = new FakeAppArmor(temp);
  private final ContainerPolicy policy =
      new ContainerPolicy(
          kernel.syscalls(),
          new DaemonRights(CAPABILITIES, 0),
          new SeccompFilters(profile -> new byte[8]),
          machine.profiles());

  /** What crictl asks for when it asks for nothing, on version 2. */
  @Test
  void anOrdinaryContainer() throws IOException {
    assertThat(listing()).isEqualTo(golden("ordinary"));
  }

  @Test
  void theSameOnVersionOne() throws IOException {
    layout = Layout.V1;
    assertThat(listing()).isEqualTo(golden("version-one"));
  }

  @Test
  void aContainerWithEverythingSet() throws IOException {
    request.seccomp = new SeccompChoice.RuntimeDefault();
    request.noNewPrivileges = true;
    request.readOnlyRootfs = true;
    request.masked = List.of("/proc/kcore");
    request.readOnlyPaths = List.of("/proc/sys");
    request.oomScoreAdjustment = 999;
    request.stdin = true;
    request.tty = true;
    request.workingDirectory = "/work";
    request.supplementalGroups = List.of(4_000_000_000L);
    request.dropped = Set.of("ALL");
    request.mounts =
        List.of(
            new MountSpec("/data/sub", "/volumes/sub", true, false, Propagation.PRIVATE, false),
            new MountSpec("/data/", "/volumes/data", false, false, Propagation.PRIVATE, false),
            new MountSpec(
                "/etc/hosts", "/pod/kubelet-hosts", false, false, Propagation.PRIVATE, false));
    assertThat(listing()).isEqualTo(golden("everything"));
  }

  @Test
  void filtersComeBeforeTheUserOnlyWhenPrivilegesMayBeGained() throws IOException {
    request.seccomp = new SeccompChoice.RuntimeDefault();
    assertThat(listing()).containsSubsequence("seccomp", "setgroups", "setuid", "capabilities");
    request.noNewPrivileges = true;
    assertThat(listing())
        .containsSubsequence("setuid", "capabilities", "no_new_privileges", "seccomp", "exec");
  }

  @Test
  void privilegedContainersSeeTheMachinesDevicesAndGroups() throws IOException {
    request.privileged = true;
    request.seccomp = new SeccompChoice.RuntimeDefault();
    String listing = listing();
    assertThat(listing)
        .doesNotContain("\nmask ", "read_only ", "seccomp ", "unshare ")
        .contains("mount \"sysfs\" \"sysfs\" 14 ")
        .contains("mount \"cgroup2\" \"cgroup2\" 14 ")
        .contains("capabilities 2199023255551 ");
  }

  @Test
  void processesOfThePodAreSeenWhenItsNamespaceIsGiven() throws IOException {
    request.pid = NamespaceMode.POD;
    Fd holder = kernel.descriptor();
    namespaces = new ContainerNamespaces(null, null, null, holder, null);
    assertThat(listing())
        .startsWith("enter ")
        .contains("clone 131072\n", "kill_file ")
        .doesNotContain("setns");
  }

  @Test
  void processesOfTheMachineAreSeenOnRequest() throws IOException {
    request.pid = NamespaceMode.NODE;
    assertThat(listing()).contains("clone 131072\n", "kill_file ").doesNotContain("enter ");
  }

  @Test
  void versionOneEndsForkingAndKillsWhoIsListed() throws IOException {
    layout = Layout.HYBRID;
    request.pid = NamespaceMode.NODE;
    assertThat(listing()).contains("kill_tasks fd", "pids_max fd");
  }

  @Test
  void aSharedNamespaceHasToBeGiven() {
    request.pid = NamespaceMode.POD;
    assertThatThrownBy(this::listing).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theMachinesSharedMemoryIsMountedOnRequest() throws IOException {
    request.ipc = NamespaceMode.NODE;
    listing();
    assertThat(kernel.calls).anyMatch(call -> call.startsWith("openTree /dev/shm "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "relative"})
  void hostPathsAreAbsolute(String path) {
    request.mounts = List.of(new MountSpec("/x", path, false, false, Propagation.PRIVATE, false));
    assertThatThrownBy(this::listing).isInstanceOf(InvalidException.class);
  }

  @Test
  void ownMountsOfDevAndCgroupTakeTheDefaultsBelowAway() throws IOException {
    layout = Layout.V1;
    request.mounts =
        List.of(
            new MountSpec("/dev", "/volumes/dev", false, false, Propagation.PRIVATE, false),
            new MountSpec(
                "/sys/fs/cgroup", "/volumes/cg", false, false, Propagation.PRIVATE, false));
    assertThat(listing())
        .contains("\"/dev\"", "\"/sys/fs/cgroup\"")
        .doesNotContain("/dev/", "\"/sys/fs/cgroup/", "mknod");
  }

  @Test
  void closingThePlanClosesAllButTheNamespaces() throws IOException {
    ContainerPlan plan = plan();
    assertThat(kernel.open).hasSizeGreaterThan(3);
    plan.close();
    assertThat(kernel.open).hasSize(3);
  }

  @Test
  void nothingStaysOpenWhicheverCallFails() throws IOException {
    request.mounts =
        List.of(new MountSpec("/data", "/volumes/data", true, false, Propagation.PRIVATE, false));
    layout = Layout.V1;
    plan().close();
    int calls = kernel.calls.size();
    assertThat(calls).isGreaterThan(20);
    for (int failing = 0; failing < calls; failing++) {
      kernel.calls.clear();
      kernel.failingCall = failing;
      assertThatThrownBy(this::plan).isInstanceOf(SyscallException.class);
      assertThat(kernel.open).as("call %d", failing).hasSize(3);
    }
  }

  private void mapUsers() {
    request.users = new UserMapping(new IdRange(500_000, 65_536), new IdRange(700_000, 65_536));
    namespaces =
        new ContainerNamespaces(
            kernel.descriptor(),
            kernel.descriptor(),
            kernel.descriptor(),
            null,
            kernel.descriptor());
  }

  @Test
  void inAUserNamespaceMountsComeBeforeThePivotAndDevicesAreReady() throws IOException {
    mapUsers();
    request.privileged = true;
    request.mounts =
        List.of(
            new MountSpec("/mapped", "/volumes/m", false, false, Propagation.PRIVATE, true),
            new MountSpec("/plain", "/volumes/p", false, false, Propagation.PRIVATE, false));

    assertThat(listing())
        .containsPattern("user fd\\d+ 500000 700000\n")
        .containsSubsequence("attach_root ", "mount \"proc\"", "symlink ", "pivot", "exec ")
        .contains("unshare ")
        .doesNotContain("mknod ");
    assertThat(kernel.calls)
        .contains("fsconfigString uid 500000", "fsconfigString gid 700000")
        .contains("fchownat null 0 0", "fchownat null 500000 700000");
    assertThat(mappedMounts()).containsExactly("/mapped");
  }

  /** Of the requested ones, by what was cloned last before a mapping. */
  private List<String> mappedMounts() {
    List<String> mapped = new ArrayList<>();
    String cloned = "";
    for (String call : kernel.calls) {
      if (call.startsWith("openTree /volumes/")) {
        cloned = call.contains("/volumes/m ") ? "/mapped" : "/plain";
      } else if (call.startsWith("openTree")) {
        cloned = "";
      } else if (call.startsWith("mountSetattr")
          && call.contains("set=" + MountFlags.MOUNT_ATTR_IDMAP)
          && !cloned.isEmpty()) {
        mapped.add(cloned);
      }
    }
    return mapped;
  }

  @Test
  void whateverFailsOfAPlanWithUsersNothingStaysOpen() throws IOException {
    mapUsers();
    layout = Layout.V1;
    request.devices = List.of();
    int before = kernel.open.size();
    plan().close();
    int calls = kernel.calls.size();
    for (int failing = 0; failing < calls; failing++) {
      kernel.calls.clear();
      kernel.failingCall = failing;
      assertThatThrownBy(this::plan).isInstanceOf(SyscallException.class);
      assertThat(kernel.open).as("call %d", failing).hasSize(before);
    }
  }

  @Test
  void execsHaveTheUserAndRightsOfTheContainer() throws IOException {
    request.seccomp = new SeccompChoice.RuntimeDefault();
    request.noNewPrivileges = true;
    String exec =
        withoutSizes(
            policy.exec(process(), new ExecRequest(List.of("ls", "-l"), false, false)).toString());
    assertThat(exec).isEqualTo(golden("exec"));
    assertThatThrownBy(() -> policy.exec(process(), new ExecRequest(List.of(), false, false)))
        .isInstanceOf(InvalidException.class);
  }

  @Test
  void privilegedNeedsAPrivilegedPod() {
    request.privileged = true;
    assertThatThrownBy(() -> policy.process(processRequest(false)))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("security_context.privileged");
  }

  private static MountSpec restricted(
      String target, String host, @Nullable ImageVolume image, Option... options) {
    return new MountSpec(
        target, host, image != null, false, Propagation.PRIVATE, false, Set.of(options), image);
  }

  @Test
  void restrictionsAreForAllMountsBelow() throws IOException {
    request.mounts =
        List.of(
            restricted("/data", "/volumes/data", null, Option.NOEXEC, Option.NODEV, Option.NOSUID));
    assertThat(listing()).contains("\"/data\"");
    assertThat(kernel.calls)
        .anyMatch(call ->
            call.startsWith("mountSetattr") && call.contains("true MountAttributes[set=14,"));
  }

  @Test
  void imagesAreMountedReadOnlyInTheirOrder() throws IOException {
    imageVolumes = List.of(kernel.descriptor(), kernel.descriptor());
    request.mounts =
        List.of(
            restricted("/b/models", "", new ImageVolume("models:1", "", null), Option.NOEXEC),
            restricted("/a", "", new ImageVolume("tools:1", "", null)));
    assertThat(listing()).containsSubsequence("\"/a\"", "\"/b/models\"");
  }

  @Test
  void aNamedProfileIsEnteredBeforeRightsGo() throws IOException {
    machine.enabled("strict (enforce)");
    request.appArmor = new AppArmorChoice.Localhost("strict");
    assertThat(listing()).containsSubsequence("apparmor \"strict\"", "setuid");
  }

  @Test
  void lowOomScoresAreClampedWithAWarning() throws IOException {
    request.oomScoreAdjustment = -998;
    ContainerPolicy weak =
        new ContainerPolicy(
            kernel.syscalls(),
            new DaemonRights(CAPABILITIES & ~Capability.SYS_RESOURCE.bit(), -5),
            new SeccompFilters(profile -> new byte[8]),
            machine.profiles());
    ProcessDecision decision = weak.process(processRequest(true));
    assertThat(decision.process().oomScoreAdjustment()).isEqualTo(-5);
    assertThat(decision.warnings()).singleElement().asString().contains("-998", "-5");
    assertThat(policy.process(processRequest(true)).warnings()).isEmpty();
  }

  private ProcessRequest processRequest(boolean podPrivileged) {
    return new ProcessRequest(
        request.spec(),
        Requests.image("", List.of("LANG=C"), List.of("/bin/web")),
        podPrivileged,
        "pod-1",
        Fd.CWD);
  }

  private ProcessSpec process() throws IOException {
    return policy.process(processRequest(true)).process();
  }

  private ContainerPlan plan() throws IOException {
    int armed = kernel.failingCall;
    kernel.failingCall = Integer.MAX_VALUE;
    ProcessSpec process = process();
    kernel.calls.clear();
    kernel.failingCall = armed;
    return policy.plan(
        new ContainerContext(
            new ContainerId("ab".repeat(32)),
            request.spec(),
            process,
            namespaces,
            kernel.descriptor(),
            kernel.descriptor(),
            imageVolumes,
            FILES,
            layout,
            new CgroupStandIn(layout, kernel),
            hooks));
  }

  private static Hook hook(Hook.Stage stage) {
    return new Hook(stage, "/hooks/" + stage.text(), List.of("hook"), List.of(), 5);
  }

  private void giveHooks() {
    request.hooks =
        List.of(
            hook(Hook.Stage.START_CONTAINER),
            hook(Hook.Stage.CREATE_CONTAINER),
            hook(Hook.Stage.PRESTART));
    hooks = new StartHooks(request.hooks, Path.of("/bundle"), "{", "{");
  }

  private List<String> stepsAboutHooks() throws IOException {
    return listing()
        .lines()
        .filter(
            line -> line.matches("(attach_root|pivot|close_fds|hook|exec|mount \"(proc|sysfs)).*"))
        .map(line -> line.startsWith("exec") ? "exec" : line)
        .map(line -> line.replaceAll("^(\\w+ \\S+ ?\\S*).*", "$1"))
        .toList();
  }

  @Test
  void hooksSeeTheWholeRootBeforeTheChangeToIt() throws IOException {
    giveHooks();
    assertThat(stepsAboutHooks())
        .containsExactly(
            "attach_root fd4 \"/bundle/rootfs\"",
            "mount \"proc\" \"proc\"",
            "mount \"sysfs\" \"sysfs\"",
            "hook 0 \"/hooks/prestart\"",
            "hook 1 \"/hooks/createContainer\"",
            "pivot",
            "close_fds",
            "hook 1 \"/hooks/startContainer\"",
            "exec");
  }

  /** It is born at the change of the root, and only then can it mount its proc. */
  @Test
  void aProcessOfASharedPidNamespaceMountsItsProcLast() throws IOException {
    giveHooks();
    request.pid = NamespaceMode.POD;
    namespaces =
        new ContainerNamespaces(
            kernel.descriptor(),
            kernel.descriptor(),
            kernel.descriptor(),
            kernel.descriptor(),
            null);
    assertThat(stepsAboutHooks())
        .containsSubsequence(
            "mount \"sysfs\" \"sysfs\"",
            "hook 1 \"/hooks/createContainer\"",
            "pivot",
            "mount \"proc\" \"proc\"");
  }

  @Test
  void hooksInAUserNamespaceAreRefused() {
    giveHooks();
    request.users = new UserMapping(new IdRange(500_000, 65_536), new IdRange(700_000, 65_536));
    assertThatThrownBy(this::process)
        .isInstanceOf(UnsupportedException.class)
        .hasMessageContaining("user namespace");
  }

  private String listing() throws IOException {
    try (ContainerPlan plan = plan()) {
      return withoutSizes(plan.toString());
    }
  }

  /** The length of a filter says nothing here. */
  private static String withoutSizes(String listing) {
    return listing.replaceAll("bytes\\(\\d+\\)", "bytes");
  }

  private static String golden(String name) throws IOException {
    try (var in = ContainerPlanTest.class.getResourceAsStream("plan-" + name + ".txt")) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
