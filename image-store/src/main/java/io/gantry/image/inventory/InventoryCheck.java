package io.gantry.image.inventory;

import io.gantry.image.error.ImageException;
import io.gantry.image.reference.Digest;
import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import io.gantry.linux.FileStatus;
import io.gantry.linux.SyscallException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UTFDataFormatException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Compares a layer's directory with its inventory: every name, its type, owner, mode, time, size
 * and attributes, and every byte of every file. Memory is one directory's names. One thread, a
 * platform one.
 */
public final class InventoryCheck {

  private static final int BUFFER = 64 << 10;

  /** Told of each difference: path below the layer's directory, and what is wrong with it. */
  @FunctionalInterface
  public interface Complaints {
    void add(String path, String what);
  }

  private final EntryReader reader;
  private final Complaints complaints;

  private InventoryCheck(EntryReader reader, Complaints complaints) {
    this.reader = reader;
    this.complaints = complaints;
  }

  /**
   * Compares.
   *
   * @param expected the inventory's digest
   * @param meter told how many bytes of content were read
   * @throws IOException when it cannot go on; whatever is wrong with the layer is a complaint
   */
  public static void run(
      FileCalls files, Path layer, Digest expected, LongConsumer meter, Complaints complaints)
      throws IOException {
    Path inventory = layer.resolve(Inventory.FILE);
    if (!isWhole(inventory, expected, complaints)) {
      return;
    }
    InventoryCheck check = new InventoryCheck(new EntryReader(files, meter), complaints);
    try (Fd top = files.open(layer, FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0);
        DataInputStream in = open(Files.newInputStream(inventory))) {
      check.tree(top, in);
    }
  }

  private static DataInputStream open(InputStream in) {
    return new DataInputStream(new BufferedInputStream(in, BUFFER));
  }

  private static boolean isWhole(Path inventory, Digest expected, Complaints complaints) {
    MessageDigest hash = expected.newHash();
    try (InputStream in = new DigestInputStream(Files.newInputStream(inventory), hash)) {
      in.transferTo(OutputStream.nullOutputStream());
      if (expected.finish(hash).equals(expected)) {
        return true;
      }
      complaints.add(Inventory.FILE, "it was damaged, so that nothing can be compared");
    } catch (IOException e) {
      complaints.add(Inventory.FILE, "it cannot be read: " + e);
    } finally {
      hash.reset();
    }
    return false;
  }

  private void tree(Fd top, DataInputStream in) throws IOException {
    Fd first = reader.files().openat(top, ".", FileFlags.O_RDONLY | FileFlags.O_DIRECTORY, 0);
    try (DirectoryWalk walk = new DirectoryWalk(reader, first)) {
      walk.enter("", directory(walk, "", true, in));
      for (@Nullable String name = walk.next(); name != null; name = walk.next()) {
        if (canDescend(walk, name)) {
          walk.enter(name, directory(walk, name + "/", false, in));
        } else {
          skip(in);
        }
      }
    } catch (UTFDataFormatException e) {
      throw new IOException("the inventory has the right digest and no sense: " + e, e);
    }
  }

  private boolean canDescend(DirectoryWalk walk, String name) throws SyscallException {
    try {
      walk.descend(name);
      return true;
    } catch (SyscallException e) {
      // That it is missing or no directory was said with its entry.
      boolean told = e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR) || e.is(Errno.ELOOP);
      if (!told) {
        complaints.add(walk.path(name), "it cannot be opened: " + e.errno());
      }
      return false;
    }
  }

  /** Reads over a directory and all below. */
  private static void skip(DataInputStream in) throws IOException {
    long directories = 1;
    while (directories > 0) {
      directories--;
      directories +=
          InventoryEntry.readDirectory(in).stream().filter(InventoryEntry::isDirectory).count();
    }
  }

  /** Compares the entries; the answer are the directories that should be there. */
  private List<String> directory(DirectoryWalk walk, String prefix, boolean top, DataInputStream in)
      throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new ImageException.Cancelled("check", "nobody waits for it any more");
    }
    List<String> below = new ArrayList<>();
    Set<String> known = new HashSet<>();
    for (InventoryEntry entry : InventoryEntry.readDirectory(in)) {
      known.add(entry.name());
      if (entry.isDirectory()) {
        below.add(entry.name());
      }
      compare(walk, prefix + entry.name(), entry);
    }
    unknown(walk, prefix, top, known);
    return below;
  }

  private void unknown(DirectoryWalk walk, String prefix, boolean top, Set<String> known)
      throws SyscallException {
    List<String> names = reader.files().nextNames(walk.current());
    while (!names.isEmpty()) {
      for (String name : names) {
        if (!known.contains(name) && !(top && Inventory.NOT_LISTED.contains(name))) {
          complaints.add(walk.path(prefix + name), "it is no part of the layer");
        }
      }
      names = reader.files().nextNames(walk.current());
    }
  }

  private void compare(DirectoryWalk walk, String path, InventoryEntry entry) {
    String shown = walk.path(path);
    try {
      FileStatus status = reader.files().statx(walk.current(), entry.name());
      if (status.mode() >>> 12 != entry.mode() >>> 12) {
        complaints.add(shown, "it is of another type");
        return;
      }
      same(
          shown, "mode", Integer.toOctalString(entry.mode()), Integer.toOctalString(status.mode()));
      same(shown, "owner", entry.uid() + ":" + entry.gid(), status.uid() + ":" + status.gid());
      same(shown, "time", entry.modified(), status.modified());
      same(shown, "device", entry.device(), InventoryEntry.device(status));
      if (same(shown, "size", entry.size(), InventoryEntry.size(status)) && entry.isRegular()) {
        content(walk, shown, entry);
      }
      if (status.isSymlink()) {
        same(
            shown,
            "target",
            entry.target(),
            reader.files().readlinkat(walk.current(), entry.name()));
      }
      if (reader.attributes(walk.current(), entry.name()) != entry.attributes()) {
        complaints.add(shown, "its extended attributes differ");
      }
    } catch (SyscallException e) {
      complaints.add(
          shown, e.is(Errno.ENOENT) ? "it is missing" : "it cannot be read: " + e.getMessage());
    }
  }

  private void content(DirectoryWalk walk, String shown, InventoryEntry entry)
      throws SyscallException {
    if (reader.sum(walk.current(), entry.name()) != entry.sum()) {
      complaints.add(shown, "its content differs");
    }
  }

  private boolean same(String path, String what, Object expected, Object actual) {
    boolean same = expected.equals(actual);
    if (!same) {
      complaints.add(path, "its %s is %s, not %s".formatted(what, actual, expected));
    }
    return same;
  }
}
