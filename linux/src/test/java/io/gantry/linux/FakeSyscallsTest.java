package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fake holds the same contracts as the machine, and tells what was done to it. */
class FakeSyscallsTest {

  @TempDir Path temp;
  private FakeSyscalls fake = new FakeSyscalls(Path.of("/"));

  @BeforeEach
  void makeFake() {
    fake = new FakeSyscalls(temp);
  }

  @Nested
  class Mounts implements MountCallsContract {
    @Override
    public Syscalls linux() {
      return fake;
    }

    @Override
    public Path directory() {
      return temp;
    }
  }

  @Nested
  class Processes implements ProcessCallsContract {
    @Override
    public ProcessCalls processes() {
      return fake;
    }
  }

  @Test
  void mountsAreCountedUntilTheyAreClosedOrAttached() throws Exception {
    try (Fd tree = fake.openTree(Fd.CWD, temp.toString(), MountFlags.OPEN_TREE_CLONE)) {
      assertThat(tree.isOpen()).isTrue();
      assertThat(fake.detachedMounts()).isEqualTo(1);
    }
    assertThat(fake.detachedMounts()).isZero();
    fake.mount("none", temp.toString(), "tmpfs", 0, "size=1m");
    assertThat(fake.attachedMounts()).containsEntry(temp.toString(), "tmpfs size=1m");
  }

  @Test
  void aChosenCallFails() throws Exception {
    FaultySyscalls faulty = new FaultySyscalls(fake);
    Syscalls linux = faulty.syscalls();
    linux.memfdCreate("one").close();
    linux.memfdCreate("two").close();
    assertThat(faulty.calls()).isEqualTo(List.of("memfdCreate", "memfdCreate"));
    faulty.failCall(1, Errno.ENOSPC);
    linux.memfdCreate("one").close();
    assertThatExceptionOfType(SyscallException.class)
        .isThrownBy(() -> linux.memfdCreate("two"))
        .withMessage("memfdCreate: ENOSPC (made to fail)");
    faulty.failNext("fsopen", Errno.EPERM);
    assertThatExceptionOfType(SyscallException.class).isThrownBy(() -> linux.fsopen("tmpfs"));
    linux.fsopen("tmpfs").close();
  }
}
