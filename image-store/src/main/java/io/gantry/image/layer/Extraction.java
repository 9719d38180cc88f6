package io.gantry.image.layer;

import io.gantry.image.error.ImageException;
import io.gantry.linux.Device;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import io.gantry.linux.FileStatus;
import io.gantry.linux.OpenHow;
import io.gantry.linux.SyscallException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One layer on its way into one directory. Every entry is made inside an open parent directory by
 * its last name alone, exclusively; what stands in its way is removed first, so that nothing is
 * ever written through a link. One thread.
 */
final class Extraction implements AutoCloseable {

  private static final String ROOT = ".";
  private static final OpenHow NEW_FILE =
      OpenHow.beneath(
              FileFlags.O_CREAT | FileFlags.O_EXCL | FileFlags.O_WRONLY | FileFlags.O_NOFOLLOW)
          .withMode(0600);

  private final FileCalls files;
  private final Fd root;
  private final Privileges privileges;
  private final ByteBuffer buffer;
  private final Whiteouts whiteouts;
  private final ParentDirectories parents;
  private final EntryAttributes attributes;
  private final LayerSize size;
  private final ContentSums sums = new ContentSums();
  private final CRC32C sum = new CRC32C();
  private @Nullable Instant rootModified;

  /** Does one thing that fails with EEXIST when something stands in its way. */
  @FunctionalInterface
  private interface Creation {
    void run() throws IOException;
  }

  Extraction(FileCalls files, Fd root, Privileges privileges, ByteBuffer buffer, LayerSize size) {
    this.files = files;
    this.root = root;
    this.privileges = privileges;
    this.buffer = buffer;
    this.size = size;
    this.whiteouts = new Whiteouts(files, privileges);
    this.parents = new ParentDirectories(files, root, whiteouts, size);
    this.attributes = new EntryAttributes(files, privileges);
  }

  /** Makes what the entry says; content is read from the tar. */
  void apply(TarEntry entry, TarReader tar) throws IOException {
    try {
      make(entry, tar);
    } catch (SyscallException e) {
      if (e.is(Errno.ENAMETOOLONG)) {
        throw refused(entry, "it holds a name that is too long for a file");
      }
      throw e;
    }
  }

  private void make(TarEntry entry, TarReader tar) throws IOException {
    EntryPath path = EntryPath.of(entry.name());
    if (path.isRoot()) {
      rootDirectory(entry);
      return;
    }
    Fd parent = parents.make(path.parent(), entry.name());
    if (Deletion.isOne(path.last())) {
      if (whiteouts.apply(parent, path.last(), entry.name())) {
        size.add(entry.name(), 0);
      }
      return;
    }
    switch (entry.kind()) {
      case DIRECTORY -> directory(parent, path, entry);
      case FILE -> file(parent, path, entry, tar);
      case SYMLINK -> symlink(parent, path, entry);
      case HARD_LINK -> hardLink(parent, path, entry);
      case CHARACTER_DEVICE -> device(parent, path, entry, FileFlags.S_IFCHR);
      case BLOCK_DEVICE -> device(parent, path, entry, FileFlags.S_IFBLK);
      case FIFO -> node(parent, path, entry, FileFlags.S_IFIFO, Device.NONE);
    }
  }

  private void rootDirectory(TarEntry entry) throws IOException {
    if (entry.kind() != TarEntry.Kind.DIRECTORY) {
      throw refused(entry, "the root can only be a directory");
    }
    attributes.apply(root, ROOT, entry);
    rootModified = entry.modified();
  }

  private void directory(Fd parent, EntryPath path, TarEntry entry) throws IOException {
    try {
      files.mkdirat(parent, path.last(), 0700);
      size.add(entry.name(), 0);
    } catch (SyscallException e) {
      if (!e.is(Errno.EEXIST)) {
        throw e;
      }
      overExisting(parent, path, entry);
    }
    Fd now = again(parent, path);
    attributes.apply(now, path.last(), entry);
    attributes.modified(now, path.last(), entry.modified());
  }

  private void overExisting(Fd parent, EntryPath path, TarEntry entry) throws IOException {
    FileStatus there = files.statx(parent, path.last());
    if (Whiteouts.isWhiteout(there)) {
      whiteouts.replaceByDirectory(parent, path.last(), 0700);
    } else if (there.isDirectory()) {
      parents.modified(there.inode(), entry.modified());
    } else {
      removeExisting(parent, path);
      files.mkdirat(again(parent, path), path.last(), 0700);
    }
  }

  private void file(Fd parent, EntryPath path, TarEntry entry, TarReader tar) throws IOException {
    try (Fd file = newFile(parent, path)) {
      sums.put(files.statx(file, "").inode(), content(file, tar));
      attributes.apply(again(parent, path), path.last(), entry);
      attributes.modified(file, "", entry.modified());
    }
    size.add(entry.name(), entry.size());
  }

