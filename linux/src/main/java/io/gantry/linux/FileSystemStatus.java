package io.gantry.linux;

/**
 * What statfs(2) says of a file system.
 *
 * @param type the magic number, such as {@code 0x01021994} for tmpfs
 * @param blockSize bytes
 */
public record FileSystemStatus(
    long type, long blockSize, long blocks, long freeBlocks, long files, long freeFiles) {}
