package io.gantry.shim;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.Fd;
import io.gantry.linux.MountFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What is open at 0-2 of a process that nobody talks to: nothing of the machine's. */
@ParameterizedClass
@EnumSource(Binary.class)
class StreamsIT {

  private static final Path HOST_NULL = Path.of("/dev/null");

  private final Box box;

  StreamsIT(Binary binary) throws IOException {
    box = new Box(binary);
  }

  @AfterEach
  void close() throws IOException {
    box.close();
  }

  private static long deviceOf(Path path) throws IOException {
    return (Long) Files.getAttribute(path, "unix:dev");
  }

  private static int pid(Box.Container container) throws IOException {
    return container.started().pid();
  }

  @Test
  void standardInputOfAContainerIsItsOwnDevice() throws IOException {
    Path process = Path.of("/proc/" + pid(box.sh("sleep 1000")));

    assertThat(process.resolve("fd/0").toRealPath()).hasToString("/dev/null");
    assertThat(deviceOf(process.resolve("fd/0")))
        .isEqualTo(deviceOf(process.resolve("root/dev/null")))
        .isNotEqualTo(deviceOf(HOST_NULL));
  }

  @Test
  void standardInputOfAnExecIsTheContainersDevice() throws IOException {
    Box.Container container = box.sh("sleep 1000");
    container.started();

    assertThat(Box.text(container.exec("stat", "-L", "-c", "%d", "/proc/self/fd/0").stdout()))
        .isEqualTo(Box.text(container.exec("stat", "-c", "%d", "/dev/null").stdout()))
        .isNotEqualTo(deviceOf(HOST_NULL) + "\n");
  }

  @Test
  void changingItFromInsideLeavesTheMachinesAlone() throws IOException {
    Set<PosixFilePermission> before = Files.getPosixFilePermissions(HOST_NULL);
    Box.Container container = box.sh("chmod 646 /proc/self/fd/0; sleep 1000");
    container.started();
    try {
      assertThat(container.exec("chmod", "646", "/proc/self/fd/0").exitCode()).isZero();

      assertThat(Files.getPosixFilePermissions(HOST_NULL)).isEqualTo(before);
      assertThat(Files.getPosixFilePermissions(Path.of("/proc/" + pid(container) + "/fd/0")))
          .isEqualTo(PosixFilePermissions.fromString("rw-r--rw-"));
    } finally {
      Files.setPosixFilePermissions(HOST_NULL, before);
    }
  }

  @Test
  void aRootWithoutTheDeviceGivesAnEmptyPipe() throws IOException {
    Box.Container reader = box.start(bare("cat; echo over"));
    Box.Container container = box.start(bare("sleep 1000"));

    assertThat(reader.exit().code()).isZero();
    assertThat(reader.logged()).containsExactly("stdout F over");
    assertThat(input(container)).startsWith("pipe:");
    assertThat(Box.text(container.exec("readlink", "/proc/self/fd/0").stdout()))
        .startsWith("pipe:");
  }

  @Test
  void whatOnlyStandsInTheDevicesPlaceIsNotOpened() throws IOException {
    Path trap = Files.writeString(box.rootfs.resolve("dev/null"), "trap");
    assertThat(input(box.start(bare("sleep 1000")))).startsWith("pipe:");

    Files.delete(trap);
    Files.createSymbolicLink(trap, Path.of("/proc/1/root/dev/null"));
    assertThat(input(box.start(bare("sleep 1000")))).startsWith("pipe:");
  }

  private PlanBuilder bare(String script) throws IOException {
    Fd root = box.calls.openTree(Fd.CWD, box.rootfs.toString(), MountFlags.OPEN_TREE_CLONE);
    return box.bare(root)
        .mount(new NewMount("proc", "proc", 0xe, List.of(), "/proc"))
        .pivot()
        .exec(List.of("sh", "-c", script), Box.ENVIRONMENT);
  }

  private static String input(Box.Container container) throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/" + pid(container) + "/fd/0")).toString();
  }

  @Test
  void aHolderHoldsNoDescriptor() throws IOException {
    Holder holder = box.launcher.hold("pod", Holder.plan(Map.of(), List.of()).build());
    try {
      assertThat(Path.of("/proc/" + holder.pid() + "/fd")).isEmptyDirectory();
    } finally {
      holder.kill(box.calls);
    }
  }
}
