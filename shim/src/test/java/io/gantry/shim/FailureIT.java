package io.gantry.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.gantry.linux.Device;
import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.MountFlags;
import io.gantry.linux.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Each step that can fail is named with its object and errno, and nothing of it stays. */
@ParameterizedClass
@EnumSource(Binary.class)
class FailureIT {

  private final Box box;

  FailureIT(Binary binary) throws IOException {
    box = new Box(binary);
  }

  @AfterEach
  void close() throws IOException {
    box.close();
  }

  private ShimFailure failureOf(PlanBuilder plan) throws IOException {
    Box.Container container = box.start(plan.exec(List.of("/bin/true"), Box.ENVIRONMENT));
    ShimFailure failure = thrownBy(container);
    assertThat(ExitRecord.read(container.run())).contains(new ShimStatus.Failed(failure.failure()));
    assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
        .doesNotContain(box.directory.toString());
    assertGone(container.shim().pid().orElseThrow());
    return failure;
  }

  private static ShimFailure thrownBy(Box.Container container) {
    ShimFailure[] caught = new ShimFailure[1];
    assertThatThrownBy(container::started)
        .asInstanceOf(type(ShimFailure.class))
        .satisfies(failure -> caught[0] = failure);
    return caught[0];
  }

  private static void assertGone(int pid) {
    long end = System.nanoTime() + Box.SOON.toNanos();
    while (Files.exists(Path.of("/proc/" + pid))) {
      assertThat(System.nanoTime()).as("shim is gone and reaped").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  private void check(UnaryOperator<PlanBuilder> step, String expected) throws IOException {
    assertThat(failureOf(step.apply(box.plan()))).hasMessage(expected);
  }

  @Test
  void aMissingCommandIs127() throws IOException {
    ShimFailure failure =
        thrownBy(box.start(box.plan().pivot().exec(List.of("/bin/nope"), Box.ENVIRONMENT)));

    assertThat(failure).hasMessage("exec /bin/nope: ENOENT");
    assertThat(failure.exitCode()).isEqualTo(127);
    assertThat(failure.failure().index()).isEqualTo(9);
  }

  @Test
  void aCommandInNoDirectoryOfThePathIs127() throws IOException {
    ShimFailure failure =
        thrownBy(box.start(box.plan().pivot().exec(List.of("nope"), Box.ENVIRONMENT)));

    assertThat(failure).hasMessage("exec nope: ENOENT (in no directory of PATH)");
    assertThat(failure.exitCode()).isEqualTo(127);
  }

  @Test
  void aFileThatCannotBeExecutedIs126() throws IOException {
    Files.writeString(box.rootfs.resolve("etc/plain"), "text");

    ShimFailure failure =
        thrownBy(box.start(box.plan().pivot().exec(List.of("/etc/plain"), Box.ENVIRONMENT)));

    assertThat(failure).hasMessage("exec /etc/plain: EACCES");
    assertThat(failure.exitCode()).isEqualTo(126);
  }

  @Test
  void aScriptWhoseInterpreterIsMissingSaysSo() throws IOException {
    Path script = Files.writeString(box.rootfs.resolve("bin/script"), "#!/bin/perl\n");
    script.toFile().setExecutable(true, false);

    ShimFailure failure =
        thrownBy(box.start(box.plan().pivot().exec(List.of("/bin/script"), Box.ENVIRONMENT)));

    assertThat(failure)
        .hasMessage(
            "exec /bin/script: ENOENT (the file is there, its interpreter or loader is not)");
    assertThat(failure.exitCode()).isEqualTo(127);
  }

  @Test
  void stepsOfTheShimItself() throws IOException {
    Fd wrong = box.calls.open(Path.of("/dev/null"), FileFlags.O_RDWR, 0);
    assertThat(failureOf(box.plan().enterPid(wrong)).getMessage()).startsWith("enter");

    Fd notACgroup = box.calls.open(Path.of("/"), FileFlags.O_DIRECTORY, 0);
    assertThat(failureOf(box.plan().cgroup(notACgroup)).getMessage()).startsWith("spawn: E");
  }

  @Test
  void theProcOfAnEnteredPidNamespaceIsNotMountedFromOutsideOfIt() throws IOException {
    Fd pids = box.calls.open(Path.of("/proc/self/ns/pid"), FileFlags.O_RDONLY, 0);
    Fd root = box.calls.openTree(Fd.CWD, box.rootfs.toString(), MountFlags.OPEN_TREE_CLONE);
    PlanBuilder plan =
        Plan.builder()
            .cloneInto(Set.of(Namespace.MNT))
            .enterPid(pids)
            .rootPropagation(MountFlags.MS_SLAVE)
            .attachRoot(root)
            .mount(new NewMount("proc", "proc", 0, List.of(), "/proc"));

    assertThat(failureOf(plan))
        .hasMessage(
            "mount /proc: EINVAL (with an entered pid namespace it belongs behind the pivot)");
  }

  @Test
  void tasksFileThatCannotBeWritten() throws IOException {
    Fd readOnly = box.calls.open(Path.of("/dev/null"), FileFlags.O_RDONLY, 0);

    assertThat(failureOf(box.plan().tasks(readOnly))).hasMessage("tasks fd1: EBADF");
  }

  @Test
  void mountSteps() throws IOException {
    check(plan -> plan.mount(new NewMount("nofs", "", 0, List.of(), "/mnt")), "mount /mnt: ENODEV");
    check(
        plan -> plan.mount(new NewMount("tmpfs", "", 0, List.of("colour=red"), "/mnt")),
        "mount /mnt: EINVAL (tmpfs: Unknown parameter 'colour')");
    check(plan -> plan.rootPropagation(MountFlags.MS_SHARED), "root_propagation /: EINVAL");
    check(plan -> plan.mkdir("/proc/none/x", 0755), "mkdir /proc/none/x: ENOENT");
    check(plan -> plan.symlink("a", "/bin/busybox/x"), "symlink /bin/busybox/x: ENOTDIR");
    check(
        plan -> plan.mknod("/dev/null", FileFlags.S_IFCHR | 0666, new Device(1, 5), 0, 0),
        "mknod /dev/null: EEXIST");
    check(plan -> plan.pivot().pivot(), "pivot: EBUSY");
    check(plan -> plan.chdir("/bin/busybox"), "chdir /bin/busybox: ENOTDIR");
    check(plan -> plan.chdirExisting("/nowhere"), "chdir /nowhere: ENOENT");
    check(plan -> plan.sysctl("no.such", "1"), "sysctl no/such: ENOENT");
  }

  @Test
  void pathsLongerThanTheKernelTakes() throws IOException {
    for (int length : List.of(4096, 4097, 5000, 70_000)) {
      String whole = "/d".repeat((length - 2) / 2) + "/" + "n".repeat(1 + length % 2);
      String cut = whole.substring(0, 255);
      assertThat(whole).hasSize(length);
      check(
          plan -> plan.mknod(whole, FileFlags.S_IFCHR, new Device(1, 3), 0, 0),
          tooLong("mknod", cut));
      check(plan -> plan.symlink("a", whole), tooLong("symlink", cut));
      check(plan -> plan.mkdir(whole, 0755), tooLong("mkdir", cut));
      check(plan -> plan.chdir(whole), tooLong("chdir", cut));
      check(plan -> plan.mask(whole), tooLong("mask", cut));
      check(plan -> plan.readOnly(whole), tooLong("read_only", cut));
      check(plan -> plan.sysctl(whole, "1"), tooLong("sysctl", cut));
    }
  }

  @Test
  void aNameLongerThanTheKernelTakesIsNotLeftOut() throws IOException {
    String path = "/missing/" + "n".repeat(256);
    String cut = path.substring(0, 255);

    check(plan -> plan.mkdir(path, 0755), tooLong("mkdir", cut));
    check(plan -> plan.mknod(path + "/x", 0, new Device(0, 0), 0, 0), tooLong("mknod", cut));
    check(plan -> plan.mount(new NewMount("tmpfs", "", 0, List.of(), path)), tooLong("mount", cut));
  }

  private static String tooLong(String step, String object) {
    return step + " " + object + ": ENAMETOOLONG";
  }

  @Test
  void attachOfWhatIsNoMount() throws IOException {
    Fd file = box.calls.open(Path.of("/etc/passwd"), FileFlags.O_RDONLY, 0);

    assertThat(failureOf(box.plan().attachFile(file, "/etc/x")).getMessage())
        .startsWith("attach /etc/x: E");
  }

  @Test
  void identitySteps() throws IOException {
    check(plan -> plan.setuid(-1), "setuid 4294967295: EINVAL");
    check(plan -> plan.setgid(-1), "setgid 4294967295: EINVAL");
    check(plan -> plan.rlimit(999, 1, 1), "rlimit 999: EINVAL");
    check(plan -> plan.oomScoreAdj(2000), "oom_score_adj 2000: EINVAL");
    check(plan -> plan.seccomp(new byte[7]), "seccomp 0: EINVAL");
    check(plan -> plan.seccomp(new byte[8]), "seccomp 0: EINVAL");
    check(plan -> plan.hostname("h".repeat(65)), "hostname " + "h".repeat(65) + ": EINVAL");
  }

  @Test
  void namespaceSteps() throws IOException {
    Fd file = box.calls.open(Path.of("/dev/null"), FileFlags.O_RDONLY, 0);

    assertThat(failureOf(box.plan().setns(file, Namespace.NET))).hasMessage("setns fd1: EINVAL");
  }

  @Test
  void terminalWithoutDevpts() throws IOException {
    Fd root = box.calls.openTree(Fd.CWD, box.rootfs.toString(), MountFlags.OPEN_TREE_CLONE);

    assertThat(failureOf(box.bare(root).pivot().terminal(24, 80, "")))
        .hasMessage("tty /dev/pts/ptmx: ENOENT");
  }

  @Test
  void aProcessThatDiesWithinItsStepsIsNotTakenForStarted() throws IOException {
    byte[] killAll = {6, 0, 0, 0, 0, 0, 0, (byte) 0x80}; // BPF_RET SECCOMP_RET_KILL_PROCESS

    assertThat(failureOf(box.plan().pivot().seccomp(killAll)).getMessage()).startsWith("start");
  }

  @Test
  void aPlanThatIsNoneIsRefused() throws IOException {
    Plan broken = new Plan(List.of(), List.of(Step.of(Op.HOSTNAME)), List.of());

    assertThat(thrownBy(box.start(broken))).hasMessage("plan: EINVAL");
  }

  @Test
  void manyFailuresLeaveNothing() throws IOException {
    for (int i = 0; i < 50; i++) {
      thrownBy(box.start(box.plan().pivot().exec(List.of("/nope"), Box.ENVIRONMENT)));
    }
    try (Stream<ProcessHandle> children = ProcessHandle.current().children()) {
      assertThat(children.filter(child -> child.info().command().orElse("").contains("shim")))
          .isEmpty();
    }
  }
}
