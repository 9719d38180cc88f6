package io.gantry.linux;

/**
 * Turns the flags of {@link FileFlags}, which are x86-64's, into the machine's. Arm64 gives {@code
 * O_DIRECTORY} and {@code O_NOFOLLOW} other bits; all else that Gantry uses is the same.
 */
final class OpenFlags {

  /** Whether this machine is of the kind that differs. */
  static final boolean GENERIC = "aarch64".equals(System.getProperty("os.arch"));

  private static final int ARM_DIRECTORY = 0x4000;
  private static final int ARM_NOFOLLOW = 0x8000;

  private OpenFlags() {}

  /** The machine's bits, with {@code O_CLOEXEC}. */
  static int forThisMachine(int flags) {
    return (GENERIC ? forArm(flags) : flags) | FileFlags.O_CLOEXEC;
  }

  static int forArm(int flags) {
    int rest = flags & ~(FileFlags.O_DIRECTORY | FileFlags.O_NOFOLLOW);
    int directory = (flags & FileFlags.O_DIRECTORY) == 0 ? 0 : ARM_DIRECTORY;
    int nofollow = (flags & FileFlags.O_NOFOLLOW) == 0 ? 0 : ARM_NOFOLLOW;
    return rest | directory | nofollow;
  }
}
