package io.gantry.shim;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What is told of an exec that its container's end or its own timeout finds alive. The pid
 * namespace is shared, so that the kernel does not end the exec by itself.
 */
@ParameterizedClass
@EnumSource(Binary.class)
@Timeout(60)
class ExecEndIT {

  private static final int SIGKILL = 9;
  private static final int SIGUSR1 = 10;
  private static final int SIGCONT = 18;
  private static final int SIGSTOP = 19;
  private static final String CUT_OFF =
      "start: ECHILD (the container ended before the process executed anything)";

  private final Box box;
  private final Holder holder;
  private final Fd pids;

  ExecEndIT(Binary binary) throws IOException {
    box = new Box(binary);
    holder = box.launcher.hold("pod", Holder.plan(Map.of(), List.of()).build());
    pids = box.calls.open(Path.of("/proc/" + holder.pid() + "/ns/pid"), 0, 0);
  }

  @AfterEach
  void close() throws IOException {
    holder.kill(box.calls);
    pids.close();
    box.close();
  }

  private PlanBuilder shared() throws IOException {
    return box.shared(pids);
  }

  private Box.Container sleeping(PlanBuilder plan) throws IOException {
    Box.Container container =
        box.start(plan.chdir("/").exec(List.of("sleep", "1000"), Box.ENVIRONMENT));
    container.started();
    return container;
  }

  private static int firstOf(Box.Container container) {
    return ((ShimStatus.Running) container.shim().status()).pid();
  }

  private static ShimConnection exec(Box.Container container, Duration timeout, String script)
      throws IOException {
    ShimConnection connection = ShimConnection.open(container.run().resolve(Shim.SOCKET));
    connection.write(Shim.request(Box.execPlan("sh", "-c", script), timeout));
    return connection;
  }

  private static Frame next(ShimConnection connection, int... types) throws IOException {
    while (true) {
      Frame frame = connection.read();
      for (int type : types) {
        if (frame.type() == type) {
          return frame;
        }
      }
    }
  }

  private static Frame end(ShimConnection connection) throws IOException {
    return next(connection, Frame.EXEC_EXITED, Frame.EXEC_FAILED);
  }

  private static void assertExited(Frame frame, int code, int signal, int flags)
      throws IOException {
    assertThat(frame.type()).isEqualTo(Frame.EXEC_EXITED);
    assertThat(List.of(frame.number(), frame.number(), frame.number()))
        .containsExactly(code, signal, flags);
  }

  @Test
  void anExecThatRunsWhenItsContainerEndsIsKilledAndToldSo() throws IOException {
    Box.Container container = sleeping(shared());
    try (ShimConnection exec = exec(container, Duration.ZERO, "echo up; sleep 998; echo no")) {
      int pid = next(exec, Frame.EXEC_STARTED).number();
      next(exec, Frame.STDOUT);

      container.shim().signal(SIGKILL);

      assertExited(end(exec), 128 + SIGKILL, SIGKILL, 0);
      assertThat(Path.of("/proc/" + pid)).doesNotExist();
    }
    assertThat(container.exit().code()).isEqualTo(137);
  }

  @Test
  void anExecThatHasEndedByItselfKeepsItsCodeWhenTheContainerEnds() throws IOException {
    Box.Container container = sleeping(shared());
    int shim = container.shim().pid().orElseThrow();
    String script = "trap 'exit 5' USR1; echo up; while true; do usleep 1000; done";
    try (ShimConnection exec = exec(container, Duration.ZERO, script)) {
      int pid = next(exec, Frame.EXEC_STARTED).number();
      next(exec, Frame.STDOUT);

      box.calls.kill(shim, SIGSTOP);
      box.calls.kill(firstOf(container), SIGKILL);
      Box.awaitZombie(firstOf(container));
      box.calls.kill(pid, SIGUSR1);
      Box.awaitZombie(pid);
      box.calls.kill(shim, SIGCONT);

      assertExited(end(exec), 5, 0, 0);
    }
    assertThat(container.exit().code()).isEqualTo(137);
  }

  @Test
  void anExecKilledBeforeItExecutesIsAFailedStart() throws IOException {
    try (TestGroup group = TestGroup.in("unified")) {
      Box.Container container = sleeping(shared().cgroup(directory(group)));
      group.moveOut(firstOf(container));
      group.write("cgroup.freeze", "1");
      try (ShimConnection exec = exec(container, Duration.ZERO, "true")) {
        group.awaitProcesses(true);

        container.shim().signal(SIGKILL);

        assertThat(end(exec).failure()).hasToString(CUT_OFF);
      }
      container.exit();
    }
  }

  @Test
  void anExecThatCannotDieBeforeItExecutesIsAFailedStart() throws IOException {
    try (TestGroup group = TestGroup.in("freezer")) {
      Box.Container container = sleeping(shared().tasks(tasks(group)));
      group.moveOut(firstOf(container));
      group.write("freezer.state", "FROZEN");
      try (ShimConnection exec = exec(container, Duration.ZERO, "true")) {
        group.awaitProcesses(true);

        container.shim().signal(SIGKILL);

        assertThat(end(exec).failure()).hasToString(CUT_OFF);
        assertThat(container.exit().code()).isEqualTo(137);
      } finally {
        group.write("freezer.state", "THAWED");
      }
    }
  }

  @Test
  void anExecThatCannotDieIsToldAsKilled() throws IOException {
    try (TestGroup group = TestGroup.in("freezer")) {
      Box.Container container = sleeping(shared().tasks(tasks(group)));
      group.moveOut(firstOf(container));
      try (ShimConnection exec = exec(container, Duration.ZERO, "echo up; sleep 997")) {
        next(exec, Frame.STDOUT);
        group.write("freezer.state", "FROZEN");
        awaitFrozen(group);

        container.shim().signal(SIGKILL);

        assertExited(end(exec), 128 + SIGKILL, SIGKILL, 0);
      } finally {
        group.write("freezer.state", "THAWED");
      }
    }
  }

  @Test
  void anExecWhoseTimeIsOverBeforeItExecutesHasTimedOut() throws IOException {
    try (TestGroup group = TestGroup.in("unified")) {
      Box.Container container = sleeping(shared().cgroup(directory(group)));
      group.moveOut(firstOf(container));
      group.write("cgroup.freeze", "1");
      try (ShimConnection exec = exec(container, Duration.ofMillis(200), "true")) {
        assertExited(end(exec), 128 + SIGKILL, SIGKILL, 1);
      }
    }
  }

  private Fd directory(TestGroup group) throws IOException {
    return box.calls.open(group.path(), FileFlags.O_DIRECTORY, 0);
  }

  private Fd tasks(TestGroup group) throws IOException {
    return box.calls.open(group.file("tasks"), FileFlags.O_RDWR, 0);
  }

  private static void awaitFrozen(TestGroup group) throws IOException {
    long end = System.nanoTime() + Box.SOON.toNanos();
    while (!Files.readString(group.file("freezer.state")).equals("FROZEN\n")) {
      assertThat(System.nanoTime()).as("frozen in time").isLessThan(end);
    }
  }
}
