package io.gantry.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.Namespace;
import io.gantry.linux.Pipe;
import io.gantry.linux.SmallMounts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Starting, signalling, ending, and coming back to a shim that nobody watched. */
@ParameterizedClass
@EnumSource(Binary.class)
class LifeIT {

  private static final int SIGKILL = 9;
  private static final int SIGTERM = 15;

  private final Binary binary;
  private final Box box;

  LifeIT(Binary binary) throws IOException {
    this.binary = binary;
    box = new Box(binary);
  }

  @AfterEach
  void close() throws IOException {
    box.close();
  }

  @Test
  void startsLogsAndRecordsTheExit() throws IOException {
    Box.Container container = box.sh("echo hello; echo oops >&2; exit 3");

    ShimStatus.Running running = container.started();
    ExitStatus exit = container.exit();

    assertThat(exit.code()).isEqualTo(3);
    assertThat(exit.pid()).isEqualTo(running.pid());
    assertThat(exit.startedAt()).isBefore(exit.finishedAt());
    assertThat(container.logged()).containsExactlyInAnyOrder("stdout F hello", "stderr F oops");
    assertThat(ExitRecord.read(container.run())).contains(new ShimStatus.Exited(exit));
  }

  @Test
  void theShimIsReapedAndLeavesNoProcess() throws IOException {
    Box.Container container = box.sh("exit 0");
    container.exit();
    Path shim = Path.of("/proc/" + container.shim().pid().orElseThrow());

    long end = System.nanoTime() + Box.SOON.toNanos();
    while (Files.exists(shim)) {
      assertThat(System.nanoTime()).isLessThan(end);
    }
  }

  @Test
  void aSignalReachesTheHandlerOfTheFirstProcess() throws IOException {
    Box.Container container =
        box.sh("trap 'echo bye; exit 9' TERM; echo ready; while true; do usleep 1000; done");
    container.started();
    while (container.logged().isEmpty()) {
      Thread.onSpinWait();
    }

    container.shim().signal(SIGTERM);

    assertThat(container.exit().code()).isEqualTo(9);
    assertThat(container.logged()).containsExactly("stdout F ready", "stdout F bye");
  }

  @Test
  void aKilledContainerTellsItsSignal() throws IOException {
    Box.Container container = box.sh("sleep 1000");
    container.started();

    container.shim().signal(SIGKILL);

    assertThat(container.exit().code()).isEqualTo(137);
    assertThat(container.exit().signal()).isEqualTo(SIGKILL);
    assertThatThrownBy(() -> container.shim().signal(SIGKILL)).isInstanceOf(IOException.class);
  }

  @Test
  void livesOnWithoutADaemonAndIsFoundAgain() throws Exception {
    Box.Container container = box.sh("sleep 1000");
    ShimStatus.Running running = container.started();
    container.shim().close();

    try (Shim again = box.launcher.adopt(container.run())) {
      assertThat(again.awaitStarted(Box.SOON)).isEqualTo(running);
      again.signal(SIGKILL);
      assertThat(Waiting.on(again.exited(), Box.SOON, "end").code()).isEqualTo(137);
    }
  }

  @Test
  void anEndThatNobodyWatchedIsKnownByItsRecord() throws Exception {
    Box.Container container = box.sh("exit 6");
    container.exit();

    try (Shim later = box.launcher.adopt(container.run())) {
      assertThat(Waiting.on(later.exited(), Box.SOON, "end").code()).isEqualTo(6);
      assertThat(later.awaitStarted(Box.SOON).pid()).isPositive();
    }
  }

  @Test
  void aShimThatWasKilledIsToldAsLost() throws IOException {
    Box.Container container = box.sh("sleep 1000");
    ShimStatus.Running running = container.started();

    box.calls.kill(container.shim().pid().orElseThrow(), SIGKILL);

    assertThatThrownBy(container::exit).hasMessageContaining("gone without an exit record");
    box.calls.kill(running.pid(), SIGKILL);
  }

