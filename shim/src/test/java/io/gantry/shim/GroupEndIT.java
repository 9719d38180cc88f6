package io.gantry.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a container's first process leaves behind in its control group of version 1, where the pid
 * namespace is shared and the kernel ends nobody with it.
 */
@ParameterizedClass
@EnumSource(Binary.class)
@Timeout(60)
class GroupEndIT {

  private static final int SIGKILL = 9;
  private static final int MOST_PROCESSES = 300;
  private static final int SUCCESSIONS = 8;

  private final Box box;
  private final Holder holder;
  private final Fd pids;

  GroupEndIT(Binary binary) throws IOException {
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

  private PlanBuilder in(TestGroup group) throws IOException {
    return box.shared(pids)
        .tasks(box.calls.open(group.file("tasks"), FileFlags.O_WRONLY, 0))
        .killTasks(box.calls.open(group.file("cgroup.procs"), FileFlags.O_RDONLY, 0));
  }

  private PlanBuilder limited(TestGroup group) throws IOException {
    return in(group).pidsMax(box.calls.open(group.file("pids.max"), FileFlags.O_WRONLY, 0));
  }

  private Box.Container sh(PlanBuilder plan, String script) throws IOException {
    return box.start(plan.chdir("/").exec(List.of("sh", "-c", script), Box.ENVIRONMENT));
  }

  private TestGroup group() throws IOException {
    TestGroup group = TestGroup.in("pids");
    group.write("pids.max", Integer.toString(MOST_PROCESSES));
    return group;
  }

  private static void assertNobodyLeft(Box.Container container, TestGroup group, int code)
      throws IOException {
    assertThat(container.exit().left()).isZero();
    assertThat(group.processes()).as("processes at the end").isEmpty();
    assertThat(container.exit().code()).isEqualTo(code);
  }

  @Test
  void whoIsLeftIsKilled() throws IOException {
    try (TestGroup group = group()) {
      Box.Container container = sh(in(group), "setsid sleep 1000 & sleep 1001 & exit 6");

      assertNobodyLeft(container, group, 6);
    }
  }

  @Test
  void whoIsLeftWithoutAnyOutputIsKilled() throws IOException {
    String script = "exec >/tmp/out 2>&1; setsid sleep 1000 & exit 6";
    try (TestGroup group = group()) {
      Box.Container container = sh(in(group), script);

      assertNobodyLeft(container, group, 6);
    }
  }

  /** Each process of a succession lives only until it has forked the next one. */
  @Test
  void whoForksAndExitsAgainAndAgainIsKilled() throws IOException {
    try (TestGroup group = group()) {
      String script = "f() { f & }; " + "f & ".repeat(SUCCESSIONS) + "usleep 50000; exit 6";
      Box.Container container = sh(in(group), script);

      assertNobodyLeft(container, group, 6);
    }
  }

  @Test
  void whoForksFastIsKilledAsNothingIsBornAnyMore() throws IOException {
    try (TestGroup group = group()) {
      String loop = "f() { while :; do (sleep 0.02 &) ; done; }; ";
      String script = loop + "f & ".repeat(SUCCESSIONS) + "exec sleep 1000";
      Box.Container container = sh(limited(group), script);
      container.started();
      await(() -> group.processes().size() > 2 * SUCCESSIONS);

      container.shim().signal(SIGKILL);

      assertNobodyLeft(container, group, 128 + SIGKILL);
      assertThat(Files.readString(group.file("pids.max"))).isEqualTo("0\n");
    }
  }

  @Test
  void whoCannotDieIsTold() throws IOException {
    try (TestGroup group = TestGroup.in("freezer")) {
      Box.Container container = sh(in(group), "sleep 1000 & echo up; sleep 1001; echo no");
      int first = container.started().pid();
      await(() -> !container.logged().isEmpty() && group.processes().size() == 3);
      group.moveOut(first);
      group.write("freezer.state", "FROZEN");
      try {
        box.calls.kill(first, SIGKILL);

        assertThat(container.exit().left()).isEqualTo(2);
        assertThat(ExitRecord.read(container.run()))
            .contains(new ShimStatus.Exited(container.exit()));
      } finally {
        group.write("freezer.state", "THAWED");
      }
    }
  }

  @Test
  void everybodyIsSignalledAtOnce() throws IOException {
    try (TestGroup group = group()) {
      String child =
          "sh -c 'trap \"echo got; exit\" USR1; echo up; while :; do usleep 500; done' 2>/dev/null";
      Box.Container container =
          sh(in(group), child + " & " + child + " & trap 'wait; exit 6' USR1; wait; wait");
      container.started();
      await(() -> container.logged().size() == 2);

      container.shim().signalAll(10);

      assertNobodyLeft(container, group, 6);
      assertThat(container.logged())
          .containsExactly("stdout F up", "stdout F up", "stdout F got", "stdout F got");
    }
  }

  @Test
  void killingAllWithoutAGroupKillsTheFirstProcess() throws IOException {
    Box.Container container = box.sh("sleep 1000 & sleep 1001");
    container.started();

    container.shim().signalAll(SIGKILL);

    assertThat(container.exit().code()).isEqualTo(128 + SIGKILL);
    assertThatThrownBy(() -> container.shim().signalAll(SIGKILL)).isInstanceOf(IOException.class);
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void await(Condition condition) throws IOException {
    long end = System.nanoTime() + Box.SOON.toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      Thread.onSpinWait();
    }
  }
}
