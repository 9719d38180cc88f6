package io.gantry.image.layer;

import java.time.Instant;
import java.util.Map;

/**
 * The head of one tar entry with its extensions applied.
 *
 * @param name as written: may be absolute, hold {@code ..} or end in a slash
 * @param mode permission bits with setuid, setgid and sticky
 * @param size bytes of content, with a sparse file's zeros; 0 for all but files
 * @param linkName target of a hard or symbolic link, else empty
 * @param xattrs attribute names to values
 */
public record TarEntry(
    String name,
    Kind kind,
    int mode,
    int uid,
    int gid,
    long size,
    Instant modified,
    String linkName,
    int deviceMajor,
    int deviceMinor,
    Map<String, byte[]> xattrs) {

  TarEntry withSize(long other) {
    return new TarEntry(
        name, kind, mode, uid, gid, other, modified, linkName, deviceMajor, deviceMinor, xattrs);
  }

  /** What an entry makes. */
  public enum Kind {
    FILE,
    HARD_LINK,
    SYMLINK,
    CHARACTER_DEVICE,
    BLOCK_DEVICE,
    DIRECTORY,
    FIFO
  }
}