  private Fd newFile(Fd parent, EntryPath path) throws IOException {
    try {
      return files.openat2(parent, path.last(), NEW_FILE);
    } catch (SyscallException e) {
      if (!e.is(Errno.EEXIST)) {
        throw e;
      }
      removeExisting(parent, path);
      return files.openat2(parents.make(path.parent(), path.full()), path.last(), NEW_FILE);
    }
  }

  /** Writes the content; the answer is its CRC-32C. */
  private int content(Fd file, TarReader tar) throws IOException {
    sum.reset();
    boolean more = true;
    while (more) {
      buffer.clear();
      while (more && buffer.hasRemaining()) {
        more = tar.read(buffer) >= 0;
      }
      sum.update(buffer.flip());
      buffer.rewind();
      while (buffer.hasRemaining()) {
        files.write(file, buffer);
      }
    }
    return (int) sum.getValue();
  }

  private void symlink(Fd parent, EntryPath path, TarEntry entry) throws IOException {
    if (entry.linkName().isEmpty()) {
      throw new ImageException.Corrupt(
          "tar entry " + entry.name(), "the link has no target", "build the image again", null);
    }
    EntryPath.requireShallow(entry.linkName(), entry.name(), "the target of the link");
    exclusively(
        parent, path, () -> files.symlinkat(entry.linkName(), again(parent, path), path.last()));
    Fd now = again(parent, path);
    attributes.ofLink(now, path.last(), entry);
    attributes.modified(now, path.last(), entry.modified());
    size.add(entry.name(), 0);
  }

  /** An absolute target counts from the layer's root, as builders write it. */
  private void hardLink(Fd parent, EntryPath path, TarEntry entry) throws IOException {
    EntryPath target = EntryPath.ofLink(entry);
    if (target.isRoot() || target.full().equals(path.full())) {
      throw refused(entry, "it is a hard link to " + entry.linkName());
    }
    try {
      exclusively(
          parent,
          path,
          () -> {
            Fd from = parents.existing(target.parent(), entry.name());
            refuseSpecialTarget(from, target.last(), entry);
            files.linkat(from, target.last(), again(parent, path), path.last());
          });
    } catch (SyscallException e) {
      if (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR) || e.is(Errno.ELOOP)) {
        throw new ImageException.Corrupt(
            "tar entry " + entry.name(),
            "it is a hard link to " + entry.linkName() + ", which this layer does not have",
            "build the image again",
            e);
      }
      throw e;
    }
  }

  private void refuseSpecialTarget(Fd from, String name, TarEntry entry) throws IOException {
    FileStatus status = files.statx(from, name);
    if (status.isDirectory() || Whiteouts.isWhiteout(status)) {
      throw refused(entry, "it is a hard link to " + entry.linkName() + ", which is no file");
    }
  }

  private void device(Fd parent, EntryPath path, TarEntry entry, int type) throws IOException {
    Device device = new Device(entry.deviceMajor(), entry.deviceMinor());
    if (type == FileFlags.S_IFCHR && device.equals(Device.NONE)) {
      throw refused(entry, "character device 0:0 would hide files of the layers below");
    }
    if (privileges.devices()) {
      node(parent, path, entry, type, device);
    }
  }

  private void node(Fd parent, EntryPath path, TarEntry entry, int type, Device device)
      throws IOException {
    exclusively(
        parent, path, () -> files.mknodat(again(parent, path), path.last(), type | 0600, device));
    Fd now = again(parent, path);
    attributes.apply(now, path.last(), entry);
    attributes.modified(now, path.last(), entry.modified());
    size.add(entry.name(), 0);
  }

  private void exclusively(Fd parent, EntryPath path, Creation creation) throws IOException {
    try {
      creation.run();
    } catch (SyscallException e) {
      if (!e.is(Errno.EEXIST)) {
        throw e;
      }
      removeExisting(parent, path);
      creation.run();
    }
  }

  /** The parent, opened anew when removing something closed it. */
  private Fd again(Fd parent, EntryPath path) throws IOException {
    return parent.isOpen() ? parent : parents.make(path.parent(), path.full());
  }

  private void removeExisting(Fd parent, EntryPath path) throws IOException {
    FileStatus there = files.statx(parent, path.last());
    if (!there.isDirectory() && !there.isSymlink()) {
      files.unlinkat(parent, path.last(), 0);
      return;
    }
    parents.forget();
    Tree.delete(files, again(parent, path), path.last());
    parents.forget();
  }

  /** The root's time comes last, because every entry made inside touches it. */
  UnpackedLayer finish() throws IOException {
    parents.forget();
    Instant modified = rootModified;
    if (modified != null) {
      attributes.modified(root, ROOT, modified);
    }
    return size.total().with(sums);
  }

  private static ImageException refused(TarEntry entry, String reason) {
    return new ImageException.Refused(
        "tar entry " + entry.name(), reason, "do not trust this image");
  }

  @Override
  public void close() {
    parents.close();
  }
}