  @Test
  void orphansOfTheContainerEndWithIt() throws IOException {
    Box.Container container = box.sh("setsid sleep 1000 & echo started; exit 0");

    assertThat(container.exit().code()).isZero();
    assertThat(container.logged()).containsExactly("stdout F started");
  }

  @Test
  void standardInputIsEmptyUnlessItIsKeptOpen() throws IOException {
    Box.Container closed = box.sh("cat; echo end");
    assertThat(closed.exit().code()).isZero();

    Box.Container open =
        box.start(
            box.plan()
                .openStdin()
                .pivot()
                .exec(List.of("sh", "-c", "cat; echo end"), Box.ENVIRONMENT));
    open.started();
    assertThatThrownBy(() -> Waiting.on(open.shim().exited(), Duration.ofMillis(300), "end"))
        .hasMessageContaining("no answer within");
  }

  @Test
  void aTerminalIsLoggedAsStdout() throws IOException {
    Box.Container container =
        box.start(
            box.plan()
                .pivot()
                .terminal(24, 80, "/dev/console")
                .exec(
                    List.of("sh", "-c", "tty; stty size; echo err >&2; ls /dev/console"),
                    Box.ENVIRONMENT));
    container.exit();

    assertThat(container.logged())
        .containsExactly(
            "stdout F /dev/pts/0\r",
            "stdout F 24 80\r",
            "stdout F err\r",
            "stdout F /dev/console\r");
  }

  @Test
  void aHolderSharesItsPidNamespaceAndReaps() throws IOException {
    Holder holder = box.launcher.hold("pod", Holder.plan(Map.of(), List.of()).build());
    try (Fd pid = box.calls.open(Path.of("/proc/" + holder.pid() + "/ns/pid"), 0, 0)) {
      PlanBuilder shared = box.shared(pid).chdir("/");
      Box.Container container =
          box.start(
              shared.exec(List.of("sh", "-c", "(sleep 0.1 &); sleep 0.5; ps"), Box.ENVIRONMENT));
      container.exit();

      assertThat(container.logged()).filteredOn(line -> line.startsWith("stdout")).hasSize(3);
      assertThat(Files.readString(Path.of("/proc/" + holder.pid() + "/comm")))
          .isEqualTo("gantry-hold\n");
      assertThat(Files.readString(Path.of("/proc/" + holder.pid() + "/status")))
          .contains("CapPrm:\t0000000000000000")
          .contains("NoNewPrivs:\t1");
    } finally {
      holder.kill(box.calls);
    }
    assertThat(Path.of("/proc/" + holder.pid())).doesNotExist();
  }

  @Test
  void killingAHolderEndsTheContainersOfItsNamespace() throws IOException {
    Holder holder = box.launcher.hold("pod", Holder.plan(Map.of(), List.of()).build());
    try (Fd pid = box.calls.open(Path.of("/proc/" + holder.pid() + "/ns/pid"), 0, 0)) {
      Box.Container container =
          box.start(box.shared(pid).exec(List.of("sleep", "1000"), Box.ENVIRONMENT));
      container.started();

      holder.kill(box.calls);

      assertThat(container.exit().code()).isEqualTo(137);
    }
  }

  @Test
  void aHolderThatCannotStartNamesItsStep() throws IOException {
    try (Fd file = box.calls.open(Path.of("/dev/null"), FileFlags.O_RDONLY, 0)) {
      Plan plan = Holder.plan(Map.of(Namespace.NET, file), List.of()).build();

      assertThatThrownBy(() -> box.launcher.hold("pod", plan)).hasMessage("setns fd0: EINVAL");
    }
  }

  @Test
  void execsJoinTheContainersControlGroup() throws IOException {
    try (TestGroup group = TestGroup.in("pids")) {
      Fd tasks = box.calls.open(group.file("tasks"), FileFlags.O_RDWR, 0);
      Box.Container container =
          box.start(
              box.plan().tasks(tasks).pivot().exec(List.of("sleep", "1000"), Box.ENVIRONMENT));
      container.started();

      assertThat(Box.text(container.exec("grep", "pids:", "/proc/self/cgroup").stdout()))
          .endsWith(":pids:/" + group.path().getFileName() + "\n");
      container.shim().signal(SIGKILL);
      container.exit();
    }
  }

