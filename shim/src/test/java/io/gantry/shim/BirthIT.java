package io.gantry.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.MountFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a process in a container, with CAP_SYS_PTRACE and all other rights, finds of the machine in
 * processes that come into its pid namespace.
 */
@ParameterizedClass
@EnumSource(Binary.class)
class BirthIT {

  private static final int EXECS = 200;
  private static final int CONTAINERS = 40;
  private static final String LOOK = "look-outside";

  private final Box box;
  private final List<String> look;

  BirthIT(Binary binary) throws IOException {
    box = new Box(binary);
    Files.copy(Path.of("target", "probes", LOOK), box.rootfs.resolve("bin").resolve(LOOK));
    Path marker = Files.createFile(box.directory.resolve("marker"));
    Object device = Files.getAttribute(Path.of("/dev/null"), "unix:dev");
    look = List.of(LOOK, marker.toString(), device.toString());
  }

  @AfterEach
  void close() throws IOException {
    box.close();
  }

  @Test
  void nothingOfTheMachineShowsInExecs() throws IOException {
    Box.Container watcher = box.start(box.plan().pivot().exec(look, Box.ENVIRONMENT));
    watcher.started();

    for (int i = 0; i < EXECS; i++) {
      assertThat(watcher.exec("true").exitCode()).isZero();
    }

    assertThat(watcher.logged()).containsExactly("stdout F seen");
  }

  @Test
  void nothingOfTheMachineShowsInContainersOfASharedNamespace() throws IOException {
    Holder holder = box.launcher.hold("pod", Holder.plan(Map.of(), List.of()).build());
    try {
      Box.Container watcher = box.start(shared(holder).exec(look, Box.ENVIRONMENT));
      watcher.started();

      for (int i = 0; i < CONTAINERS; i++) {
        box.start(shared(holder).exec(List.of("true"), Box.ENVIRONMENT)).exit();
      }

      assertThat(watcher.logged()).containsExactly("stdout F seen");
    } finally {
      holder.kill(box.calls);
    }
  }

  @Test
  void whatIsAttachedAfterTheBirthIsThere() throws IOException {
    Path volume = Files.createDirectory(box.directory.resolve("volume"));
    Files.writeString(volume.resolve("file"), "here\n");
    Holder holder = box.launcher.hold("pod", Holder.plan(Map.of(), List.of()).build());
    try {
      Fd mount = box.calls.openTree(Fd.CWD, volume.toString(), MountFlags.OPEN_TREE_CLONE);
      Box.Container container =
          box.start(
              shared(holder)
                  .attachDirectory(mount, "/data")
                  .readOnly("/")
                  .exec(
                      List.of("sh", "-c", "cat /data/file; touch /x 2>&1; echo /proc/$$/fd/*"),
                      Box.ENVIRONMENT));
      container.exit();

      assertThat(container.logged())
          .startsWith("stdout F here", "stdout F touch: /x: Read-only file system");
      assertThat(container.logged().getLast())
          .matches("stdout F /proc/(\\d+)/fd/0 /proc/\\1/fd/1 /proc/\\1/fd/2( /proc/\\1/fd/3)?");
    } finally {
      holder.kill(box.calls);
    }
  }

  @Test
  void aProcessThatCannotBeBornIsAFailedStartAndLeavesNothing() throws IOException {
    try (TestGroup group = TestGroup.in("pids")) {
      Fd tasks = box.calls.open(group.file("tasks"), FileFlags.O_RDWR, 0);
      Box.Container container =
          box.start(
              box.plan().tasks(tasks).pivot().exec(List.of("sleep", "1000"), Box.ENVIRONMENT));
      int first = container.started().pid();
      int shim = container.shim().pid().orElseThrow();

      group.write("pids.max", "2");
      assertThatThrownBy(() -> container.exec("true")).hasMessage("spawn: EAGAIN");
      group.write("pids.max", "3");
      assertThat(container.exec("true").exitCode()).isZero();

      assertThat(Files.readString(Path.of("/proc/" + shim + "/task/" + shim + "/children")))
          .isEqualTo(first + " ");
      container.shim().signal(9);
      container.exit();
    }
  }

  private PlanBuilder shared(Holder holder) throws IOException {
    return box.shared(box.calls.open(Path.of("/proc/" + holder.pid() + "/ns/pid"), 0, 0));
  }
}
