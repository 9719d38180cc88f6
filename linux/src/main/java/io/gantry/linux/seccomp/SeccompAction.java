package io.gantry.linux.seccomp;

/**
 * What the kernel does with a system call (seccomp(2), actions).
 *
 * @param value the errno of {@link Kind#ERRNO}, the message of {@link Kind#TRACE}, else 0
 */
public record SeccompAction(Kind kind, int value) {

  /** The kinds with the numbers of {@code linux/seccomp.h}. */
  public enum Kind {
    KILL_PROCESS(0x80000000),
    KILL_THREAD(0),
    TRAP(0x00030000),
    ERRNO(0x00050000),
    TRACE(0x7ff00000),
    LOG(0x7ffc0000),
    ALLOW(0x7fff0000);

    private final int number;

    Kind(int number) {
      this.number = number;
    }
  }

  public static final SeccompAction ALLOW = new SeccompAction(Kind.ALLOW, 0);
  public static final SeccompAction LOG = new SeccompAction(Kind.LOG, 0);
  public static final SeccompAction KILL_PROCESS = new SeccompAction(Kind.KILL_PROCESS, 0);

  private static final int LARGEST_VALUE = 0xFFFF;

  public SeccompAction {
    if (value < 0 || value > LARGEST_VALUE) {
      throw new IllegalArgumentException("value of a seccomp action out of range: " + value);
    }
  }

  /** The call fails with this errno. */
  public static SeccompAction errno(int number) {
    return new SeccompAction(Kind.ERRNO, number);
  }

  /** The {@code SECCOMP_RET_*} word. */
  int word() {
    return kind.number | value;
  }
}
