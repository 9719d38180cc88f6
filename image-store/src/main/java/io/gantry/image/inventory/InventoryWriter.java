package io.gantry.image.inventory;

import io.gantry.image.error.ImageException;
import io.gantry.image.layer.ContentSums;
import io.gantry.image.reference.Digest;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import io.gantry.linux.FileStatus;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what a layer's directory holds: for each directory its entries and an end, then the
 * same for those of them that are directories, depth first. One thread, a platform one.
 */
public final class InventoryWriter {

  private static final int BUFFER = 64 << 10;
  private static final int FILE_MODE = 0644;

  private final EntryReader reader;
  private final ContentSums sums;

  private InventoryWriter(EntryReader reader, ContentSums sums) {
    this.reader = reader;
    this.sums = sums;
  }

  /**
   * Writes {@link Inventory#FILE} into a layer's directory; it is on disk when the file system is
   * synced.
   *
   * @param sums of the files whose content is known; others are read
   * @return the inventory's digest
   */
  public static Digest write(FileCalls files, Path layer, ContentSums sums) throws IOException {
    MessageDigest hash = Digest.newSha256();
    int flags = FileFlags.O_CREAT | FileFlags.O_EXCL | FileFlags.O_WRONLY;
    try (Fd top = files.open(layer, FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0);
        Fd file = files.open(layer.resolve(Inventory.FILE), flags, FILE_MODE);
        OutputStream raw = new DigestOutputStream(new FdStream(files, file), hash);
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(raw, BUFFER))) {
      new InventoryWriter(new EntryReader(files, bytes -> {}), sums).tree(top, out);
      out.flush();
      return Digest.finishSha256(hash);
    } finally {
      hash.reset();
    }
  }

  private void tree(Fd top, DataOutputStream out) throws IOException {
    Fd first = reader.files().openat(top, ".", FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0);
    try (DirectoryWalk walk = new DirectoryWalk(reader, first)) {
      walk.enter("", directory(walk.current(), true, out));
      for (@Nullable String name = walk.next(); name != null; name = walk.next()) {
        walk.descend(name);
        walk.enter(name, directory(walk.current(), false, out));
      }
    }
  }

  /** Writes the entries; the answer are the directories among them. */
  private List<String> directory(Fd directory, boolean top, DataOutputStream out)
      throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new ImageException.Cancelled("inventory", "it was stopped");
    }
    List<String> below = new ArrayList<>();
    List<String> names = reader.files().nextNames(directory);
    while (!names.isEmpty()) {
      for (String name : names) {
        if (!top || !Inventory.NOT_LISTED.contains(name)) {
          InventoryEntry entry = entry(directory, name);
          entry.write(out);
          if (entry.isDirectory()) {
            below.add(name);
          }
        }
      }
      names = reader.files().nextNames(directory);
    }
    InventoryEntry.writeEnd(out);
    return below;
  }

  private InventoryEntry entry(Fd directory, String name) throws IOException {
    FileStatus status = reader.files().statx(directory, name);
    return new InventoryEntry(
        name,
        status.mode(),
        status.uid(),
        status.gid(),
        InventoryEntry.size(status),
        InventoryEntry.device(status),
        status.modified(),
        status.isSymlink() ? reader.files().readlinkat(directory, name) : "",
        status.isRegular() ? sum(directory, name, status) : 0,
        reader.attributes(directory, name));
  }

  private int sum(Fd directory, String name, FileStatus status) throws IOException {
    return sums.has(status.inode()) ? sums.get(status.inode()) : reader.sum(directory, name);
  }

  /** Writes to a descriptor that somebody else closes. */
  private static final class FdStream extends OutputStream {
    private final FileCalls files;
    private final Fd fd;

    FdStream(FileCalls files, Fd fd) {
      this.files = files;
      this.fd = fd;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      ByteBuffer rest = ByteBuffer.wrap(bytes, offset, length);
      while (rest.hasRemaining()) {
        files.write(fd, rest);
      }
    }
  }
}
