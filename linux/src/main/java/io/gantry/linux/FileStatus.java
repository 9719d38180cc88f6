package io.gantry.linux;

import java.time.Instant;

/**
 * What statx(2) says of a file.
 *
 * @param mode type and permission bits
 * @param size bytes
 * @param blocks units of 512 bytes
 * @param mountId the mount it was reached through
 */
public record FileStatus(
    int mode,
    int uid,
    int gid,
    long size,
    long blocks,
    long inode,
    int links,
    Device device,
    Device special,
    Instant modified,
    long mountId) {

  public boolean isDirectory() {
    return (mode & FileFlags.S_IFMT) == FileFlags.S_IFDIR;
  }

  public boolean isRegular() {
    return (mode & FileFlags.S_IFMT) == FileFlags.S_IFREG;
  }

  public boolean isSymlink() {
    return (mode & FileFlags.S_IFMT) == FileFlags.S_IFLNK;
  }
}
