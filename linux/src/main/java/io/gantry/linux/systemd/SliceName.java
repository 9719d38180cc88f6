package io.gantry.linux.systemd;

import java.util.regex.Pattern;

/**
 * The name of a slice unit, such as {@code kubepods-burstable.slice}: each dash leads one level
 * down (systemd.slice(5)).
 *
 * @param name without a directory
 */
public record SliceName(String name) {

  private static final String SUFFIX = ".slice";

  /** systemd.unit(5): a unit's name with its suffix. */
  private static final int LONGEST = 255;

  private static final Pattern PARTS =
      Pattern.compile("[A-Za-z0-9:_.\\\\]+(-[A-Za-z0-9:_.\\\\]+)*");

  /** Refuses what systemd would not take. */
  public SliceName {
    if (!isSlice(name) || name.length() > LONGEST) {
      throw new IllegalArgumentException(
          name + " is not a name of at most " + LONGEST + " characters that ends with .slice");
    }
    if (!PARTS.matcher(name.substring(0, name.length() - SUFFIX.length())).matches()) {
      throw new IllegalArgumentException(
          name
              + " is not words of letters, digits, colons, dots and underscores with one dash each");
    }
  }

  /** Whether a cgroup parent means a slice, be it a name or a path that ends with one. */
  public static boolean isSlice(String parent) {
    return parent.endsWith(SUFFIX);
  }

  /**
   * The slice of a name, or of the path that it stands for, with or without a leading slash: what
   * kubelet and other clients send as cgroup parent.
   *
   * @throws IllegalArgumentException saying what is wrong
   */
  public static SliceName parse(String parent) {
    SliceName slice = new SliceName(parent.substring(parent.lastIndexOf('/') + 1));
    String path = slice.path();
    if (parent.contains("/") && !parent.equals(path) && !parent.equals(path.substring(1))) {
      throw new IllegalArgumentException(slice.name + " lies at " + path + " and not at " + parent);
    }
    return slice;
  }

  /**
   * The slice that stands for a path of plain directories, by the rule of kubelet: {@code
   * /node/pods-1} is {@code node-pods_1.slice}.
   */
  public static SliceName standingFor(String path) {
    return new SliceName(path.substring(1).replace('-', '_').replace('/', '-') + SUFFIX);
  }

  /** Where its group is within the hierarchy: {@code /a.slice/a-b.slice}. */
  public String path() {
    StringBuilder path = new StringBuilder();
    for (int dash = name.indexOf('-'); dash >= 0; dash = name.indexOf('-', dash + 1)) {
      path.append('/').append(name, 0, dash).append(SUFFIX);
    }
    return path.append('/').append(name).toString();
  }
}
