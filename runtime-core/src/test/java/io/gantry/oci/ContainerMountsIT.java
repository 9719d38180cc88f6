package io.gantry.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.container.MountSpec;
import io.gantry.container.MountSpec.Propagation;
import io.gantry.error.InvalidException;
import io.gantry.linux.Linux;
import io.gantry.linux.MountFlags;
import io.gantry.linux.Syscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What passes between mounts of the machine and of a container, and what does not. */
class ContainerMountsIT {

  private final Syscalls syscalls = Linux.syscalls();
  private final SeccompFilters filters = new SeccompFilters();
  private final Requests request = new Requests();
  private final Deque<Path> mounted = new ArrayDeque<>();
  private Path volume = Path.of("/nowhere");

  @BeforeEach
  void makeVolume() throws IOException {
    volume = Files.createTempDirectory("gantry-volume");
    tmpfs(volume);
    Files.createDirectory(volume.resolve("below"));
  }

  @AfterEach
  void removeVolume() throws IOException {
    for (Path mount : mounted) {
      syscalls.umount2(mount.toString(), MountFlags.MNT_DETACH);
    }
    Files.delete(volume);
  }

  private void tmpfs(Path target) throws IOException {
    syscalls.mount("gantry-test", target.toString(), "tmpfs", 0, "size=64k");
    mounted.addFirst(target);
  }

  private void share() throws IOException {
    syscalls.mount("", volume.toString(), null, MountFlags.MS_SHARED, null);
  }

  private LiveContainer start(boolean readOnly, boolean recursive, Propagation propagation)
      throws IOException {
    request.mounts =
        List.of(
            new MountSpec("/volume", volume.toString(), readOnly, recursive, propagation, false));
    return LiveContainer.start(request, filters);
  }

  @Test
  void privateMountsSeeNothingNew() throws IOException {
    share();
    try (LiveContainer container = start(false, false, Propagation.PRIVATE)) {
      tmpfs(volume.resolve("below"));
      Files.createFile(volume.resolve("below/new"));
      assertThat(container.sh("ls /volume/below")).isEmpty();
    }
  }

  @Test
  void newMountsOfTheMachineReachTheContainer() throws IOException {
    share();
    try (LiveContainer container = start(false, false, Propagation.HOST_TO_CONTAINER)) {
      tmpfs(volume.resolve("below"));
      Files.createFile(volume.resolve("below/new"));
      assertThat(container.sh("ls /volume/below")).isEqualTo("new");
    }
  }

  @Test
  void newMountsOfTheContainerReachTheMachine() throws IOException {
    share();
    request.privileged = true;
    try (LiveContainer container = start(false, false, Propagation.BIDIRECTIONAL)) {
      String made = "mount -t tmpfs made /volume/below && touch /volume/below/inside && echo ok";
      assertThat(container.sh(made)).isEqualTo("ok");
      assertThat(volume.resolve("below/inside")).exists();
      mounted.addFirst(volume.resolve("below"));
    }
  }

  @Test
  void eventsNeedASharedMount() throws IOException {
    syscalls.mount("", volume.toString(), null, MountFlags.MS_PRIVATE, null);
    for (Propagation each : List.of(Propagation.HOST_TO_CONTAINER, Propagation.BIDIRECTIONAL)) {
      assertThatThrownBy(() -> start(false, false, each))
          .isInstanceOf(InvalidException.class)
          .hasMessageContaining(volume.toString());
    }
  }

  @Test
  void readOnlyIsTheTopUnlessAllOfItIsAskedFor() throws IOException {
    tmpfs(volume.resolve("below"));
    try (LiveContainer container = start(true, false, Propagation.PRIVATE)) {
      assertThat(container.sh("touch /volume/x")).contains("Read-only file system");
      assertThat(container.sh("touch /volume/below/x && echo ok")).isEqualTo("ok");
    }
    try (LiveContainer container = start(true, true, Propagation.PRIVATE)) {
      assertThat(container.sh("touch /volume/below/y")).contains("Read-only file system");
    }
  }

  @Test
  void nothingAppearsInTheMachinesMountTable() throws IOException {
    long before = mounts();
    try (LiveContainer container = start(false, false, Propagation.PRIVATE)) {
      assertThat(container.sh("echo ok")).isEqualTo("ok");
      assertThat(mounts()).isEqualTo(before);
    }
  }

  private static long mounts() throws IOException {
    return Files.readString(Path.of("/proc/self/mounts"))
        .lines()
        .filter(line -> line.contains("gantry-policy") || line.contains("gantry-volume"))
        .count();
  }
}
