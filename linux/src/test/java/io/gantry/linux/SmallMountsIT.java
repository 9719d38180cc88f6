package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmallMountsIT {

  private final Syscalls linux = Linux.syscalls();

  @TempDir Path temp;

  @AfterEach
  void leaveNothing() throws Exception {
    SmallMounts.removePin(temp.resolve("mounts"));
    assertThat(hostMounts()).noneMatch(mount -> mount.mountPoint().startsWith(temp));
  }

  @Test
  void onlyMountsOnTheWayToWhatIsKeptRemain() throws Exception {
    try (SmallMounts small = SmallMounts.create(List.of(temp))) {
      List<MountEntry> mounts = small.mounts();
      assertThat(mounts).hasSizeLessThan(hostMounts().size());
      assertThat(mounts)
          .extracting(mount -> mount.mountPoint().toString())
          .contains("/", "/proc", "/sys", "/dev")
          .doesNotContain("/dev/pts", "/sys/fs/cgroup");
      assertThat(mounts).noneMatch(MountEntry::isShared);
    }
  }

  @Test
  void theSameFilesAreSeenOnBothSides() throws Exception {
    try (SmallMounts small = SmallMounts.create(List.of(temp))) {
      small.call("test-write", thread -> Files.writeString(temp.resolve("f"), "inside"));
      assertThat(temp.resolve("f")).hasContent("inside");
    }
  }

  @Test
  void aPinnedNamespaceOutlivesItsThreadAndIsOpenedFromAnyThread() throws Exception {
    Path pin = temp.resolve("net");
    try (SmallMounts small = SmallMounts.create(List.of(temp))) {
      String made = small.call("test-pin", thread -> pinNet(thread, pin));
      try (Fd net = small.openPin(pin)) {
        assertThat("net:[" + linux.statx(net, "").inode() + "]").isEqualTo(made);
      }
      assertThat(hostMounts()).noneMatch(mount -> mount.mountPoint().equals(pin));
    }
  }

  @Test
  void removingThePinOnTheHostDropsItInTheNamespace() throws Exception {
    Path pin = temp.resolve("net");
    try (SmallMounts small = SmallMounts.create(List.of(temp))) {
      small.call("test-pin", thread -> pinNet(thread, pin));
      assertThat(small.mounts()).anyMatch(mount -> mount.mountPoint().equals(pin));
      SmallMounts.unpin(pin);
      SmallMounts.unpin(pin);
      assertThat(small.mounts()).noneMatch(mount -> mount.type().equals("nsfs"));
      assertThatExceptionOfType(SyscallException.class)
          .isThrownBy(() -> small.openPin(pin))
          .withMessageEndingWith("ENOENT");
    }
  }

  @Test
  void anEmptyFileIsNotTakenForAPin() throws Exception {
    Path file = Files.createFile(temp.resolve("net"));
    try (SmallMounts small = SmallMounts.create(List.of(temp))) {
      assertThatExceptionOfType(SyscallException.class)
          .isThrownBy(() -> small.openPin(file))
          .withMessageContaining("nothing is pinned");
    }
  }

  @Test
  void aLaterDaemonEntersThePinnedNamespaceAgain() throws Exception {
    Path pin = temp.resolve("net");
    String made;
    try (SmallMounts first = SmallMounts.pinned(temp.resolve("mounts"), List.of(temp))) {
      made = first.call("test-pin", thread -> pinNet(thread, pin));
    }
    try (SmallMounts second = SmallMounts.pinned(temp.resolve("mounts"), List.of(temp));
        Fd net = second.openPin(pin)) {
      assertThat("net:[" + linux.statx(net, "").inode() + "]").isEqualTo(made);
    }
    SmallMounts.removePin(temp.resolve("mounts"));
    assertThat(temp.resolve("mounts")).doesNotExist();
  }

  @Test
  void aHostThatSharesItsMountsGetsAPrivateOneForThePin() throws Exception {
    linux.mount("none", temp.toString(), "tmpfs", 0, null);
    try {
      linux.mount("none", temp.toString(), null, MountFlags.MS_SHARED, null);
      SmallMounts.pinned(temp.resolve("mounts"), List.of()).close();
      assertThat(hostMounts())
          .filteredOn(mount -> mount.mountPoint().startsWith(temp.resolve("mounts")))
          .hasSize(2)
          .noneMatch(MountEntry::isShared);
      SmallMounts.pinned(temp.resolve("mounts"), List.of()).close();
      SmallMounts.removePin(temp.resolve("mounts"));
      assertThat(hostMounts())
          .noneMatch(mount -> mount.mountPoint().startsWith(temp.resolve("mounts")));
    } finally {
      linux.umount2(temp.toString(), MountFlags.MNT_DETACH);
    }
  }

  private String pinNet(NamespaceView thread, Path pin) throws java.io.IOException {
    thread.unshare(Namespace.NET);
    SmallMounts.pin(thread, Namespace.NET, pin);
    return linux.readlinkat(Fd.CWD, thread.currentPath(Namespace.NET).toString());
  }

  private static List<MountEntry> hostMounts() throws java.io.IOException {
    return MountEntry.read(Path.of("/proc/self/mountinfo"));
  }
}
