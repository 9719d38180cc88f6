package io.gantry.linux;

/**
 * The {@code struct open_how} of openat2(2).
 *
 * @param flags {@code O_*}
 * @param mode permission bits of a created file, else 0
 * @param resolve {@code RESOLVE_*}
 */
public record OpenHow(int flags, int mode, long resolve) {

  /** Opens without creating, with every component held inside the directory given as root. */
  public static OpenHow inRoot(int flags) {
    return new OpenHow(flags, 0, FileFlags.RESOLVE_IN_ROOT | FileFlags.RESOLVE_NO_MAGICLINKS);
  }

  /** Opens without creating; any step out of the directory is an error rather than clamped. */
  public static OpenHow beneath(int flags) {
    return new OpenHow(flags, 0, FileFlags.RESOLVE_BENEATH | FileFlags.RESOLVE_NO_MAGICLINKS);
  }

  public OpenHow withMode(int newMode) {
    return new OpenHow(flags, newMode, resolve);
  }
}
