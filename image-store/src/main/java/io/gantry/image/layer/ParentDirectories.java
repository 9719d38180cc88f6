package io.gantry.image.layer;

import io.gantry.image.error.ImageException;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import io.gantry.linux.OpenHow;
import io.gantry.linux.SyscallException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Descriptors of the directories that entries go into: the most recent ones stay open, because
 * entries of one directory mostly come together. Every one is reached by the kernel from the
 * layer's root with {@code RESOLVE_BENEATH}, so a link can lead elsewhere in the layer but never
 * out. One thread.
 */
final class ParentDirectories implements AutoCloseable {

  private static final int OPEN_AT_ONCE = 64;
  private static final int IMPLIED_MODE = 0755;
  private static final OpenHow DIRECTORY =
      OpenHow.beneath(FileFlags.O_PATH | FileFlags.O_DIRECTORY);

  private final FileCalls files;
  private final Fd root;
  private final Whiteouts whiteouts;
  private final Set<String> implied = new LinkedHashSet<>();
  private final Map<String, Fd> open = new LinkedHashMap<>(16, 0.75f, true);

  ParentDirectories(FileCalls files, Fd root, Whiteouts whiteouts) {
    this.files = files;
    this.root = root;
    this.whiteouts = whiteouts;
  }

  /**
   * The directory, made with its parents when it is missing. The descriptor stays this object's and
   * is good until the next call.
   *
   * @param path normalised, empty for the root
   * @param entry whose parent it is, for messages
   */
  Fd make(String path, String entry) throws ImageException, SyscallException {
    Fd known = path.isEmpty() ? root : open.get(path);
    if (known != null) {
      return known;
    }
    try {
      return remember(path, files.openat2(root, path, DIRECTORY));
    } catch (SyscallException e) {
      boolean missing = e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR);
      if (!missing) {
        throw explained(e, entry);
      }
    }
    return makeMissing(path, entry);
  }

  /** The directory if it is there; a missing one is ENOENT. */
  Fd existing(String path, String entry) throws ImageException, SyscallException {
    Fd known = path.isEmpty() ? root : open.get(path);
    if (known != null) {
      return known;
    }
    try {
      return remember(path, files.openat2(root, path, DIRECTORY));
    } catch (SyscallException e) {
      throw explained(e, entry);
    }
  }

  private Fd makeMissing(String path, String entry) throws ImageException, SyscallException {
    int slash = path.lastIndexOf('/');
    String name = path.substring(slash + 1);
    Fd parent = make(slash < 0 ? "" : path.substring(0, slash), entry);
    try {
      files.mkdirat(parent, name, IMPLIED_MODE);
      files.fchmodat(parent, name, IMPLIED_MODE);
      implied.add(path);
    } catch (SyscallException e) {
      if (!e.is(Errno.EEXIST)) {
        throw e;
      }
      if (!whiteouts.isWhiteout(files.statx(parent, name))) {
        throw new ImageException.Refused(
            "tar entry " + entry,
            "its parent " + path + " is no directory of this layer",
            "do not trust this image");
      }
      whiteouts.replaceByDirectory(parent, name, IMPLIED_MODE);
      implied.add(path);
    }
    return remember(path, files.openat2(root, path, DIRECTORY));
  }

  private Fd remember(String path, Fd fd) {
    open.put(path, fd);
    if (open.size() > OPEN_AT_ONCE) {
      var eldest = open.entrySet().iterator();
      Fd oldest = eldest.next().getValue();
      eldest.remove();
      oldest.close();
    }
    return fd;
  }

  /** A link out of the layer is the image's fault and told so; anything else is the disk's. */
  private static SyscallException explained(SyscallException e, String entry)
      throws ImageException {
    if (e.is(Errno.EXDEV) || e.is(Errno.ELOOP)) {
      throw new ImageException.Refused(
          "tar entry " + entry,
          "its parent leads out of the layer through a link",
          "do not trust this image");
    }
    return e;
  }

  /** The directory got an entry of its own after all. */
  void named(String path) {
    implied.remove(path);
  }

  Set<String> implied() {
    return implied;
  }

  /** Forgets all descriptors: a directory was replaced, and which paths led there is not known. */
  void forget() {
    open.values().forEach(Fd::close);
    open.clear();
  }

  @Override
  public void close() {
    forget();
  }
}
