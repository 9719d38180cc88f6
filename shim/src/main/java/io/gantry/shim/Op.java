package io.gantry.shim;

import java.util.Locale;

/**
 * The operations of the plan format with their numbers on the wire (shim/README.md). Numbers below
 * 32 are carried out by the shim before it clones, the others by the new process in plan order.
 */
enum Op {
  CLONE(1),
  ENTER(2),
  CGROUP(3),
  TASKS(4),
  KILL_FILE(5),
  KILL_TASKS(6),
  STDIO(7),
  SHIM_CGROUP(8),
  PIDS_MAX(9),
  USER(10),
  LOG_ROTATION(11),
  EVENTS(12),
  WRITE_FD(32),
  SETNS(33),
  UNSHARE(34),
  ROOT_PROPAGATION(35),
  ATTACH_ROOT(36),
  MOUNT(37),
  ATTACH(38),
  MKDIR(39),
  SYMLINK(40),
  MKNOD(41),
  MASK(42),
  READ_ONLY(43),
  PIVOT(44),
  SYSCTL(45),
  HOSTNAME(46),
  DOMAINNAME(47),
  RLIMIT(48),
  OOM_SCORE_ADJ(49),
  UMASK(50),
  CHDIR(51),
  KEYRING(52),
  SETSID(53),
  TTY(54),
  SETGROUPS(55),
  SETGID(56),
  SETUID(57),
  CAPABILITIES(58),
  NO_NEW_PRIVILEGES(59),
  SECCOMP(60),
  CLOSE_FDS(61),
  EXEC(62),
  HOLD(63),
  EMPTY_ROOT(64),
  APPARMOR(65),
  HOOK(66);

  private static final int FIRST_OF_THE_CHILD = 32;

  private final int number;

  Op(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  boolean isOfTheParent() {
    return number < FIRST_OF_THE_CHILD;
  }

  /** The name in listings and failures. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
