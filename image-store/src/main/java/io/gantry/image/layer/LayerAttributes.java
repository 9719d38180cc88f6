package io.gantry.image.layer;

import io.gantry.image.error.ImageException;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.SyscallException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The extended attributes of unpacked files, told apart: the image's own, and those by which
 * overlayfs and the machine keep their books. Shared by nobody.
 */
final class LayerAttributes {

  /** Labels of this machine's policies, which mean nothing on another. */
  private static final Set<String> OF_THE_MACHINE =
      Set.of("security.selinux", "security.ima", "security.evm");

  private static final List<String> OVERLAY = List.of("trusted.overlay.", "user.overlay.");

  private final FileCalls files;
  private final String overlay;

  LayerAttributes(FileCalls files, Privileges privileges) {
    this.files = files;
    this.overlay = privileges.overlay();
  }

  /**
   * What was found on one file.
   *
   * @param opaque whether a directory hides what layers below have at its place
   */
  record Found(Map<String, byte[]> xattrs, boolean opaque) {}

  /**
   * @param subject the file's name, for messages
   */
  Found of(Fd directory, String name, String subject) throws ImageException, SyscallException {
    Map<String, byte[]> xattrs = new TreeMap<>();
    boolean opaque = false;
    for (String key : keys(directory, name)) {
      if (key.equals(overlay + "opaque")) {
        opaque = true;
      } else if (key.equals(overlay + "redirect") || key.equals(overlay + "metacopy")) {
        throw new ImageException.Unsupported(
            "file " + subject,
            "it has the attribute " + key + ": its name or content is in a layer below",
            "mount overlays with redirect_dir=off and metacopy=off");
      } else if (!OF_THE_MACHINE.contains(key) && OVERLAY.stream().noneMatch(key::startsWith)) {
        xattrs.put(key, files.getxattr(directory, name, key));
      }
    }
    return new Found(xattrs, opaque);
  }

  private List<String> keys(Fd directory, String name) throws SyscallException {
    try {
      return files.listxattr(directory, name);
    } catch (SyscallException e) {
      if (e.is(Errno.EOPNOTSUPP)) {
        return List.of();
      }
      throw e;
    }
  }
}
