package io.gantry.image.inventory;

import io.gantry.linux.FileFlags;
import io.gantry.linux.FileStatus;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * One name in a directory of a layer and what it stands for.
 *
 * @param mode type and permissions
 * @param size bytes of a file, else 0
 * @param device numbers of a device node, else 0
 * @param target of a symlink, else empty
 * @param sum CRC-32C of a file's content, else 0
 * @param attributes CRC-32C over names and values of the extended attributes, 0 without any
 */
record InventoryEntry(
    String name,
    int mode,
    int uid,
    int gid,
    long size,
    long device,
    Instant modified,
    String target,
    int sum,
    int attributes) {

  /** Ends the entries of a directory; no file is called so. */
  private static final String END = "";

  static void writeEnd(DataOutputStream out) throws IOException {
    out.writeUTF(END);
  }

  void write(DataOutputStream out) throws IOException {
    out.writeUTF(name);
    out.writeInt(mode);
    out.writeInt(uid);
    out.writeInt(gid);
    out.writeLong(size);
    out.writeLong(device);
    out.writeLong(modified.getEpochSecond());
    out.writeInt(modified.getNano());
    out.writeUTF(target);
    out.writeInt(sum);
    out.writeInt(attributes);
  }

  /** The entries of the next directory. */
  static List<InventoryEntry> readDirectory(DataInputStream in) throws IOException {
    List<InventoryEntry> entries = new ArrayList<>();
    for (String name = in.readUTF(); !name.equals(END); name = in.readUTF()) {
      entries.add(
          new InventoryEntry(
              name,
              in.readInt(),
              in.readInt(),
              in.readInt(),
              in.readLong(),
              in.readLong(),
              Instant.ofEpochSecond(in.readLong(), in.readInt()),
              in.readUTF(),
              in.readInt(),
              in.readInt()));
    }
    return entries;
  }

  boolean isDirectory() {
    return (mode & FileFlags.S_IFMT) == FileFlags.S_IFDIR;
  }

  boolean isRegular() {
    return (mode & FileFlags.S_IFMT) == FileFlags.S_IFREG;
  }

  static long size(FileStatus status) {
    return status.isRegular() ? status.size() : 0;
  }

  static long device(FileStatus status) {
    return (long) status.special().major() << 32 | status.special().minor();
  }
}
