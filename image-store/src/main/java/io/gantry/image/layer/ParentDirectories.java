package io.gantry.image.layer;

import io.gantry.image.error.ImageException;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import io.gantry.linux.FileStatus;
import io.gantry.linux.OpenHow;
import io.gantry.linux.SyscallException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Descriptors of the directories that entries go into: the most recent ones stay open, because
 * entries of one directory mostly come together. Every one is reached by the kernel from the
 * layer's root with {@code RESOLVE_BENEATH}, so a link can lead elsewhere in the layer but never
 * out.
 *
 * <p>What is made in a directory changes its time. So the time is read when a directory is opened
 * and set again when it is closed: the disk itself remembers the times of all the others. One
 * thread.
 */
final class ParentDirectories implements AutoCloseable {

  private static final int OPEN_AT_ONCE = 64;
  private static final int IMPLIED_MODE = 0755;
  private static final OpenHow DIRECTORY =
      OpenHow.beneath(FileFlags.O_PATH | FileFlags.O_DIRECTORY);

  private final FileCalls files;
  private final Fd root;
  private final Whiteouts whiteouts;
  private final LayerSize size;
  private final Map<String, Held> open = new LinkedHashMap<>(16, 0.75f, true);

  /** An open directory and the time that it is to have. */
  private record Held(Fd fd, long inode, Instant modified) {}

  ParentDirectories(FileCalls files, Fd root, Whiteouts whiteouts, LayerSize size) {
    this.files = files;
    this.root = root;
    this.whiteouts = whiteouts;
    this.size = size;
  }

  /**
   * The directory, made with its parents when it is missing. The descriptor stays this object's and
   * is good until the next call.
   *
   * @param path normalised, empty for the root
   * @param entry whose parent it is, for messages
   */
  Fd make(String path, String entry) throws ImageException, SyscallException {
    Fd known = known(path);
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

  private @Nullable Fd known(String path) {
    Held held = path.isEmpty() ? null : open.get(path);
    return held == null ? (path.isEmpty() ? root : null) : held.fd();
  }

  /** The directory if it is there; a missing one is ENOENT. */
  Fd existing(String path, String entry) throws ImageException, SyscallException {
    Fd known = known(path);
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
      size.add(entry, 0);
    } catch (SyscallException e) {
      if (!e.is(Errno.EEXIST)) {
        throw e;
      }
      if (!Whiteouts.isWhiteout(files.statx(parent, name))) {
        throw new ImageException.Refused(
            "tar entry " + entry,
            "its parent " + path + " is no directory of this layer",
            "do not trust this image");
      }
      whiteouts.replaceByDirectory(parent, name, IMPLIED_MODE);
    }
    return remember(path, files.openat2(parent, name, DIRECTORY));
  }

  private Fd remember(String path, Fd fd) throws SyscallException {
    FileStatus status;
    try {
      status = files.statx(fd, "");
    } catch (SyscallException e) {
      fd.close();
      throw e;
    }
    open.put(path, new Held(fd, status.inode(), time(status)));
    if (open.size() > OPEN_AT_ONCE) {
      var eldest = open.entrySet().iterator();
      Held oldest = eldest.next().getValue();
      eldest.remove();
      settle(oldest);
    }
    return fd;
  }

  /** A directory that is open by another path has its time there. */
  private Instant time(FileStatus status) {
    return open.values().stream()
        .filter(held -> held.inode() == status.inode())
        .findFirst()
        .map(Held::modified)
        .orElse(status.modified());
  }

  private void settle(Held held) throws SyscallException {
    try (Fd fd = held.fd()) {
      files.utimensat(fd, ".", held.modified(), held.modified());
    }
  }

  /** A directory that may be open got another time. */
  void modified(long inode, Instant time) {
    open.replaceAll(
        (path, held) -> held.inode() == inode ? new Held(held.fd(), inode, time) : held);
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

  /**
   * Forgets all descriptors: a directory is replaced, or was, and which paths lead there is not
   * known.
   */
  void forget() throws SyscallException {
    while (!open.isEmpty()) {
      var first = open.entrySet().iterator();
      Held held = first.next().getValue();
      first.remove();
      settle(held);
    }
  }

  /** Gives the descriptors up; for the times, {@link #forget} comes first. */
  @Override
  public void close() {
    open.values().forEach(held -> held.fd().close());
    open.clear();
  }
}
