package io.gantry.image.erofs;

import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.FileStatus;
import io.gantry.linux.OpenHow;
import io.gantry.linux.Syscalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** All that can be seen of a tree, by path, in words that a test's failure can show. */
final class TreeListing {

  private final Syscalls linux;
  private final SortedMap<String, String> seen = new TreeMap<>();
  private final Map<Long, String> firstNames = new HashMap<>();

  private TreeListing(Syscalls linux) {
    this.linux = linux;
  }

  static SortedMap<String, String> of(Syscalls linux, Fd root) throws IOException {
    TreeListing listing = new TreeListing(linux);
    listing.seen.put(".", listing.described(root, ".", "."));
    listing.walk(root, "");
    return listing.seen;
  }

  private void walk(Fd directory, String path) throws IOException {
    for (String name : new TreeSet<>(linux.names(directory))) {
      String full = path + name;
      seen.put(full, described(directory, name, full));
      if (linux.statx(directory, name).isDirectory()) {
        try (Fd inside =
            linux.openat2(
                directory, name, OpenHow.beneath(FileFlags.O_RDONLY | FileFlags.O_DIRECTORY))) {
          walk(inside, full + "/");
        }
      }
    }
  }

  private String described(Fd directory, String name, String full) throws IOException {
    FileStatus status = linux.statx(directory, name);
    StringBuilder text = new StringBuilder();
    text.append("%o %d:%d ".formatted(status.mode(), status.uid(), status.gid()));
    if (!status.isDirectory()) {
      text.append("links ").append(status.links()).append(" bytes ").append(status.size());
      text.append(" as ").append(firstNames.computeIfAbsent(status.inode(), inode -> full));
    }
    text.append(' ').append(status.special());
    // What no entry named has the time at which it was made, and so has a deletion.
    if (status.modified().getEpochSecond() > 0
        && status.modified().getEpochSecond() < 1_750_000_000) {
      text.append(' ').append(status.modified());
    }
    for (String attribute : new TreeSet<>(linux.listxattr(directory, name))) {
      text.append(' ').append(attribute).append('=');
      text.append(Arrays.hashCode(linux.getxattr(directory, name, attribute)));
    }
    if (status.isSymlink()) {
      text.append(" -> ").append(linux.readlinkat(directory, name));
    } else if (status.isRegular()) {
      text.append(" content ").append(contentHash(directory, name));
    }
    return text.toString();
  }

  private int contentHash(Fd directory, String name) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
    int hash = 1;
    try (Fd file = linux.openat2(directory, name, OpenHow.beneath(FileFlags.O_RDONLY))) {
      while (linux.read(file, buffer.clear()) > 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          hash = 31 * hash + buffer.get();
        }
      }
    }
    return hash;
  }
}
