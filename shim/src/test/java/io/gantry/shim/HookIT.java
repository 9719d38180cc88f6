package io.gantry.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.Fd;
import io.gantry.linux.MountFlags;
import io.gantry.linux.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Programs that are run beside a container's start. */
@ParameterizedClass
@EnumSource(Binary.class)
class HookIT {

  private static final String STATE = "{\"id\":\"box\",\"pid\":";

  private final Box box;

  HookIT(Binary binary) throws IOException {
    box = new Box(binary);
  }

  @AfterEach
  void close() throws IOException {
    box.close();
  }

  private Path script(Path directory, String text) throws IOException {
    Path file = directory.resolve("hook");
    Files.writeString(file, "#!/bin/sh\n" + text + "\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static HookStep hook(boolean byShim, Path path, Duration timeout) {
    return new HookStep(
        byShim,
        path.toString(),
        List.of("hook", "one word"),
        List.of("PATH=/bin:/usr/bin", "PLACE=" + path.getParent()),
        timeout,
        STATE);
  }

  private static HookStep hook(boolean byShim, Path path) {
    return hook(byShim, path, Box.SOON);
  }

  @Test
  void theShimRunsOneWhileTheProcessWaits() throws IOException {
    Path said = box.directory.resolve("said");
    Path file =
        script(
            box.directory,
            "state=$(cat); echo $state \"$1\" $(readlink /proc/self/ns/mnt) > $PLACE/said;"
                + " pid=${state#*pid\\\":}; readlink /proc/${pid%\\}}/ns/uts >> $PLACE/said");
    Box.Container container =
        box.start(
            box.plan()
                .hook(hook(true, file))
                .pivot()
                .chdir("/")
                .exec(List.of("sh", "-c", "readlink /proc/self/ns/uts"), Box.ENVIRONMENT));
    int pid = container.started().pid();
    container.exit();

    assertThat(Files.readAllLines(said))
        .first()
        .isEqualTo(
            "{\"id\":\"box\",\"pid\":%d} one word %s"
                .formatted(pid, Files.readSymbolicLink(Path.of("/proc/self/ns/mnt"))));
    assertThat(container.logged()).containsExactly("stdout F " + Files.readAllLines(said).get(1));
  }

  @Test
  void theProcessRunsOneWhereItIs() throws IOException {
    Path place = Files.createDirectory(box.directory.resolve("place"));
    Path file =
        script(
            box.directory,
            "cat > $PLACE/rootfs/tmp/before; ls $PLACE/place/bin >> $PLACE/rootfs/tmp/before");
    Path inside =
        script(
            box.rootfs.resolve("tmp"),
            "cat > /tmp/after; id -u >> /tmp/after; umask >> /tmp/after; pwd >> /tmp/after");
    Fd root = box.calls.openTree(Fd.CWD, box.rootfs.toString(), MountFlags.OPEN_TREE_CLONE);
    Box.Container container =
        box.start(
            Plan.builder()
                .cloneInto(Set.of(Namespace.MNT, Namespace.PID, Namespace.UTS))
                .rootPropagation(MountFlags.MS_SLAVE)
                .attachRoot(root, place.toString())
                .hook(hook(false, file))
                .pivot()
                .setgid(7)
                .setuid(0)
                .hook(hook(false, Path.of("/tmp").resolve(inside.getFileName())))
                .chdir("/")
                .exec(List.of("sh", "-c", "echo up"), Box.ENVIRONMENT));

    assertThat(container.exit().code()).isZero();
    assertThat(Files.readString(box.rootfs.resolve("tmp/before")))
        .startsWith("{\"id\":\"box\",\"pid\":1}")
        .contains("busybox");
    assertThat(Files.readString(box.rootfs.resolve("tmp/after")))
        .isEqualTo("{\"id\":\"box\",\"pid\":1}0\n0022\n/\n");
    try (var left = Files.list(place)) {
      assertThat(left).isEmpty();
    }
  }

  private void refused(HookStep hook, String expected) throws IOException {
    Box.Container container =
        box.start(box.plan().hook(hook).pivot().exec(List.of("/bin/true"), Box.ENVIRONMENT));
    assertThatThrownBy(container::started).isInstanceOf(ShimFailure.class).hasMessage(expected);
  }

  @Test
  void oneThatFailsFailsTheStartWithItsWords() throws IOException {
    Path file = script(box.directory, "echo no such card >&2; exit 3");
    String expected = "hook " + file + ": ECANCELED (exit 3: no such card)";
    refused(hook(true, file), expected);
    refused(hook(false, file), expected);
  }

  @Test
  void oneThatIsMissingIsNamed() throws IOException {
    Path missing = box.directory.resolve("missing");
    refused(
        hook(true, missing),
        "hook " + missing + ": ECANCELED (exit 127: No such file or directory)");
  }

  @Test
  void oneThatHangsIsKilledWithItsChildren() throws IOException {
    Path file = script(box.directory, "sleep 1000 & echo $! > $PLACE/child; wait");
    refused(
        hook(true, file, Duration.ofMillis(300)),
        "hook " + file + ": ETIMEDOUT (not done after 300 ms)");
    Path child = Path.of("/proc", Files.readString(box.directory.resolve("child")).strip());
    long end = System.nanoTime() + Box.SOON.toNanos();
    while (Files.exists(child.resolve("exe"))) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  @Test
  void oneMaySayALotAndLeaveSomebodyBehind() throws IOException {
    Path file = script(box.directory, "(sleep 2) & head -c 200000 /dev/zero | tr '\\0' x");
    Box.Container container =
        box.start(box.plan().hook(hook(true, file)).pivot().exec(List.of("true"), Box.ENVIRONMENT));
    assertThat(container.exit().code()).isZero();
  }
}
