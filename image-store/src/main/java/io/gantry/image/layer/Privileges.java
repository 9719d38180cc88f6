package io.gantry.image.layer;

/**
 * What the unpacking process may do.
 *
 * @param owners whether files are given to the owners the tar names
 * @param devices whether device nodes are made, or else left out
 * @param overlay prefix of overlay's attributes: {@code trusted.overlay.}, or {@code user.overlay.}
 *     for mounts with {@code userxattr}
 */
public record Privileges(boolean owners, boolean devices, String overlay) {

  /** A daemon that is root. */
  public static final Privileges ROOT = new Privileges(true, true, "trusted.overlay.");

  /** Whoever may only make plain files. */
  public static final Privileges NONE = new Privileges(false, false, "user.overlay.");
}
