package io.gantry.image.layer;

import io.gantry.image.error.ImageException;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import io.gantry.linux.FileStatus;
import io.gantry.linux.OpenHow;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the files of a layer and says which tar entry each is: a directory before what is in
 * it, names in order. Only the directory at hand is open, and it is reached from the layer's root
 * without a link, so that who writes there meanwhile leads this nowhere else. One thread.
 */
final class LayerWalk implements AutoCloseable {

  /** As long as {@link TarReader} takes. */
  private static final int MAX_PATH = 4000;

  private static final long STRAIGHT =
      FileFlags.RESOLVE_BENEATH | FileFlags.RESOLVE_NO_XDEV | FileFlags.RESOLVE_NO_SYMLINKS;
  private static final OpenHow DIRECTORY =
      new OpenHow(FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0, STRAIGHT);
  private static final OpenHow FILE =
      new OpenHow(FileFlags.O_RDONLY | FileFlags.O_NOFOLLOW | FileFlags.O_NONBLOCK, 0, STRAIGHT);

  private final FileCalls files;
  private final Fd root;
  private final LayerAttributes attributes;
  private final Deque<Level> levels = new ArrayDeque<>();
  private final Deque<TarEntry> ready = new ArrayDeque<>();
  private final Map<Long, Linked> linked = new HashMap<>();
  private final WalkMemory memory = new WalkMemory();
  private @Nullable Fd directory;
  private String last = "";

  /**
   * A directory with the names that are to come.
   *
   * @param path empty, or ends in a slash
   * @param memory bytes that it needs
   */
  private record Level(String path, Iterator<String> rest, long memory) {}

  /** The first name of a file, and how many others are to come. */
  private record Linked(String name, int others) {}

  private LayerWalk(FileCalls files, Fd root, LayerAttributes attributes) {
    this.files = files;
    this.root = root;
    this.attributes = attributes;
  }

  static LayerWalk of(FileCalls files, Path layer, Privileges privileges) throws IOException {
    Fd root = files.open(layer, FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0);
    try {
      LayerWalk walk = new LayerWalk(files, root, new LayerAttributes(files, privileges));
      walk.begin();
      return walk;
    } catch (IOException | RuntimeException e) {
      root.close();
      throw e;
    }
  }

  private void begin() throws IOException {
    FileStatus status = files.statx(root, "");
    LayerAttributes.Found found = attributes.of(root, ".", "the layer's root");
    boolean usual =
        (status.mode() & 07777) == DirectoryUnpacker.ROOT_MODE
            && status.uid() == 0
            && status.gid() == 0
            && found.xattrs().isEmpty();
    if (!usual) {
      ready.add(entry("./", TarEntry.Kind.DIRECTORY, status, 0, "", found.xattrs()));
    }
    if (found.opaque()) {
      ready.add(whiteout(Deletion.OPAQUE));
    }
    enter("");
  }

  /** The next entry, or null at the end. */
  @Nullable TarEntry next() throws IOException {
    while (ready.isEmpty()) {
      Level level = levels.peek();
      if (level == null) {
        return null;
      }
      if (level.rest().hasNext()) {
        find(level.path(), level.rest().next());
      } else {
        leave(level);
      }
    }
    return ready.remove();
  }

  /** The bytes of the file that was last found; the caller closes them. */
  Fd content() throws SyscallException {
    return files.openat2(directory(), last, FILE);
  }

  private Fd directory() {
    return Objects.requireNonNull(directory);
  }

  private void enter(String path) throws IOException {
    Fd opened = path.isEmpty() ? files.openat2(root, ".", DIRECTORY) : open(path);
    closeDirectory();
    directory = opened;
    List<String> found = new ArrayList<>();
    long kept = WalkMemory.of(path);
    memory.take("directory /" + path, kept);
    List<String> more = files.nextNames(opened);
    while (!more.isEmpty()) {
      long bytes = more.stream().mapToLong(WalkMemory::of).sum();
      memory.take("directory /" + path, bytes);
      kept += bytes;
      found.addAll(more);
      more = files.nextNames(opened);
    }
    found.sort(null);
    levels.push(new Level(path, found.iterator(), kept));
  }

  private Fd open(String path) throws SyscallException {
    return files.openat2(root, path.substring(0, path.length() - 1), DIRECTORY);
  }