  @Test
  void startsFromASmallMountNamespace() throws IOException {
    try (SmallMounts small = SmallMounts.create(List.of());
        Box inside =
            new Box(binary, request -> small.call("spawn", _ -> box.calls.spawn(request)))) {
      Box.Container container = inside.sh("grep -c . /proc/self/mountinfo; sleep 1000");
      container.started();

      assertThat(Box.text(container.exec("echo", "there").stdout())).isEqualTo("there\n");
      long end = System.nanoTime() + Box.SOON.toNanos();
      while (container.logged().isEmpty()) {
        assertThat(System.nanoTime()).isLessThan(end);
      }
      container.shim().signal(SIGKILL);
      container.exit();
      assertThat(container.logged()).containsExactly("stdout F 4");
    }
  }

  @Test
  void aKeeperThatIsToldToStayIsEndedByNothingButAKill() throws IOException {
    try (Pipe pipe = box.calls.pipe()) {
      int pid = box.launcher.keep("test", pipe.reader());
      pipe.reader().close();
      box.calls.write(pipe.writer(), ByteBuffer.wrap(new byte[1]));
      pipe.writer().close();
      try (Fd process = box.calls.pidfdOpen(pid)) {
        awaitFds(pid, "0", "1", "2");
        for (int signal : new int[] {1, 2, 13, 15}) {
          box.calls.pidfdSendSignal(process, signal);
        }
        assertThat(box.calls.pollIn(process, 200)).isFalse();
        box.calls.pidfdSendSignal(process, SIGKILL);
        assertThat(box.calls.waitpid(pid)).hasValue(SIGKILL);
      }
    }
  }

  /** The last thing a keeper does before it sleeps. */
  private static void awaitFds(int pid, String... expected) throws IOException {
    long end = System.nanoTime() + Box.SOON.toNanos();
    while (!fds(pid).equals(Set.of(expected))) {
      assertThat(System.nanoTime()).isLessThan(end);
    }
  }

  private static Set<String> fds(int pid) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return open.map(fd -> fd.getFileName().toString()).collect(Collectors.toSet());
    }
  }

  @Test
  void aKeeperWhoseStarterDiesEnds() throws IOException {
    int pid;
    try (Pipe pipe = box.calls.pipe()) {
      pid = box.launcher.keep("test", pipe.reader());
    }
    assertThat(box.calls.waitpid(pid)).hasValue(1 << 8);
  }

  @Test
  void aVersionTwoGroupIsEnteredAtBirthAndKilledAtTheEnd() throws IOException {
    Holder holder = box.launcher.hold("pod", Holder.plan(Map.of(), List.of()).build());
    try (TestGroup group = TestGroup.in("unified");
        Fd pid = box.calls.open(Path.of("/proc/" + holder.pid() + "/ns/pid"), 0, 0)) {
      Fd directory = box.calls.open(group.path(), FileFlags.O_DIRECTORY, 0);
      Fd killFile = box.calls.open(group.file("cgroup.kill"), FileFlags.O_WRONLY, 0);
      Box.Container container =
          box.start(
              box.shared(pid)
                  .cgroup(directory)
                  .killFile(killFile)
                  .exec(
                      List.of("sh", "-c", "setsid sleep 1000 & exec sleep 999"), Box.ENVIRONMENT));
      container.started();

      assertThat(Box.text(container.exec("grep", "^0:", "/proc/self/cgroup").stdout()))
          .isEqualTo("0::/" + group.path().getFileName() + "\n");
      container.shim().signal(SIGKILL);
      container.exit();
      // Before the holder ends, with which the kernel would kill them.
      group.awaitProcesses(false);
    } finally {
      holder.kill(box.calls);
    }
  }
}
