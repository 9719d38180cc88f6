package io.gantry.image.layer;

import io.gantry.image.error.ImageException;

/**
 * A tar name cut into parent and last part, relative to the layer's root.
 *
 * @param parent {@code a/b}, or empty for the root
 * @param last one component, or empty when the name is the root itself
 */
public record EntryPath(String parent, String last) {

  /** What the kernel takes as one path, in bytes (path_resolution(7)). */
  private static final int MAX_LENGTH = 4095;

  /**
   * Directories above each other. Trees of software stay below 50; every level costs an inode and
   * the kernel a step, so that a short entry could ask for two thousand of each.
   */
  private static final int MAX_PARTS = 256;

  /** Leading slashes, single dots and double slashes mean nothing; {@code ..} is refused. */
  public static EntryPath of(String name) throws ImageException {
    return of(name, name, "its name");
  }

  /** The target of a hard link; a leading slash counts from the layer's root. */
  public static EntryPath ofLink(TarEntry entry) throws ImageException {
    return of(entry.linkName(), entry.name(), "its target " + entry.linkName());
  }

  private static EntryPath of(String name, String entry, String what) throws ImageException {
    String path = isPlain(name) ? name : normalised(name, entry, what);
    if (bytes(path) > MAX_LENGTH) {
      throw new ImageException.Refused(
          "tar entry " + entry,
          what + " is too long: over " + MAX_LENGTH + " bytes",
          "do not trust this image");
    }
    requireShallow(path, entry, what);
    int slash = path.lastIndexOf('/');
    return new EntryPath(slash < 0 ? "" : path.substring(0, slash), path.substring(slash + 1));
  }

  /** Of any path that the kernel will have to walk, also that of a symbolic link. */
  public static void requireShallow(String path, String entry, String what) throws ImageException {
    if (path.chars().filter(c -> c == '/').count() >= MAX_PARTS) {
      throw new ImageException.Refused(
          "tar entry " + entry,
          what + " is too deep: over " + MAX_PARTS + " directories",
          "do not trust this image");
    }
  }

  /** As the kernel gets it: characters that stand for a byte which is no UTF-8 are that byte. */
  private static int bytes(String path) {
    int bytes = 0;
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      boolean half = Character.isHighSurrogate(c) && i + 1 < path.length();
      boolean pair = half && Character.isLowSurrogate(path.charAt(i + 1));
      i += pair ? 1 : 0;
      bytes += pair ? 4 : c < 0x80 || Character.isSurrogate(c) ? 1 : c < 0x800 ? 2 : 3;
    }
    return bytes;
  }

  private static boolean isPlain(String name) {
    char before = '/';
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (before == '/' && (c == '/' || c == '.')) {
        return false;
      }
      before = c;
    }
    return before != '/';
  }

  private static String normalised(String name, String entry, String what) throws ImageException {
    StringBuilder path = new StringBuilder(name.length());
    int start = 0;
    while (start <= name.length()) {
      int slash = name.indexOf('/', start);
      int end = slash < 0 ? name.length() : slash;
      String part = name.substring(start, end);
      if (part.equals("..")) {
        throw new ImageException.Refused(
            "tar entry " + entry,
            what + " climbs with .. and could leave the layer",
            "do not trust this image");
      }
      if (!part.isEmpty() && !part.equals(".")) {
        path.append(path.isEmpty() ? "" : "/").append(part);
      }
      start = end + 1;
    }
    return path.toString();
  }

  public boolean isRoot() {
    return last.isEmpty();
  }

  public String full() {
    return parent.isEmpty() ? last : parent + "/" + last;
  }
}
