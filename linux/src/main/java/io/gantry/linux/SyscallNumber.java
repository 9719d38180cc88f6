package io.gantry.linux;

/**
 * Numbers of calls that glibc 2.34 does not wrap. All are newer than the unification of 2019, so
 * they are the same on every 64-bit machine but Alpha.
 */
final class SyscallNumber {

  static final long PIDFD_SEND_SIGNAL = 424;
  static final long OPEN_TREE = 428;
  static final long MOVE_MOUNT = 429;
  static final long FSOPEN = 430;
  static final long FSCONFIG = 431;
  static final long FSMOUNT = 432;
  static final long PIDFD_OPEN = 434;
  static final long OPENAT2 = 437;
  static final long MOUNT_SETATTR = 442;
  static final long FCHMODAT2 = 452;

  /** pivot_root(2) is older and differs: x86-64 155, the generic table 41. */
  static final long PIVOT_ROOT = OpenFlags.GENERIC ? 41 : 155;

  /** So does bpf(2): x86-64 321, the generic table 280. */
  static final long BPF = OpenFlags.GENERIC ? 280 : 321;

  private SyscallNumber() {}
}
