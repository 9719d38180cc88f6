package io.gantry.linux;

import java.nio.file.Path;

/** The kernel this program runs on. The first use costs 120 ms or more: touch it while starting. */
public final class Linux {

  private static final JnaSyscalls SYSCALLS = warmedUp();

  private static final BpfCalls BPF = new JnaBpf();

  private Linux() {}

  /** The machine's system calls; safe for use by every thread. */
  public static Syscalls syscalls() {
    return SYSCALLS;
  }

  /** The machine's bpf(2); safe for use by every thread. */
  public static BpfCalls bpf() {
    return BPF;
  }

  static NamespaceCalls namespaceCalls() {
    return SYSCALLS;
  }

  /**
   * Loads what a failing call needs: a thread in another mount namespace cannot open the jars any
   * more, and would die of a missing class instead of reporting its error.
   */
  private static JnaSyscalls warmedUp() {
    JnaSyscalls calls = new JnaSyscalls();
    try (Fd root = calls.open(Path.of("/"), FileFlags.O_PATH, 0)) {
      calls.openat(root, "no/such/file", 0, 0).close();
    } catch (SyscallException expected) {
      if (!expected.is(Errno.ENOENT)) {
        throw new IllegalStateException("the root directory cannot be opened", expected);
      }
    }
    return calls;
  }
}