  private void leave(Level level) throws IOException {
    levels.pop();
    memory.give(level.memory());
    closeDirectory();
    Level above = levels.peek();
    if (above != null && above.rest().hasNext()) {
      directory = above.path().isEmpty() ? files.openat2(root, ".", DIRECTORY) : open(above.path());
    }
  }

  private void find(String path, String name) throws IOException {
    last = name;
    String full = path + name;
    if (full.length() > MAX_PATH) {
      throw new ImageException.Unsupported(
          "file /" + full, "its path has more than " + MAX_PATH + " characters", "move it up");
    }
    FileStatus status = files.statx(directory(), name);
    if (Whiteouts.isWhiteout(status)) {
      ready.add(whiteout(path + Deletion.PREFIX + name));
      return;
    }
    if (name.startsWith(Deletion.PREFIX)) {
      throw new ImageException.Unsupported(
          "file /" + full, "in a layer such a name means a deletion", "rename or remove it");
    }
    switch (status.mode() & FileFlags.S_IFMT) {
      case FileFlags.S_IFDIR -> directory(full + "/", name, status);
      case FileFlags.S_IFREG -> file(full, TarEntry.Kind.FILE, name, status, status.size());
      case FileFlags.S_IFLNK -> file(full, TarEntry.Kind.SYMLINK, name, status, 0);
      case FileFlags.S_IFCHR -> file(full, TarEntry.Kind.CHARACTER_DEVICE, name, status, 0);
      case FileFlags.S_IFBLK -> file(full, TarEntry.Kind.BLOCK_DEVICE, name, status, 0);
      case FileFlags.S_IFIFO -> file(full, TarEntry.Kind.FIFO, name, status, 0);
      // A socket means something only to the process that made it; tar has no form for one.
      default -> {}
    }
  }

  private void directory(String full, String name, FileStatus status) throws IOException {
    LayerAttributes.Found found = attributes.of(directory(), name, "/" + full);
    ready.add(entry(full, TarEntry.Kind.DIRECTORY, status, 0, "", found.xattrs()));
    if (found.opaque()) {
      ready.add(whiteout(full + Deletion.OPAQUE));
    }
    enter(full);
  }

  private void file(String full, TarEntry.Kind kind, String name, FileStatus status, long size)
      throws IOException {
    if (status.links() > 1) {
      Linked first = linked.get(status.inode());
      if (first != null) {
        link(full, status, first);
        return;
      }
      remember(full, status);
    }
    String target = kind == TarEntry.Kind.SYMLINK ? files.readlinkat(directory(), name) : "";
    LayerAttributes.Found found = attributes.of(directory(), name, "/" + full);
    ready.add(entry(full, kind, status, size, target, found.xattrs()));
  }

  private void link(String full, FileStatus status, Linked first) {
    ready.add(entry(full, TarEntry.Kind.HARD_LINK, status, 0, first.name(), Map.of()));
    if (first.others() == 1) {
      linked.remove(status.inode());
      memory.give(WalkMemory.ofEntry(first.name()));
    } else {
      linked.put(status.inode(), new Linked(first.name(), first.others() - 1));
    }
  }

  private void remember(String full, FileStatus status) throws ImageException {
    memory.take("file /" + full, WalkMemory.ofEntry(full));
    linked.put(status.inode(), new Linked(full, status.links() - 1));
  }

  private static TarEntry entry(
      String name,
      TarEntry.Kind kind,
      FileStatus status,
      long size,
      String target,
      Map<String, byte[]> xattrs) {
    return new TarEntry(
        name,
        kind,
        kind == TarEntry.Kind.SYMLINK ? 0777 : status.mode() & 07777,
        status.uid(),
        status.gid(),
        size,
        status.modified(),
        target,
        status.special().major(),
        status.special().minor(),
        xattrs);
  }

  /** The time is not kept by who unpacks it, so there is none. */
  private static TarEntry whiteout(String name) {
    return new TarEntry(name, TarEntry.Kind.FILE, 0600, 0, 0, 0, Instant.EPOCH, "", 0, 0, Map.of());
  }

  private void closeDirectory() {
    if (directory != null) {
      directory.close();
      directory = null;
    }
  }

  @Override
  public void close() {
    closeDirectory();
    root.close();
  }
}
