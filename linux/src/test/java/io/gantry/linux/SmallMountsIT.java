package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmallMountsIT {

  private final Syscalls linux = Linux.syscalls();

  @TempDir Path temp;

  @AfterEach
  void leaveNothing() throws Exception {
    SmallMounts.release(mounts());
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
  void aLaterDaemonEntersTheKeptNamespaceAgain() throws Exception {
    String made = pinByADaemon();
    String found = pinSeenByALaterDaemon();
    assertThat(found).isEqualTo(made);
    SmallMounts.release(mounts());
    assertThat(mounts()).doesNotExist();
  }

  /** As a service manager starts a daemon again whose unit has, say, a private /tmp. */
  @Test
  void aLaterDaemonMayBeInAnotherMountNamespace() throws Exception {
    String made = inMountNamespaceOfItsOwn(this::pinByADaemon);
    String found = inMountNamespaceOfItsOwn(this::pinSeenByALaterDaemon);
    assertThat(found).isEqualTo(made);
  }

  @Test
  void aKeeperThatSomebodyKilledIsReplacedAtTheNextUse() throws Exception {
    String made;
    try (SmallMounts first = kept()) {
      made = first.call("test-pin", thread -> pinNet(thread, temp.resolve("net")));
      int killed = keeper();
      kill(killed);
      first.call("test-use", thread -> true);
      assertThat(keeper()).isNotEqualTo(killed);
    }
    assertThat(pinSeenByALaterDaemon()).isEqualTo(made);
  }

  @Test
  void aKeeperThatEndedWithoutADaemonIsForgotten() throws Exception {
    pinByADaemon();
    try (SmallMounts first = kept();
        Fd held = first.openPin(temp.resolve("net"))) {
      // Held, because the kernel gives the number of a namespace that is gone to the next one.
      long made = linux.statx(held, "").inode();
      kill(keeper());
      Files.delete(temp.resolve("net"));
      assertThat(pinByADaemon()).isNotEqualTo("net:[" + made + "]");
    }
  }

  @Test
  void aDaemonThatPinnedNothingLeavesNoKeeper() throws Exception {
    kept().close();
    assertThat(mounts()).isEmptyDirectory();
  }

  @Test
  void aKeeperThatCannotBeWrittenDownIsNotLeftBehind() throws Exception {
    Path obstacle = Files.createDirectories(mounts().resolve("keeper.new"));
    List<Integer> started = new ArrayList<>();
    KeeperProgram noted =
        leave -> {
          started.add(startKeeper(leave));
          return started.getLast();
        };
    try (SmallMounts first = SmallMounts.kept(mounts(), List.of(temp), noted)) {
      assertThatExceptionOfType(FileSystemException.class)
          .isThrownBy(() -> first.call("test-use", thread -> true));
    }
    assertThat(started)
        .singleElement()
        .satisfies(pid -> assertThat(ProcessHandle.of(pid)).isEmpty());
    Files.delete(obstacle);
  }

  @Test
  void aRecordThatNamesNoProcessIsNotGuessedAt() throws Exception {
    Files.createDirectories(mounts());
    Files.writeString(mounts().resolve("keeper"), "1\n");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> kept().close())
        .withMessageContaining("does not name a process");
    Files.delete(mounts().resolve("keeper"));
  }

  private String pinByADaemon() throws IOException {
    try (SmallMounts first = kept()) {
      return first.call("test-pin", thread -> pinNet(thread, temp.resolve("net")));
    }
  }

  private String pinSeenByALaterDaemon() throws IOException {
    try (SmallMounts second = kept();
        Fd net = second.openPin(temp.resolve("net"))) {
      return "net:[" + linux.statx(net, "").inode() + "]";
    }
  }

  private static <T> T inMountNamespaceOfItsOwn(Callable<T> work) throws IOException {
    return NamespaceThread.call(
        "test-elsewhere",
        thread -> {
          thread.unshare(Namespace.MNT);
          try {
            return work.call();
          } catch (IOException | RuntimeException failure) {
            throw failure;
          } catch (Exception failure) {
            throw new IllegalStateException(failure);
          }
        });
  }

  private Path mounts() {
    return temp.resolve("mounts");
  }

  private SmallMounts kept() throws IOException {
    return SmallMounts.kept(mounts(), List.of(temp), this::startKeeper);
  }

  private void kill(int pid) throws IOException {
    try (Fd process = linux.pidfdOpen(pid)) {
      linux.pidfdSendSignal(process, 9);
      assertThat(linux.pollIn(process, 10_000)).isTrue();
    }
  }

  private int startKeeper(Fd leave) throws IOException {
    try (Fd none = linux.open(Path.of("/dev/null"), FileFlags.O_RDWR, 0)) {
      return linux.spawn(
          new SpawnRequest(
              Path.of("/bin/sh"),
              List.of("sh", "-c", "[ $(head -c 1 <&3 | wc -c) = 1 ] && exec sleep 600 3<&-"),
              List.of("PATH=/usr/bin:/bin"),
              List.of(none, none, none, leave)));
    }
  }

  private int keeper() throws IOException {
    return Integer.parseInt(Files.readString(mounts().resolve("keeper")).split(" ", 2)[0]);
  }

  private String pinNet(NamespaceView thread, Path pin) throws IOException {
    thread.unshare(Namespace.NET);
    SmallMounts.pin(thread, Namespace.NET, pin);
    return linux.readlinkat(Fd.CWD, thread.currentPath(Namespace.NET).toString());
  }

  private static List<MountEntry> hostMounts() throws IOException {
    return MountEntry.read(Path.of("/proc/self/mountinfo"));
  }
}
