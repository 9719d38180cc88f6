package io.gantry.image;

import java.nio.file.Path;

/**
 * Space used by a part of the store (CRI {@code FilesystemUsage}).
 *
 * @param mountpoint a path on that file system
 * @param bytes used
 * @param inodes used
 */
public record FsUsage(Path mountpoint, long bytes, long inodes) {}
